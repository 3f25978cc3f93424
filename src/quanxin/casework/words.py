"""What a case is called, for the desk and for its party, in the words of its procedure.

Invariant: every state, act and kind has its words in the pack; nothing here knows one by name.
"""

from __future__ import annotations

from collections.abc import Sequence

from quanxin.calendar import today
from quanxin.casework import effects
from quanxin.casework.models import Case, Step
from quanxin.casework.procedures import procedure_of, procedures, state_of
from quanxin.policy.model import FieldDef, Text
from quanxin.policy.procedure import Act
from quanxin.runtime.pack import current_pack


def state_told(case: Case) -> Text:
    """The state of a case as its party reads it."""
    state = state_of(case)
    return state.told or state.title


def act_of(case: Case, step: Step) -> Act | None:
    """The act of which a step tells: of several that the history calls alike, the one that leads to its state."""
    named = [act for act in procedure_of(case).acts if act.name == step.act]
    return next((act for act in named if act.to == step.state), named[0] if named else None)


def step_done(case: Case, step: Step) -> Text:
    """What was done, as the desk reads it."""
    act = act_of(case, step)
    return (act.done or act.title) if act else Text(zh=step.act, en=step.act)


def step_told(case: Case, step: Step) -> Text:
    """What was done, as the party reads it."""
    act = act_of(case, step)
    return (act.told or act.done or act.title) if act else Text(zh=step.act, en=step.act)


def answers(case: Case, step: Step) -> list[tuple[Text, Text | None]]:
    """What the form of a step said, item by item, as it was read; what was ticked is said by its title alone."""
    act, form = act_of(case, step), step.particulars.get("form", {})
    held = [(f, form[f.key]) for f in act.asks if form.get(f.key)] if act else []
    chosen = effects.choices_of(act, case) if act and held else {}
    return [
        (f.title, None if value is True else chosen.get(f.key, {}).get(str(value)) or _code(f, str(value)))
        for f, value in held
    ]


def named(case: Case) -> Text | None:
    """What tells a case apart from others about the same subject; None where nothing does."""
    procedure = procedure_of(case)
    item = next((f for f in procedure.files.asks if f.key == procedure.named_by), None)
    return _code(item, case.named) if case.named else None


def _code(item: FieldDef | None, value: str) -> Text:
    """What an item's value is called: its code's title, where it is one."""
    codes = current_pack().on(today()).code_sets.get(item.code_set) if item and item.code_set else None
    found = next((c.title for c in codes.codes if c.value == value), None) if codes else None
    return found or Text(zh=value, en=value)


def shown_to_party(case: Case, steps: Sequence[Step]) -> list[Step]:
    """The steps without those that are the office's own affair."""
    internal = {act.name for act in procedure_of(case).acts if act.internal}
    return [step for step in steps if step.act not in internal]


def kinds() -> dict[str, Text]:
    """Each kind of case with its words, by its latest edition."""
    latest = sorted(procedures(), key=lambda p: p.in_force.from_)
    return {procedure.key: procedure.title for procedure in latest}


def states(*, closed: bool = True) -> dict[str, Text]:
    """Each state that a case of any kind may have, with its words; without ``closed`` those in which it is open."""
    found = [state for procedure in procedures() for state in procedure.states if closed or not state.ends]
    return {state.key: state.title for state in reversed(found)}
