"""My cases: each with its way, its history, what is asked for, and what can still be done about it.

Invariant: a case is found by its number among the subject's own and nowhere else; every act of a form is the act of
that name of its procedure, done once however often the form is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from quanxin.accounts.agency import Scope
from quanxin.archive import queries, viewers
from quanxin.archive.models import Event
from quanxin.archive.shapes import RecordView
from quanxin.attachments.accept import of_case
from quanxin.casework import act_forms, ahead, cases, offers, procedures
from quanxin.casework.act_forms import ActForm
from quanxin.casework.models import Case, Notice, Step, Term
from quanxin.casework.parties import Party
from quanxin.casework.procedures import procedure_of, state_of
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.ledger import log_reading
from quanxin.my import progress
from quanxin.my.act_page import DONE
from quanxin.my.notices import Headed, headed
from quanxin.my.progress import Entry
from quanxin.pages.listings import page_of
from quanxin.pages.papers import FILES, files_said, kind_of
from quanxin.pages.proofs import answered
from quanxin.policy.procedure import Act
from quanxin.rights import documents
from quanxin.sharing import acknowledgements

LENGTH = 20
READERS = (Scope.REPAIR, Scope.OBJECTION)


def kinds_of(me: Representation) -> list[str]:
    """The kinds of cases that one may see here: an agent those alone that its authorisation names."""
    scopes = {"objection": me.may_object, "repair": me.may_repair, None: me.agency is None}
    return list(dict.fromkeys(p.key for p in procedures.procedures() if scopes[p.scope]))


def due_first(party: Party, kinds: Collection[str]) -> QuerySet[Case]:
    """The subject's cases of those kinds, the newest first, each with the end of its running term as ``due``."""
    running = Term.objects.filter(case=OuterRef("pk"), stopped_at=None).values("due_at")[:1]
    seen = Case.objects.filter(procedures.seen_by_party(), subject_id__in=party.ids, kind__in=kinds)
    return seen.annotate(due=Subquery(running))


def entries(found: Sequence[Case]) -> list[Entry]:
    """Cases of ``due_first`` as a list shows them."""
    return [progress.entry(case, getattr(case, "due", None)) for case in ahead.standing(found)]


def own(me: Representation, number: str) -> Case:
    """A case of the subject that one may see here; raises ``RightsError`` for another's, ``NotAllowed`` for a kind that
    the agent's authorisation does not name."""
    case = me.party.case(number)
    if case.kind not in kinds_of(me):
        raise viewers.refused(me.party.actor, case.reference, "beyond the agent's authorisation")
    return case


@require_safe
@requires_scope(*READERS)
def listed(request: HttpRequest, me: Representation) -> HttpResponse:
    """Every case, the newest first."""
    found = due_first(me.party, kinds_of(me))
    page, paging = page_of(request, found, LENGTH)
    return shown(request, me, "my/cases.html", {"cases": entries(page), "paging": paging})


@require_safe
@requires_scope(*READERS)
def case(request: HttpRequest, me: Representation, number: str) -> HttpResponse:
    """One case: where it stands, what comes next and by when, what happened, and what can be done."""
    (found,) = ahead.standing([own(me, number)])
    return _page(request, me, found)


def _page(request: HttpRequest, me: Representation, found: Case) -> HttpResponse:
    prefetch_related_objects([found], "steps")
    steps = list(found.steps.all())
    running = Term.objects.filter(case=found, stopped_at=None).first() if found.open else None
    due_at = running.due_at if running else None
    made = progress.entry(found, due_at)
    context = {
        "entry": made, "case": found, "stages": progress.stages(found, steps, due_at),
        "history": progress.history(found, steps), "done": _done(request, found),
        "asked": next((s for s in reversed(steps) if s.state == found.state and s.note), None) if made.asks else None,
        "extended": bool(running and running.extended), "papers": list(of_case(found.reference)),
        "decision": documents.exists(found), "told": _told(steps),
        "proof": log_reading.offered("decision", found.reference), "seen": steps[-1].pk if steps else 0,
        "notices": _notices(me, found), "files": FILES, **_compared(me, found, steps), **_linked(me, found),
        **_offered(me, found),
    }  # fmt: skip
    return shown(request, me, "my/case.html", context)


