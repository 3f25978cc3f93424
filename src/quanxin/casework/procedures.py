"""The procedures of the platform's pack.

Invariant: a case goes by the edition of its procedure that was in force on the day on which it was filed.
"""

from __future__ import annotations

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


def title_of(kind: str) -> Text:
    """What a procedure is called, by its latest edition."""
    found = [p for p in procedures() if p.key == kind]
    return max(found, key=lambda p: p.in_force.from_).title if found else Text(zh=kind, en=kind)


def kinds_of_scope(scope: str) -> list[str]:
    """The procedures that an agent's authorisation of a scope names."""
    return list(dict.fromkeys(p.key for p in procedures() if p.scope == scope))


def second_look_of(case: Case) -> Procedure | None:
    """The procedure by which a case of this kind is looked at again; None where there is none."""
    return next((p for p in current_pack().on(today()).procedures.values() if p.about.case == case.kind), None)
