"""Who may do what with a case.

Invariant: an act is permitted by one of the ways that its procedure names, asked once; nobody acts in a role on what is
their own matter, and each refusal leaves its line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Q

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.accounts.acts import refused_line
from quanxin.archive import own_matters, viewers
from quanxin.casework import cases
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.casework.procedures import procedure_of, procedures
from quanxin.policy.procedure import Act, Procedure, Who
from quanxin.subjects.models import Subject


def fits(who: Who, case: Case) -> bool:
    """Whether a way to act is one for this case: of its provider, or of the credit centre where it has none."""
    return who.of is None or (who.of == "provider") == bool(case.provider)


def holds(actor: Actor, who: Who, case: Case) -> bool:
    """Whether an actor of the desk has this way to act on a case."""
    if who.claimant:
        return case.claimed_by == actor.name
    if who.role is None or not fits(who, case):
        return False
    return cases.reaches(actor, case, Role(who.role), provider=case.provider if who.of == "provider" else None)


def judged(actor: Actor, case: Case) -> bool:
    """Whether the actor judged, in any step, the case that this one looks at."""
    before = case.looks_at
    if before is None:
        return False
    judging = {act.name for act in procedure_of(before).acts if act.judges}
    return before.decided_by == actor.name or before.steps.filter(actor=actor.name, act__in=judging).exists()


def may(actor: Actor, act: Act, case: Case) -> bool:
    """Whether an actor of the desk may do an act, whatever the state: for offering it."""
    ways = [who for who in act.who if holds(actor, who, case)]
    if not ways or (act.claims and case.claimed_by not in ("", actor.name)):
        return False
    if all(who.unless for who in ways) and (case.looks_at is None or judged(actor, case)):
        return False
    return any(who.claimant for who in ways) or not cases.is_own(actor, case)


def expect(actor: Actor, party: Party | None, act: Act, case: Case) -> None:
    """Raise ``NotAllowed`` or ``OwnMatter``, with a line, unless the act is the actor's, or the party's, to do;
    ``RightsError`` for who judged before."""
    if party is not None:
        if not any(who.party for who in act.who):
            raise viewers.refused(actor, case.reference, "not an act of a party")
        return
    ways = [who for who in act.who if holds(actor, who, case)]
    if not any(who.claimant for who in ways):
        cases.expect_others(actor, case)
    if not ways:
        raise viewers.refused(actor, case.reference, "not this actor's case to decide")
    if all(who.unless for who in ways) and (case.looks_at is None or judged(actor, case)):
        raise RightsError("judged-before", refused_line(actor, case.reference, "judged it in an earlier step"))


def decides(actor: Actor, case: Case) -> bool:
    """Whether an actor decides such cases."""
    return any(holds(actor, who, case) for who in procedure_of(case).deciders)


def waiting_for(actor: Actor) -> Q:
    """The open cases on which the actor's roles have something to do."""
    found = Q(pk=None)
    for procedure in procedures():
        for state in procedure.open_states():
            for who in _workers(procedure, state):
                for one in actor.by(Role(str(who.role))):
                    found |= Q(kind=procedure.key, state=state) & of_assignment(who, one)
    return found & Q(open=True)


def decided_by(actor: Actor) -> Q:
    """The cases, open and closed, that the actor's roles decide."""
    found = Q(pk=None)
    for procedure in procedures():
        for who in procedure.deciders:
            for one in actor.by(Role(who.role)) if who.role and who.of != "centre" else ():
                found |= Q(kind=procedure.key) & of_assignment(who, one)
    return found


def of_assignment(who: Who, assignment: Assignment) -> Q:
    """The cases that a way to act reaches under an assignment: its provider's, in its district."""
    mine = cases.in_district(assignment)
    if who.of == "centre":
        return mine & Q(provider="")
    if who.of == "provider":
        return mine & (Q(provider=assignment.provider) if assignment.provider else ~Q(provider=""))
    return mine


def _workers(procedure: Procedure, state: str) -> Iterator[Who]:
    """By which roles work is done in a state; taking back what somebody claimed is none."""
    acts: Iterable[Act] = (act for act in procedure.acts if state in act.from_)
    yield from dict.fromkeys(who for act in acts if not act.releases for who in act.who if who.role is not None)


def expect_to_begin(actor: Actor, procedure: Procedure, subject: Subject, provider: str | None) -> None:
    """Raise ``NotAllowed`` or ``OwnMatter``, with a line, unless a role of the actor's begins such cases for the subject:
    that of the record's ``provider``, where the act is the provider's and the case not its filer's;
    None where no record is chosen yet."""
    own_matters.expect_others(actor, [subject.pk], f"subject:{subject.pk}")
    whose = None if procedure.about.of == "filer" else provider
    ways = [(Role(who.role), whose if who.of == "provider" else None) for who in procedure.files.who if who.role]
    if not any(actor.may(role, of, region=subject.region) for role, of in ways):
        raise viewers.refused(actor, f"subject:{subject.pk}", "not this actor's to begin")
