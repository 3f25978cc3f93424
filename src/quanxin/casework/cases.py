"""What objections and repairs have in common: filing, claiming, asking for more, the history, and who may act.

Invariant: each act is a step of the case's history, written with the state that it leaves; an act that is out of place is
refused in words. Whoever decides is the approver of the provider whose record it is, or the credit centre's reviewer where
there is none, has claimed the case, and has no part in it: nobody handles or opens at the desk what concerns a subject that
they stand for, or what they asked for themselves.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.accounts.own_matters import own_matter
from quanxin.archive import restricting, viewers
from quanxin.archive.models import Record, Restriction
from quanxin.archive.own_matters import own_subjects
from quanxin.attachments.accepting import tie
from quanxin.calendar import now
from quanxin.casework import notices, terms
from quanxin.casework.errors import RightsError
from quanxin.casework.models import OPEN_STATES, Case, Step, Term
from quanxin.casework.parties import Party
from quanxin.runtime.bridge import reserve
from quanxin.subjects.queries import within

State, Kind = Case.State, Case.Kind
OVERSEEING = frozenset({Role.WINDOW, Role.REVIEWER, Role.CENTRE, Role.AUDITOR})  # who may open cases that others decide
_LETTERS = {Kind.REPAIR: "XF", Kind.OBJECTION: "YY", Kind.SECOND_LOOK: "FH"}  # 修复, 异议, 复核


def open_case(
    party: Party, kind: Case.Kind, at: dt.datetime, *, record: Record | None = None, provider: str, model: str = "",
    statement: str = "", contact: str = "", particulars: Mapping[str, Any] | None = None,
    state: Case.State = Case.State.FILED, **links: Case | None,
) -> Case:  # fmt: skip
    """Write a new case with its first step; within the caller's transaction."""
    number = f"{_LETTERS[kind]}{at:%Y%m%d}{reserve('casework_case_number_seq', 1):06d}"
    made = Case.objects.create(
        number=number, kind=kind, state=state, channel=party.channel,
        subject_id=record.subject_id if record else party.subject.pk, resource=record.resource if record else "",
        key_hash=record.key_hash if record else None, record_id=record.id if record else None,
        version=record.version if record else None, model=model, provider=provider, filed_by=party.actor.name,
        on_behalf=party.on_behalf[:200], contact=contact.strip()[:200], statement=statement.strip(),
        particulars=dict(particulars or {}), filed_at=at, **links,
    )  # fmt: skip
    step(made, party.actor, "file", state, at, statement.strip())
    return made


def step(
    case: Case, actor: Actor, act: str, state: Case.State, at: dt.datetime, note: str = "", **particulars: Any
) -> Step:
    """Leave a case in a state, with the step of its history and the audit line."""
    case.state = state
    case.save()
    audit(actor, f"rights.{case.kind}.{act}", case.reference, number=case.number, state=state, note=note[:500])
    return Step.objects.create(
        case=case, act=act, state=state, actor=actor.name, at=at, note=note, particulars=particulars
    )


def locked(number: str) -> Case:
    """The case of a number, locked until the transaction ends; raises ``RightsError`` for none."""
    found = Case.objects.select_for_update().filter(number=number).first()
    if found is None:
        raise RightsError("case-unknown")
    return found


def decides(actor: Actor, case: Case) -> bool:
    """Whether an actor decides such cases: the provider's approver, or the centre's reviewer; in its districts."""
    return (
        reaches(actor, case, Role.DECIDER, provider=case.provider)
        if case.provider
        else reaches(actor, case, Role.REVIEWER)
    )


def reaches(actor: Actor, case: Case, *roles: Role, provider: str | None = None) -> bool:
    """Whether one assignment of these roles reaches the district of a case (and the provider); asks for the subject only
    where a district is named."""
    held = [one for one in actor.by(*roles) if one.covers(provider)]
    return any(not one.district for one in held) or any(one.covers(region=case.subject.region) for one in held)


def is_own(actor: Actor, case: Case) -> bool:
    """Whether a case is an own matter of the actor's: about a subject that it stands for, or asked for by itself."""
    asked = case.filed_by == actor.name and case.channel != Case.Channel.WINDOW
    return asked or case.subject_id in own_subjects(actor)


