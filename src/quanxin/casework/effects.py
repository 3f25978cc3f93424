"""The effects that procedures name: what an act does elsewhere, in its own transaction.

Invariant: a procedure's effect is found here by its name or the pack does not pass; whatever an effect does is undone with
the act that it belongs to. Rooms above register theirs when their application is ready.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from quanxin.accounts import Actor
from quanxin.archive.models import Record
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.policy.model import Text
from quanxin.policy.procedure import Act, Effect, Procedure

Given = Mapping[str, Any]


@dataclass(slots=True)
class Performing:
    """An act while it is done. ``fields`` are the checked items of its form, ``sent`` the form as it came; ``kept`` and
    ``events`` go into the step, ``said`` into the notices; ``record`` is the version that stands, None where none does."""

    actor: Actor
    party: Party | None
    case: Case
    procedure: Procedure
    act: Act
    at: dt.datetime
    record: Record | None
    sent: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    papers: tuple[str, ...] = ()
    kept: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    events: list[int] = field(default_factory=list)


Do = Callable[[Performing, Given], None]
Narrows = Callable[[Given, str, Collection[str]], tuple[str, Collection[str]]]
Choices = Callable[[Case], Mapping[str, Mapping[str, Text]]]


@dataclass(frozen=True, slots=True)
class Registered:
    """An effect: what it does, what undoes it, and whether it harms whom the case is about. ``form`` names the fragment
    of a form that it reads for itself; ``narrows`` says which values of which item a procedure takes from departments;
    ``choices`` what the items of a case's form are chosen from, with their titles."""

    do: Do
    undo: Do | None = None
    harms: bool = False
    form: str = ""
    narrows: Narrows | None = None
    choices: Choices | None = None


REGISTRY: dict[str, Registered] = {}


def effect(
    name: str,
    *,
    undo: Do | None = None,
    harms: bool = False,
    form: str = "",
    narrows: Narrows | None = None,
    choices: Choices | None = None,
) -> Callable[[Do], Do]:
    """Register a function as the effect of a name."""

    def registering(do: Do) -> Do:
        REGISTRY[name] = Registered(do, undo, harms, form, narrows, choices)
        return do

    return registering


def carry_out(effects: tuple[Effect, ...], performing: Performing) -> None:
    """Do the effects of an act, in their order. Raises as they do."""
    for one in effects:
        REGISTRY[one.name].do(performing, one.given)


def undo(effects: tuple[Effect, ...], performing: Performing) -> None:
    """Undo effects that held until now, the last first."""
    for one in reversed(effects):
        undoing = REGISTRY[one.name].undo
        if undoing is None:
            raise LookupError(f"{one.name} cannot be undone")
        undoing(performing, one.given)


def narrowed(procedure: Procedure, act: Act, departments: Collection[str]) -> dict[str, Collection[str]]:
    """The values that effects of an act take from departments, by the items that they narrow."""
    found = [(REGISTRY[one.name].narrows, one.given) for one in act.effects]
    return dict(narrows(given, procedure.key, departments) for narrows, given in found if narrows is not None)


def choices_of(act: Act, case: Case) -> dict[str, Mapping[str, Text]]:
    """What items of an act's form are chosen from in a case, by its effects: each value with its title."""
    found = [REGISTRY[one.name].choices for one in act.effects]
    return {key: titles for choices in found if choices is not None for key, titles in choices(case).items()}


def form_of(act: Act) -> str:
    """The fragment of a form that an effect of the act reads for itself; "" for none."""
    return next((REGISTRY[one.name].form for one in act.effects if REGISTRY[one.name].form), "")
