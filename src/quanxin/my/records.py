"""My archive: every record about the subject, and one record with what can be done about it.

Invariant: records are read through the accessor for the subject itself; whoever asks for another's finds nothing there.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from quanxin.accounts.agency import Scope
from quanxin.archive import queries
from quanxin.archive.models import Record
from quanxin.archive.shapes import RecordView
from quanxin.calendar import now
from quanxin.casework import offers, words
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.measures.told import beside_own
from quanxin.my.cases import kinds_of
from quanxin.my.record_rows import Shown
from quanxin.pages.listings import page_of
from quanxin.policy.model import Text
from quanxin.policy.procedure import Procedure
from quanxin.rights import repairs
from quanxin.rights.repairs import Prospect

LENGTH = 20
READERS = (Scope.ARCHIVE, Scope.REPAIR, Scope.OBJECTION)
GUIDED = ("repair", "objection")  # begun by pages of their own
NATURES = ("negative", "positive", "neutral")  # what the list may be narrowed to


@require_safe
@requires_scope(*READERS)
def records(request: HttpRequest, me: Representation) -> HttpResponse:
    """Every record, newest event first, those that are not public among them; ``chapter`` narrows by nature."""
    every = queries.records_about(me.subject, me.party.viewer, now())
    wanted = request.GET.get("chapter", "")
    wanted = wanted if wanted in NATURES else ""
    narrowed = [view for view in every if not wanted or view.nature == wanted]
    page, paging = page_of(request, narrowed, LENGTH, {"chapter": wanted})
    found = prospects_of(me.party, page)
    counts = [(nature, sum(view.nature == nature for view in every)) for nature in NATURES]
    return shown(
        request,
        me,
        "my/records.html",
        {
            "rows": [Shown(view, found.get(view.id)) for view in page],
            "paging": paging,
            "chapter": wanted,
            "total": len(every),
            "counts": counts,
        },
    )


def prospects_of(party: Party, views: list[RecordView]) -> dict[int, Prospect]:
    """The prospects of the records, by their ids, that are not to their subject's credit."""
    numbers = [view.id for view in views if view.nature == "negative"]
    if not numbers:
        return {}
    held = Record.objects.filter(subject_id__in=party.ids, id__in=numbers, superseded_at=None)
    return {found.record.id: found for found in repairs.prospects(list(held))}


def one(me: Representation, subject: int, number: int, known: Record | None = None) -> tuple[Record, Shown]:
    """A current record of the subject (``known``, where it was asked for already), and all that is shown of it; raises
    ``RightsError`` for any other."""
    record = known or me.party.record(subject, number)
    view = queries.versions_of(me.subject, me.party.viewer, [record.id]).get(record.id)
    if view is None:  # past its time of keeping: there is nothing to show
        raise RightsError("record-not-yours")
    prospect = repairs.prospects([record])[0] if view.nature == "negative" else None
    about = Case.objects.filter(subject_id=subject, resource=record.resource, key_hash=record.key_hash, joined_to=None)
    cases = tuple(about)
    dispute = next((case for case in cases if case.kind == "objection" and case.open), None)
    return record, Shown(view, prospect, dispute, cases)


@require_safe
@requires_scope(*READERS)
def record(request: HttpRequest, me: Representation, subject: int, number: int) -> HttpResponseBase:
    """One record: what it says, where it comes from, until when it is public, and what can be done about it.

    An earlier version leads to the one that stands now; of a withdrawn record it is said that it was.
    """
    known = Record.objects.filter(subject_id=subject, id=number).first() if subject in me.party.ids else None
    if known is not None and known.superseded_at is not None:
        return _earlier(request, me, known)
    stored, found = one(me, subject, number, known)
    follows = beside_own(stored, found.view.marks, me.subject.type)
    return shown(
        request, me, "my/record.html", {"record": found, "begin": _begin(me, stored, found), "follows": follows}
    )


def _begin(me: Representation, stored: Record, about: Shown) -> list[tuple[Procedure, Case | None, Text | None]]:
    """What one can begin about a record, besides what is guided, and how what was begun already stands."""
    found = offers.to_begin(me.party, stored, set(kinds_of(me)) - set(GUIDED), about.cases)
    return [(procedure, case, words.state_told(case) if case else None) for procedure, case in found]


def _earlier(request: HttpRequest, me: Representation, old: Record) -> HttpResponse:
    stands = Record.objects.filter(
        subject_id=old.subject_id, resource=old.resource, key_hash=old.key_hash, superseded_at=None
    ).first()
    return redirect("my:record", old.subject_id, stands.id) if stands else _gone(request, me, old)


def _gone(request: HttpRequest, me: Representation, old: Record) -> HttpResponse:
    view = queries.versions_of(me.subject, me.party.viewer, [old.id]).get(old.id)
    return shown(request, me, "my/gone.html", {"view": view, "at": old.superseded_at}, 410)
