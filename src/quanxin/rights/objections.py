"""Objections (异议): that a record or a score is wrong, and the second look at how that was decided.

Invariant: from the moment that an objection is filed until it is decided, the record bears the mark wherever it shows and
nothing happens by itself because of it. Several objections to one thing are one case. A decision gives its reason; a record
is corrected by a new version and withdrawn by its provider, and the case is closed so only when that is done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act, refused_line
from quanxin.archive import restricting
from quanxin.archive.models import Record, Restriction
from quanxin.calendar import day_of, now
from quanxin.casework import cases, notices, papers, terms
from quanxin.casework.errors import RightsError
from quanxin.casework.models import OPEN_STATES, Case
from quanxin.casework.parties import Party
from quanxin.policy.model import Basis, Text
from quanxin.subjects.models import Subject

State, Kind = Case.State, Case.Kind
CLOCKS = {"forward": "objection-forward", "accept": "objection-accept", "decide": "objection-answer"}
SECOND_LOOK = "second-look"
JUDGING = ("accept", "ask", "extend", "uphold", "dismiss", "return")  # steps that whoever decides takes


@act
def object_to(
    party: Party, statement: str, *, record: Record | None = None, model: str = "", contact: str = "",
    proof: Collection[str] = (),
) -> Case:  # fmt: skip
    """Object to a record, or to the score by a model, of the party's subject.

    Where one is open about the same thing, what is said is joined to it. Raises ``RightsError`` where nothing is said.
    """
    if not statement.strip():
        raise RightsError("statement-missing")
    subject = record.subject_id if record else party.subject.pk
    Subject.objects.select_for_update().get(pk=subject)  # two objections wait for each other
    at = now()
    filed: dict[str, Any] = {
        "record": record, "model": model, "provider": record.provider if record else "", "statement": statement,
        "contact": contact,
    }  # fmt: skip
    if (open_case := _open_about(subject, record, model)) is not None:
        return _join(party, open_case, at, filed, proof)
    case = cases.open_case(party, Kind.OBJECTION, at, particulars={"clocks": CLOCKS}, **filed)
    papers.attach(party, case, proof)
    if record is not None:
        restricting.restrict(
            party.actor, [record], Restriction.Kind.DISPUTED, case=case.reference, basis=_basis(at), at=at
        )
    term = terms.start(case, CLOCKS["forward"], Role.WINDOW.value, at)
    notices.of_case(case, "objection-received", at, due=term.due_at)
    return case


@act
def take_up(actor: Actor, number: str) -> Case:
    """Take a forwarded objection up: from now on its answer has a term. Twice, it stays so."""
    if (already := cases.done_before(actor, number, State.ACCEPTED)) is not None:
        return already
    case, at = cases.for_handler(actor, number, State.FORWARDED), now()
    terms.stop(case, at)
    cases.step(case, actor, "accept", State.ACCEPTED, at)
    role = Role.DECIDER if case.provider else Role.REVIEWER
    terms.start(case, case.particulars["clocks"]["decide"], role.value, at)
    return case


@act
def uphold(actor: Actor, number: str, reason: str, outcome: Case.State) -> Case:
    """Decide that an objection is right: what it is about was ``CORRECTED`` or ``WITHDRAWN``.

    Raises ``RightsError`` where that has not happened yet: correct or withdraw the record first.
    """
    reason = cases.reasoned(reason)
    if (already := cases.done_before(actor, number, outcome)) is not None:
        return already
    case, at = cases.for_handler(actor, number, State.ACCEPTED), now()
    changed = _changed(case, outcome)
    cases.close(case, actor, "uphold", outcome, at, reason, **changed)
    _tell_all(case, "objection-upheld", at, reason)
    return case


@act
def dismiss(actor: Actor, number: str, reason: str) -> Case:
    """Decide that what was objected to is right, and say why; a second look may be asked for."""
    reason = cases.reasoned(reason)
    if (already := cases.done_before(actor, number, State.REFUSED)) is not None:
        return already
    case, at = cases.for_handler(actor, number, State.ACCEPTED), now()
    cases.close(case, actor, "dismiss", State.REFUSED, at, reason)
    _tell_all(case, "objection-refused", at, reason)
    return case


@act
def ask_second_look(party: Party, number: str, statement: str) -> Case:
    """Ask for somebody else to look at an objection that was dismissed, once; asked twice, the same is returned."""
    if not statement.strip():
        raise RightsError("statement-missing")
    looked_at = cases.locked(party.case(number).number)
    if (already := looked_at.second_looks.first()) is not None:
        return already
    cases.expect(looked_at, State.REFUSED)
    at, clocks = now(), {"accept": SECOND_LOOK, "decide": SECOND_LOOK}
    record = cases.record_as_filed(looked_at)
    case = cases.open_case(
        party, Kind.SECOND_LOOK, at, record=record, model=looked_at.model, provider="", statement=statement,
        particulars={"clocks": clocks}, looks_at=looked_at,
    )  # fmt: skip
    cases.passed_on(party.actor, case, at)
    return case


@act
def second_look(actor: Actor, number: str, reason: str, *, returned: bool) -> Case:
    """The centre's reviewer, who did not decide before, leaves a dismissed objection as it was, or returns it to whoever
    decided it, who must then decide anew.

    Raises ``NotAllowed`` without the reviewer's role, ``RightsError`` where the reviewer judged it in an earlier step.
    """
    reason = cases.reasoned(reason)
    outcome = State.RETURNED if returned else State.REFUSED
    if (already := cases.done_before(actor, number, outcome)) is not None:
        return already
    case, at = cases.for_handler(actor, number, State.FORWARDED, State.ACCEPTED), now()
    before = case.looks_at
    if before is None or judged_before(actor, before):
        raise RightsError("judged-before", refused_line(actor, case.reference, "judged it in an earlier step"))
    cases.close(case, actor, "second-look", outcome, at, reason)
    if returned:
        _reopen(actor, cases.locked(before.number), at, reason)
    what = Text(zh="退回重新核实", en="returned to be checked anew") if returned else Text(zh="维持", en="upheld")
    notices.of_case(case, "objection-second-look", at, reason=reason, what=what)
    return case


def judged_before(actor: Actor, case: Case) -> bool:
    """Whether the actor judged a case in any earlier step, however it went on from there."""
    return case.decided_by == actor.name or case.steps.filter(actor=actor.name, act__in=JUDGING).exists()


def _reopen(actor: Actor, case: Case, at: dt.datetime, reason: str) -> None:
    """A dismissed objection is to be decided anew, by somebody else if need be."""
    case.claimed_by, case.decided_at, case.decided_by = "", None, ""
    cases.step(case, actor, "return", State.FORWARDED, at, reason)
    if (record := cases.record_of(case)) is not None:
        restricting.restrict(actor, [record], Restriction.Kind.DISPUTED, case=case.reference, basis=_basis(at), at=at)
    role = Role.DECIDER if case.provider else Role.REVIEWER
    terms.start(case, case.particulars["clocks"]["decide"], role.value, at)


def _open_about(subject: int, record: Record | None, model: str) -> Case | None:
    about = Case.objects.filter(kind=Kind.OBJECTION, state__in=OPEN_STATES, subject_id=subject, model=model)
    if record is None:
        return about.filter(resource="").first()
    return about.filter(resource=record.resource, key_hash=record.key_hash).first()


def _join(party: Party, to: Case, at: dt.datetime, filed: dict[str, Any], proof: Collection[str]) -> Case:
    """What is said again about the same thing goes to the open case; said by the same person in the same words, it is
    the same objection."""
    said = filed["statement"].strip()
    same = Case.objects.filter(filed_by=party.actor.name, statement=said)
    if (again := same.filter(pk=to.pk).first() or same.filter(joined_to=to).first()) is not None:
        return again
    case = cases.open_case(
        party, Kind.OBJECTION, at, particulars={"clocks": CLOCKS}, state=State.JOINED, joined_to=to, **filed
    )
    papers.attach(party, to, proof)
    cases.step(to, party.actor, "join", State(to.state), at, said, joined=case.number)
    return case


def _changed(case: Case, outcome: Case.State) -> dict[str, Any]:
    """What was done about the record: which version said what before, which says what now."""
    if not case.resource:
        return {}
    stands = cases.record_of(case)
    if outcome == State.WITHDRAWN:
        if stands is not None:
            raise RightsError("not-withdrawn")
        return {"withdrawn": case.record_id}
    if stands is None or stands.version <= (case.version or 0):
        raise RightsError("not-corrected")
    return {"before": case.record_id, "after": stands.id}


def _tell_all(case: Case, key: str, at: dt.datetime, reason: str) -> None:
    """Whoever objected, and those who joined, hear how it was decided."""
    for one in (case, *case.joined.all()):
        notices.of_case(one, key, at, once=f"{key}:{one.number}:{case.steps.count()}", reason=reason)


def _basis(at: dt.datetime) -> list[Basis]:
    """The articles under which objections are taken: those of the clock of their day."""
    return list(terms.clock_of(CLOCKS["decide"], day_of(at)).basis)