def may_handle(actor: Actor, case: Case) -> bool:
    """Whether an actor decides this case: it decides such cases, and this one is no own matter."""
    return decides(actor, case) and not is_own(actor, case)


def others(actor: Actor, found: QuerySet[Case]) -> QuerySet[Case]:
    """Those of the cases that are no own matter of the actor's."""
    asked = Q(filed_by=actor.name) & ~Q(channel=Case.Channel.WINDOW)
    return found.exclude(asked).exclude(subject_id__in=own_subjects(actor))


def may_see(actor: Actor, case: Case) -> bool:
    """Whether an actor of the desk may open a case: who decides it, the credit centre, and the auditor."""
    return (decides(actor, case) or reaches(actor, case, *OVERSEEING)) and not is_own(actor, case)


def for_handler(actor: Actor, number: str, *states: Case.State) -> Case:
    """The case, locked, for an act of whoever decides it; claims it where nobody has.

    Raises ``NotAllowed``, with a line, for another's case, and ``RightsError`` where it stands in none of ``states`` or
    somebody else has claimed it.
    """
    case = locked(number)
    expect_others(actor, case)
    if not decides(actor, case):
        raise viewers.refused(actor, case.reference, "not this actor's case to decide")
    expect(case, *states)
    if case.claimed_by not in ("", actor.name):
        raise RightsError("case-claimed", who=case.claimed_by.partition(":")[2])
    case.claimed_by = actor.name
    return case


def expect_others(actor: Actor, case: Case) -> None:
    """Raise ``OwnMatter``, with its line, for a case that is the actor's own matter."""
    if is_own(actor, case):
        raise own_matter(actor, case.reference)


def expect(case: Case, *states: Case.State) -> None:
    """Raise ``RightsError`` unless the case stands in one of these states."""
    if case.state not in states:
        code = "case-elsewhere" if case.is_open else "case-closed"
        raise RightsError(code, state=case.get_state_display())


def done_before(actor: Actor, number: str, state: Case.State) -> Case | None:
    """The case, where an act that leaves it in this state was done before by whoever may do it."""
    found = Case.objects.filter(number=number, state=state).first()
    return found if found is not None and may_handle(actor, found) else None


def record_of(case: Case) -> Record | None:
    """The version of the case's record that stands now; None where it was withdrawn, and for a case about a score."""
    if case.key_hash is None:
        return None
    return Record.objects.filter(
        subject_id=case.subject_id, resource=case.resource, key_hash=case.key_hash, superseded_at=None
    ).first()


def record_as_filed(case: Case) -> Record | None:
    """The version of the case's record that was looked at when it was filed; None for a case about a score."""
    if case.record_id is None:
        return None
    return Record.objects.get(subject_id=case.subject_id, id=case.record_id)


def reasoned(text: str) -> str:
    """The reason that an act needs; raises ``RightsError`` for none."""
    if not text.strip():
        raise RightsError("reason-missing")
    return text.strip()


@act
def claim(actor: Actor, number: str) -> Case:
    """Take a case for oneself, so that nobody else works on it; claimed twice, it stays so. Raises as ``for_handler``."""
    found = Case.objects.filter(number=number).first()
    held = found.claimed_by if found else ""
    case = for_handler(actor, number, State.FORWARDED, State.ACCEPTED, State.WAITING)
    if held != actor.name:
        step(case, actor, "claim", State(case.state), now())
    return case


@act
def give_back(actor: Actor, number: str) -> Case:
    """Give a claimed case back to the queue; who supervises deciding may take it from whoever claimed it."""
    case = locked(number)
    mine = case.claimed_by == actor.name
    if not mine:  # one's own claim may be given back whatever has come up since
        expect_others(actor, case)
    if not (mine or (reaches(actor, case, Role.REVIEWER))):
        raise viewers.refused(actor, case.reference, "claimed by somebody else")
    if case.claimed_by:
        case.claimed_by = ""
        step(case, actor, "give-back", State(case.state), now())
    return case


