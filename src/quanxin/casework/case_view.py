"""A case with what it is about, as the people of the desk see it.

Invariant: what a record says is read through the accessor, for the handling of this very case, and leaves its line; who may
not open the case is refused with a line and reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import Q

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive import access, queries, viewers
from quanxin.archive.models import Event, Record, WithdrawnRecord
from quanxin.archive.shapes import RecordView
from quanxin.archive.viewers import Viewer
from quanxin.casework import ahead, cases, permission, procedures, queues, terms
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case, Term
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import resolve


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case, its subject, its record as it was filed and as it stands; a record may be None where it is a score's case,
    was withdrawn, or is past its time of keeping. ``stored`` is the current version itself, for acts; ``term`` what runs."""

    case: Case
    subject: Subject
    filed: RecordView | None
    stands: RecordView | None
    stored: Record | None
    term: Term | None

    @property
    def extendable(self) -> bool:
        """Whether the running term may be put off (once more)."""
        return self.term is not None and terms.extendable(self.term)

    @property
    def corrected(self) -> bool:
        """Whether the record was changed since the case was filed."""
        return self.stored is not None and self.stored.version > (self.case.version or 0)

    @property
    def withdrawn(self) -> bool:
        """Whether the case's record stands no more."""
        return bool(self.case.resource) and self.stored is None


def open_case(actor: Actor, number: str) -> Case:
    """The case of a number for an actor of the desk.

    Raises ``RightsError`` for none, ``NotAllowed``, with a line, for one that the actor may not open.
    """
    found = (
        Case.objects.select_related("joined_to", "looks_at", "after")
        .prefetch_related("steps", "terms")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise RightsError("case-unknown")
    cases.expect_others(actor, found)
    if not queues.may_see(actor, found):
        raise viewers.refused(actor, found.reference, "not a case that this actor may open")
    ahead.standing([found])
    return found


def look(actor: Actor, case: Case) -> CaseView:
    """What a case that the actor may open is about; opening it leaves a line with the number of the case."""
    stored = cases.record_of(case)
    ids = {i for i in (case.record_id, stored.id if stored else None) if i is not None}
    viewer = viewer_of(actor, case)
    if not ids:  # a case about a score has a subject all the same, who is told that it was opened
        note(actor, case)
    views = queries.versions_of(case.subject, viewer, ids) if ids else {}
    term = next((t for t in case.terms.all() if t.stopped_at is None), None)
    return CaseView(
        case,
        resolve(case.subject),
        views.get(case.record_id or 0),
        views.get(stored.id) if stored else None,
        stored,
        term,
    )


def note(actor: Actor, case: Case) -> None:
    """Leave the line of a case that was opened, for its subject to see."""
    access.note_access(viewer_of(actor, case), resolve(case.subject))


def viewer_of(actor: Actor, case: Case) -> Viewer:
    """As whom the actor reads what a case is about: the department that decides it, the credit centre, the auditor."""
    purpose = f"办理{procedures.title_of(case.kind).zh} {case.number}"
    deciding = (
        Role.DECIDER,
        Role.SUPERVISOR,
    )  # a reviewer may have a part in a department's case, and reads as the centre
    if case.provider and actor.by(*deciding) and permission.decides(actor, case):
        reads_for = procedures.procedure_of(case).about.purpose
        if reads_for is not None:
            return replace(viewers.sharing(actor, reads_for), purpose=purpose)
        return viewers.department(actor, purpose, *deciding)
    if cases.reaches(actor, case, *cases.OVERSEEING - {Role.AUDITOR}):
        return viewers.handling(actor, purpose)
    return viewers.auditor(actor, purpose)


def events_of(case: Case) -> list[Event]:
    """The events by which others learn what a case decided, oldest first: of restrictions that it made or ended, of the
    record's correction, of its withdrawal."""
    steps = list(case.steps.all())
    ids = {pk for step in steps for pk in step.particulars.get("events", ())}
    after = [step.particulars["after"] for step in steps if step.particulars.get("after")]
    wanted = Q(pk__in=ids)
    if after:
        made = Record.objects.filter(subject_id=case.subject_id, id__in=after).values("batch_id")
        wanted |= Q(batch_id__in=made, kind=Event.Kind.BATCH_COMMITTED)
    if case.key_hash is not None and any("withdrawn" in step.particulars for step in steps):
        ended = WithdrawnRecord.objects.filter(
            subject_id=case.subject_id, key_hash=case.key_hash, withdrawal__at__gte=case.filed_at
        )
        wanted |= Q(pk__in=ended.values("withdrawal__event_id"))
    return list(Event.objects.filter(wanted).select_related("batch", "withdrawal").order_by("pk"))
