"""My cases: each with its way, its history, what is asked for, and what can still be done about it.

Invariant: a case is found by its number among the subject's own and nowhere else; every act of a form is the act of
that name of its procedure, done once however often the form is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quanxin.accounts.agency import Scope
from quanxin.archive import queries, viewers
from quanxin.archive.models import Event
from quanxin.archive.paging import Paging
from quanxin.archive.shapes import RecordView
from quanxin.attachments.accept import of_case
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.http import receiving
from quanxin.attachments.models import Kind
from quanxin.casework import engine
from quanxin.casework.errors import RightsError
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case, Step, Term
from quanxin.casework.parties import Party
from quanxin.casework.procedures import procedures, second_look_of, state_of
from quanxin.casework.representation import Standing, opened, shown
from quanxin.my import bringing, progress
from quanxin.my.progress import Entry
from quanxin.rights import documents
from quanxin.runtime.language import in_words
from quanxin.sharing import acknowledgements

LENGTH = 20
READERS = (Scope.REPAIR, Scope.OBJECTION)


def kinds_of(me: Standing) -> list[str]:
    """The kinds of cases that one may see here: an agent those alone that its authorisation names."""
    scopes = {"objection": me.may_object, "repair": me.may_repair, None: me.may_object and me.may_repair}
    return list(dict.fromkeys(p.key for p in procedures() if scopes[p.scope]))


def due_first(party: Party, kinds: Collection[str]) -> QuerySet[Case]:
    """The subject's cases of those kinds, the newest first, each with the end of its running term as ``due``."""
    running = Term.objects.filter(case=OuterRef("pk"), stopped_at=None).values("due_at")[:1]
    return Case.objects.filter(subject_id__in=party.ids, kind__in=kinds).annotate(due=Subquery(running))


def entries(found: Sequence[Case]) -> list[Entry]:
    """Cases of ``due_first`` as a list shows them."""
    return [progress.entry(case, getattr(case, "due", None)) for case in found]


def own(me: Standing, number: str) -> Case:
    """A case of the subject that one may see here; raises ``RightsError`` for another's, ``NotAllowed`` for a kind that
    the agent's authorisation does not name."""
    case = me.party.case(number)
    if case.kind not in kinds_of(me):
        raise viewers.refused(me.party.actor, case.reference, "beyond the agent's authorisation")
    return case


@require_safe
@opened(*READERS)
def listed(request: HttpRequest, me: Standing) -> HttpResponse:
    """Every case, the newest first."""
    found = due_first(me.party, kinds_of(me))
    paging = Paging.of(found.count(), LENGTH, request.GET.get("page"))
    return shown(request, me, "my/cases.html", {"cases": entries(list(found[paging.span])), "paging": paging})


@require_safe
@opened(*READERS)
def case(request: HttpRequest, me: Standing, number: str) -> HttpResponse:
    """One case: where it stands, what comes next and by when, what happened, and what can be done."""
    return _page(request, me, own(me, number))


def _page(request: HttpRequest, me: Standing, found: Case, **more: Any) -> HttpResponse:
    steps = list(found.steps.all())
    running = Term.objects.filter(case=found, stopped_at=None).first() if found.open else None
    due_at = running.due_at if running else None
    compared = _compared(me, found, steps)
    context = {
        "entry": progress.entry(found, due_at), "case": found, "stages": progress.stages(found, steps, due_at),
        "history": progress.history(found, steps), "asked": next((s for s in reversed(steps) if s.act == "ask"), None),
        "extended": bool(running and running.extended), "papers": list(of_case(found.reference)),
        "decision": documents.exists(found), "told": _told(steps), **compared, **_linked(found),
        **bringing.files_said(Kind.OTHER.value), **more,
    }  # fmt: skip
    return shown(request, me, "my/case.html", context, 422 if more.get("problem") else 200)


def _linked(found: Case) -> dict[str, Any]:
    """The cases that this one is joined to, looks at, or is looked at by."""
    again = second_look_of(found)
    looked_at = found.second_looks.first() if again is not None and found.decided_at is not None else None
    return {
        "joined_to": found.joined_to if found.joined_to_id else None, "second_look": looked_at,
        "looks_at": found.looks_at if found.looks_at_id else None,
        "may_apply_again": state_of(found).again,
        "may_ask_again": again is not None and found.state in again.about.in_ and looked_at is None,
    }  # fmt: skip


def _compared(me: Standing, found: Case, steps: Sequence[Step]) -> dict[str, Any]:
    """The record that a case is about, and, where it was corrected, what it said before beside what it says now."""
    if found.record_id is None:
        return {}
    upheld: dict[str, Any] = next(
        (s.particulars for s in reversed(steps) if s.act == "uphold" and "after" in s.particulars), {}
    )
    old, new = upheld.get("before", 0), upheld.get("after", 0)
    views = queries.versions_of(me.subject, me.party.viewer, {found.record_id, old, new} - {0})
    before, after = views.get(old), views.get(new)
    latest = after or views.get(found.record_id)
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


@require_POST
@opened(*READERS)
@receiving(files=bringing.FILES, refusal=bringing.refused)
def answer(request: HttpRequest, me: Standing, number: str) -> HttpResponse:
    """Answer what was asked for, in words and with papers."""
    found = own(me, number)
    papers, error = bringing.papers_of(request, me.party, Kind.OTHER.value)
    problem = in_words(error) if error is not None else None
    if problem is None and not bringing.only_papers(request):
        try:
            form = {"reason": request.POST.get("text", "")}
            engine.perform(me.party, number, "answer", form, paper=[str(paper.pk) for paper in papers])
            return redirect("my:case", number)
        except (RightsError, AttachmentError) as wrong:
            problem = in_words(wrong)
    return _page(request, me, found, problem=problem, said=request.POST, brought=papers)


@require_http_methods(["GET", "HEAD", "POST"])
@opened(*READERS)
def retract(request: HttpRequest, me: Standing, number: str) -> HttpResponse:
    """Take a case back, once that is confirmed."""
    found = own(me, number)
    if request.method == "POST" and request.POST.get("confirmed"):
        engine.perform(me.party, number, "retract")
        return redirect("my:case", number)
    if not found.open:
        return redirect("my:case", number)
    return shown(request, me, "my/retract.html", {"case": found, "entry": progress.entry(found, None)})


@require_POST
@opened(Scope.OBJECTION)
def second_look(request: HttpRequest, me: Standing, number: str) -> HttpResponse:
    """Ask for somebody else to look at a dismissed objection."""
    found = own(me, number)
    again = second_look_of(found)
    if again is None:
        raise Http404
    try:
        made = file(again.key, Filed(me.party, Thing(case=found), request.POST.get("statement", "")))
    except RightsError as error:
        return _page(request, me, found, problem=in_words(error), said=request.POST)
    return redirect("my:case", made.number)


@require_safe
@opened(*READERS)
def decision(request: HttpRequest, me: Standing, number: str) -> HttpResponseBase:
    """The decision as a document to keep and to show."""
    found = own(me, number)
    if not documents.exists(found):
        raise Http404
    made = HttpResponse(documents.decision(found), content_type="application/pdf")
    made.headers["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
    return made