@act
def forward(actor: Actor, number: str) -> Case:
    """Pass a filed case on to whom it is for; raises ``NotAllowed`` without the window's role. Twice, it stays so."""
    actor.require(Role.WINDOW)
    case = locked(number)
    expect_others(actor, case)
    if not reaches(actor, case, Role.WINDOW):
        raise viewers.refused(actor, case.reference, "another district's case")
    if case.state != State.FILED and case.is_open:
        return case
    expect(case, State.FILED)
    return passed_on(actor, case, now())


def passed_on(actor: Actor, case: Case, at: dt.datetime) -> Case:
    """A filed case goes to whom it is for, and their term begins."""
    terms.stop(case, at)
    step(case, actor, "forward", State.FORWARDED, at)
    clock = case.particulars["clocks"]["accept"]
    terms.start(case, clock, (Role.DECIDER if case.provider else Role.REVIEWER).value, at)
    return case


@act
def ask(actor: Actor, number: str, what: str) -> Case:
    """Ask whoever filed the case for more; the running term stops and goes on, with what was left of it, at the answer."""
    what = reasoned(what)
    case = for_handler(actor, number, State.FORWARDED, State.ACCEPTED)
    at = now()
    case.particulars["asked_in"] = case.state
    terms.pause(case, at)
    step(case, actor, "ask", State.WAITING, at, what)
    notices.of_case(case, "case-more-wanted", at, once=f"ask:{case.number}:{case.steps.count()}", reason=what)
    return case


@act
def answer(party: Party, number: str, text: str, papers: Collection[str] = ()) -> Case:
    """What was asked for, from whoever filed the case; the term goes on. Raises ``RightsError`` where nothing was."""
    case = locked(party.case(number).number)
    expect(case, State.WAITING)
    at = now()
    if papers:
        tie(party.actor, [uuid.UUID(paper) for paper in papers], case.reference, subject_id=party.subject.pk)
    terms.resume(case, at)
    step(case, party.actor, "answer", State(case.particulars.pop("asked_in")), at, reasoned(text))
    return case


@act
def retract(party: Party, number: str) -> Case:
    """Take a case of one's own back before it is decided; taken back twice, it stays so."""
    case = locked(party.case(number).number)
    if case.state == State.RETRACTED:
        return case
    if not case.is_open:
        raise RightsError("case-closed", state=case.get_state_display())
    return close(case, party.actor, "retract", State.RETRACTED, now())


def close(
    case: Case, actor: Actor, act: str, state: Case.State, at: dt.datetime, reason: str = "", **particulars: Any
) -> Case:
    """End a case in a state: its term stops, and its record is no longer marked as disputed.

    The step keeps the events by which others learn of it (``events``).
    """
    terms.stop(case, at)
    case.decided_at, case.decided_by, case.reason = at, actor.name, reason
    settled = restricting.release(actor, case.reference, reason=reason or act, at=at, kinds=[Restriction.Kind.DISPUTED])
    events = [*particulars.pop("events", ()), *(event.pk for event in settled)]
    step(case, actor, act, state, at, reason, **particulars, events=events)
    return case


def queue(actor: Actor) -> QuerySet[Case]:
    """The open cases that an actor may act on at the desk, the most pressing first; ``due`` is when their term ends."""
    mine = Q(pk=None)
    for one in actor.by(Role.DECIDER):
        mine |= decided_by(one) & ~Q(state=State.FILED)
    for one in actor.by(Role.REVIEWER):
        mine |= Q(provider="") & ~Q(state=State.FILED) & in_district(one)
    for one in actor.by(Role.WINDOW):
        mine |= Q(state=State.FILED) & in_district(one)
    found = others(actor, Case.objects.filter(mine, state__in=OPEN_STATES))
    due = Subquery(Term.objects.filter(case=OuterRef("pk"), stopped_at=None).values("due_at")[:1])
    return found.annotate(due=due).order_by(F("due").asc(nulls_last=True), "id")


def decided_by(assignment: Assignment) -> Q:
    """The cases that the approver of a provider decides, in the district of its assignment."""
    mine = Q(provider=assignment.provider) if assignment.provider else ~Q(provider="")
    return mine & in_district(assignment)


def in_district(assignment: Assignment) -> Q:
    """The cases whose subject lies in the district of an assignment."""
    return Q(subject_id__in=within([assignment.district])) if assignment.district else Q(pk__isnull=False)
