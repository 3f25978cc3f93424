"""What a procedure says of one act: what must hold, what the record says next, which term runs.

Invariant: an answer follows from the procedure, the facts and the day alone; nothing is read or written, so that a pack's
cases are played by the same lines as real ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from quanxin.engine.conditions import Fact, Facts, evaluate
from quanxin.engine.values import type_of
from quanxin.policy.consequences import CreditList
from quanxin.policy.model import Resource
from quanxin.policy.procedure import MATTER, Act, Procedure, Requirement, StateClock

Running = Literal["keep", "start", "stop", "pause", "resume", "extend"]
_TYPES = {"text": "VARCHAR", "number": "BIGINT", "truth": "BOOLEAN", "day": "DATE"}


@dataclass(frozen=True, slots=True)
class Move:
    """Where an act leads, and what becomes of the term that runs; ``clock`` is what starts."""

    target: str
    running: Running
    clock: StateClock | None
    ends: bool


def move_of(procedure: Procedure, act: Act, state: str, paused_in: str) -> Move:
    """Where an act leads from a state; ``paused_in`` is the state in which the case was when it paused."""
    target = act.target(state, paused_in)
    found = procedure.state_of[target]
    if act.extends:
        return Move(target, "extend", None, found.ends)
    if act.to == Act.BACK:
        return Move(target, "resume", None, found.ends)
    if target == state and act.clock is None:
        return Move(target, "keep", None, found.ends)
    if found.pauses:
        return Move(target, "pause", None, found.ends)
    clock = act.clock or found.clock
    return Move(target, "start" if clock else "stop", clock, found.ends)


def unmet(act: Act, facts: Facts, day: dt.date) -> Requirement | None:
    """The first requirement of an act that does not hold; what cannot be told does not hold."""
    held = evaluate([one.that for one in act.requires], facts, day)
    return next((one for one, holds in zip(act.requires, held, strict=True) if holds is not True), None)


def changes(act: Act, facts: Facts, day: dt.date) -> dict[str, str]:
    """What the act's record says from now on, item by item, as a department would write it; "" for nothing."""
    found = evaluate(list(act.changes.values()), facts, day)
    return {key: _written(value) for key, value in zip(act.changes, found, strict=True)}


def day_of_clock(clock: StateClock, facts: Facts, day: dt.date) -> dt.date | None:
    """The day until which a clock runs that names one; None for one of a statutory term, or where the day is unknown."""
    if clock.until is None:
        return None
    (found,) = evaluate([f"CAST({clock.until} AS DATE)"], facts, day)
    return found if isinstance(found, dt.date) else None


def key_of_clock(clock: StateClock, lists: Iterable[CreditList], resource: str, said: Mapping[str, Any]) -> str:
    """The statutory clock that runs, of a record of a resource: that of its list for the ground that is ``said``, where
    the list has one, or the state's own; "" where it runs until a day."""
    ground = str(said.get(clock.ground or "") or "")
    found = (one.clock_for(ground) for one in lists if clock.ground and one.resource == resource)
    return next((key for key in found if key), clock.key or "")


def facts_of(
    resource: Resource | None, record: Mapping[str, Any], matter: Mapping[str, Any], act: Act, form: Mapping[str, Any]
) -> Facts:
    """The facts of which an act's expressions speak: each with the type of its field."""
    fields = {f.key: Fact(type_of(f), record.get(f.key)) for f in resource.fields} if resource else {}
    asked = {f.key: Fact(type_of(f), form.get(f.key)) for f in act.asks}
    about = {key: Fact(_TYPES[kind], matter.get(key)) for key, kind in MATTER.items()}
    return {"record": fields, "matter": about, "form": asked | {"reason": Fact("VARCHAR", form.get("reason"))}}


def _written(value: Any) -> str:
    if isinstance(value, dt.datetime):  # a day that moved by an interval: midnight, and of no zone
        return f"{value:%Y-%m-%d}"
    return "" if value is None else value.isoformat() if isinstance(value, dt.date) else str(value)