def _done(request: HttpRequest, found: Case) -> Act | None:
    """What was done a moment ago, to be confirmed once."""
    number, key = request.session.get(DONE) or ("", "")
    if number != found.number:
        return None
    del request.session[DONE]
    return procedure_of(found).act_of.get(key)


def _offered(me: Representation, found: Case) -> dict[str, Any]:
    """The acts that one may do: those with a form on the page itself, and those that have a page of their own."""
    procedure, offered = procedure_of(found), offers.offered_to(me.party, found)
    acts = [one.act for one in offered if not one.form]
    here = [act for act in acts if not act_forms.confirms(procedure, act)]
    return {
        "guided": [(one.act, f"my/_{one.form}.html") for one in offered if one.form],  # by a page of their own
        "forms": [(act, ActForm(procedure, act, key=act.key), files_said(kind_of(act.papers))) for act in here],
        "elsewhere": [act for act in acts if act not in here],
    }


def _notices(me: Representation, found: Case) -> list[Headed]:
    """What one was told about a case; an agent where the authorisation names the archive."""
    if not me.may_archive:
        return []
    return headed(list(Notice.objects.filter(case=found, subject_id__in=me.party.ids)), {})


def _linked(me: Representation, found: Case) -> dict[str, Any]:
    """The cases that this one is joined to, looks at, or is looked at by, and what may be begun about it."""
    decided = found.decided_at is not None and any(p.about.case == found.kind for p in procedures.procedures())
    again = [p for p in procedures.to_begin_about(found) if p.key in kinds_of(me)] if decided else []
    return {
        "joined_to": found.joined_to if found.joined_to_id else None,
        "second_look": found.second_looks.first() if decided else None,
        "looks_at": found.looks_at if found.looks_at_id else None,
        "may_apply_again": state_of(found).again,
        "again": [(p, ActForm(p, p.files, key=p.key)) for p in again],
    }


def _compared(me: Representation, found: Case, steps: Sequence[Step]) -> dict[str, Any]:
    """The record that a case is about, and, where it was corrected, what it said before beside what it says now."""
    if found.record_id is None:
        return {}
    upheld: dict[str, Any] = next(
        (s.particulars for s in reversed(steps) if s.act == "uphold" and "after" in s.particulars), {}
    )
    old, new = upheld.get("before", 0), upheld.get("after", 0)
    stands = cases.record_of(found)
    numbers = {found.record_id, old, new, stands.id if stands else 0} - {0}
    views = queries.versions_of(me.subject, me.party.viewer, numbers)
    before, after = views.get(old), views.get(new)
    latest = (views.get(stands.id) if stands else None) or after or views.get(found.record_id)
    return {"view": latest, "changes": _changes(before, after) if before and after else []}


def _changes(before: RecordView, after: RecordView) -> list[dict[str, Any]]:
    """The items of a record whose text differs, old and new."""
    old = {field.key: text for field, text in before.fields}
    return [
        {"field": field, "old": (field, old.get(field.key, "")), "new": (field, text)}
        for field, text in after.fields
        if old.get(field.key, "") != text
    ]


def _told(steps: Sequence[Step]) -> list[acknowledgements.Taken]:
    """Who receives such records and was told of what the case decided, and when each took it in."""
    numbers = [pk for step in steps for pk in step.particulars.get("events", ())]
    return acknowledgements.told_of(list(Event.objects.filter(pk__in=numbers).order_by("pk"))) if numbers else []


@require_safe
@requires_scope(*READERS)
def decision(request: HttpRequest, me: Representation, number: str) -> HttpResponseBase:
    """The decision as a document to keep and to show."""
    found = own(me, number)
    if not documents.exists(found):
        raise Http404
    made = HttpResponse(documents.decision(me.party.actor, found), content_type="application/pdf")
    made.headers["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
    return made


@require_safe
@requires_scope(*READERS)
def proof(_request: HttpRequest, me: Representation, number: str) -> HttpResponseBase:
    """The receipt of the public log of what was decided last."""
    found = own(me, number)
    where = reverse("my:case", args=[found.number])
    return answered(log_reading.offered("decision", found.reference), found.number, where)
