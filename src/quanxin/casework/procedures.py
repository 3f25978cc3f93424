"""The procedures of the platform's pack.

Invariant: a case goes by the edition of its procedure that was in force on the day on which it was filed.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import day_of, today
from quanxin.casework.models import Case
from quanxin.policy.model import Text
from quanxin.policy.procedure import Procedure, State
from quanxin.runtime.pack import current_pack


def procedures() -> tuple[Procedure, ...]:
    """Every edition of every procedure."""
    return current_pack().procedures


def procedure_of(case: Case) -> Procedure:
    """The procedure of a case, as it was on the day of its filing."""
    return current_pack().procedure_on(case.kind, day_of(case.filed_at))


def state_of(case: Case) -> State:
    """The state of a case, with its words."""
    return procedure_of(case).state_of[case.state]


def seen_by_party(case: str = "") -> Q:
    """The cases that the party of each sees: those that stand in no state that their procedure keeps from it. Of what has
    a case, by the name of its field ``case``."""
    found, of = Q(), f"{case}__" if case else ""
    for procedure in procedures():
        for state in procedure.states:
            if state.unseen:
                found &= ~Q(**{f"{of}kind": procedure.key, f"{of}state": state.key})
    return found


def title_of(kind: str) -> Text:
    """What a procedure is called, by its latest edition."""
    found = [p for p in procedures() if p.key == kind]
    return max(found, key=lambda p: p.in_force.from_).title if found else Text(zh=kind, en=kind)


def kinds_of_scope(scope: str) -> list[str]:
    """The procedures that an agent's authorisation of a scope names."""
    return list(dict.fromkeys(p.key for p in procedures() if p.scope == scope))


def in_force() -> Iterator[Procedure]:
    """The procedures that are in force."""
    yield from current_pack().on(today()).procedures.values()


def begun_by_party(procedure: Procedure) -> bool:
    """Whether a subject itself begins such cases."""
    return any(who.party for who in procedure.files.who)


def begun_by(actor: Actor, procedure: Procedure) -> bool:
    """Whether a role of the actor's begins such cases, of whomever and whatever."""
    return any(actor.by(Role(who.role)) for who in procedure.files.who if who.role)


def about_record(procedure: Procedure, resource: str) -> bool:
    """Whether a record of a resource can be what a case is about."""
    about = procedure.about
    if about.list:
        return any(one.resource == resource and one.removed for one in current_pack().on(today()).lists.values())
    return about.record or about.resource == resource


def about_itself(procedure: Procedure) -> bool:
    """Whether a case is about the subject itself, or about nothing yet."""
    return procedure.about.subject or procedure.about.nothing


def to_begin_about(case: Case) -> list[Procedure]:
    """What can be begun about a case as it stands, and was not begun where that can be once."""
    found = [p for p in in_force() if p.about.case == case.kind and case.state in p.about.in_]
    begun = set(case.second_looks.values_list("kind", flat=True)) if any(p.once for p in found) else set()
    return [p for p in found if not (p.once and p.key in begun)]
