"""What measures make of the sample city: departments of it restrain and favour, at every stage.

Invariant: it is done by the acts by which everybody does it, in the names of sample offices; what comes of it follows from the
sample's records and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.calendar import today
from quanxin.casework import beginning, engine, procedures
from quanxin.casework.models import Case
from quanxin.measures import due
from quanxin.measures.models import Due
from quanxin.policy.procedure import Act, Procedure
from quanxin.runtime.pack import current_pack
from quanxin.runtime.problems import Problem

RESTRAINTS, INCENTIVES = 24, 12
FACTS = "样例：依据名单和记录提出。"
FORM = {"attendees": "样例负责人", "outcome": "样例：承诺改正。", "effect": "样例：按季度检查。"}


def apply_some(_actor: Actor, tell: Callable[[str], None]) -> dict[str, int]:
    """Make the list of what could be applied, and apply some of it; return how many cases stand in which state."""
    tell("措施")
    due.refresh()
    made: dict[str, int] = {}
    for n, case in enumerate([*_begun("sanction", RESTRAINTS), *_begun("incentive", INCENTIVES)]):
        state = _carried_on(case, n % 5)
        made[state] = made.get(state, 0) + 1
    return made


def _begun(nature: str, most: int) -> Iterator[Case]:
    """Cases of measures of a nature, one a subject."""
    rules = {key: rule for key, rule in current_pack().on(today()).measures.items() if rule.nature == nature}
    lines = Due.objects.filter(measure__in=[k for k, rule in rules.items() if rule.enforcers], suspended=False)
    first = {one.subject_id: one for one in lines.order_by("subject_id", "-must", "measure")}
    named = due.references(list(first.values()))
    procedure = next(p for p in procedures.in_force() if _begins(p, nature))
    for one in islice((line for line in first.values() if line.record_id in named), most):
        office = _office(rules[one.measure].enforcers[0])
        try:
            form = {"measure": one.measure, "facts": FACTS}
            yield beginning.begin(office, procedure.key, record=named[one.record_id], form=form)
        except Problem:  # what another stage of the sample has taken away since
            continue


def _begins(procedure: Procedure, nature: str) -> bool:
    given = [one.given for one in procedure.files.effects if one.name.startswith("measures.")]
    return any(one.get("nature") == nature for one in given)


def _carried_on(case: Case, acts: int) -> str:
    """Carry a case on by so many acts of the department's, past the time for an answer; return how it stands then."""
    for _ in range(acts):
        if (act := _next(case)) is None:
            break
        if act.by_nobody:
            case = engine.by_nobody(case.number, act.key)
        else:
            form = FORM | {"held_on": today().isoformat(), "reason": FACTS}
            case = engine.perform(_office(case.provider), case.number, act.key, form)
    return case.state


def _next(case: Case) -> Act | None:
    """The first act in the procedure's order that was not done yet and leaves the case open: a department's, or a lapse."""
    procedure = procedures.procedure_of(case)
    clock, done = procedure.state_of[case.state].clock, set(case.steps.values_list("act", flat=True))
    for act in procedure.acts:
        fits = case.state in act.from_ and act.name not in done and act.to in (Act.SAME, *procedure.open_states())
        lapses = clock is not None and act.key == clock.lapse
        if fits and (lapses or any(who.role for who in act.who)):
            return act
    return None


def _office(provider: str) -> Actor:
    title = current_pack().providers[provider].title.zh
    return Actor(f"样例{title}", [Assignment(Role.DECIDER, provider)])
