"""A case as whoever filed it reads it: where it stands, what happened, what comes next and by when.

Invariant: nothing is told that the history does not hold; the days are those of the terms that run, as clerks see them too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quanxin.calendar import day_of, now
from quanxin.casework import notices, words
from quanxin.casework.models import Case, Step
from quanxin.casework.procedures import procedure_of, state_of
from quanxin.policy.model import Text
from quanxin.policy.procedure import Procedure
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack

TONES = {"good": "good", "bad": "seal", "wait": "warn", "plain": "spring"}


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the way: ``done`` when it was passed, or ``due`` by when it will be; neither where it lies further on."""

    title: str
    done: dt.date | None = None
    due: dt.date | None = None
    late: bool = False

    @property
    def kind(self) -> str:
        """How the line draws it."""
        return "done" if self.done else "late" if self.late else "now" if self.due else "later"


@dataclass(frozen=True, slots=True)
class Entry:
    """A case in a list: what it is about, and by when which next step is due."""

    case: Case
    title: Text
    due: dt.date | None
    late: bool
    authority: Text

    @property
    def kind(self) -> Text:
        """What such cases are called."""
        return procedure_of(self.case).title

    @property
    def tone(self) -> str:
        """How its state is marked."""
        return TONES[state_of(self.case).tone]

    @property
    def state(self) -> Text:
        """The state in words."""
        return words.state_told(self.case)

    @property
    def says(self) -> Text | None:
        """What the state means for its party, with ``{who}`` and ``{by}`` to be filled; None where nothing is to be said."""
        return state_of(self.case).says

    @property
    def waits(self) -> bool:
        """Whether the term stands still until its party has done something."""
        return state_of(self.case).pauses

    @property
    def asks(self) -> bool:
        """Whether something is waited for from its party."""
        return self.waits or state_of(self.case).tone == "wait"


def entry(case: Case, due_at: dt.datetime | None) -> Entry:
    """A case as a list shows it, with the end of its term."""
    late = due_at is not None and due_at < now() and not state_of(case).pauses
    return Entry(case, title_of(case), _day(due_at), late, notices.authority(case.provider))


def title_of(case: Case) -> Text:
    """What a case is about, without a question: the sort of record, or the score."""
    if case.resource:
        history = current_pack().resource_history(case.resource)
        return history[-1].title if history else Text(zh=case.resource, en=case.resource)
    if not case.model:
        return words.named(case) or procedure_of(case).title
    model = next((m.title for m in current_pack().models if m.key == case.model), None)
    return model or Text(zh="信用评价结果", en="the result of an evaluation")


def stages(case: Case, steps: Sequence[Step], due_at: dt.datetime | None) -> list[Stage]:
    """The way of a case from filing to decision, as far as it has come."""
    procedure, passed = procedure_of(case), {step.act: _day(step.at) for step in steps}
    decided = _day(case.decided_at)
    due, late = _day(due_at), due_at is not None and due_at < now() and not state_of(case).pauses
    line: list[tuple[str, dt.date | None]] = [(_("提交"), passed.get(procedure.files.name))]
    ahead = _ahead(procedure, case.state)
    for state in procedure.states[1:]:
        leads = next((act for act in procedure.acts if act.to == state.key and not act.by_nobody), None)
        if leads is None or not (leads.name in passed or state.key in ahead):
            continue
        if not (state.ends or state.pauses or leads.begins):
            line.append((said(leads.done or leads.title), passed.get(leads.name)))
    line.append((_("复核决定") if procedure.about.case else _("决定"), decided))
    if decided is not None:  # what was passed over on the way to the decision is not shown as if it were still to come
        line = [(title, day) for title, day in line if day is not None]
    found, reached = list[Stage](), True
    for title, day in line:
        found.append(
            Stage(title, done=day) if day else Stage(title, due=due if reached else None, late=reached and late)
        )
        reached = day is not None and reached
    return found


def _ahead(procedure: Procedure, state: str) -> set[str]:
    """The states that people's acts lead to from a state: what only a lapse leads to is not on the way."""
    found, left = {state}, [state]
    while left:
        here = left.pop()
        for act in procedure.acts:
            if here in act.from_ and not act.by_nobody and act.to not in found:
                found.add(act.to)
                left.append(act.to)
    return found


@dataclass(frozen=True, slots=True)
class Happened:
    """A step of the history in words: when, who did what, and what was said."""

    at: dt.datetime
    words: str
    note: str


def history(case: Case, steps: Sequence[Step]) -> list[Happened]:
    """What happened, the latest first; who works on it inside the office is left out."""
    shown = words.shown_to_party(case, steps)
    return [Happened(step.at, said(words.step_told(case, step)), step.note) for step in reversed(shown)]


def _day(moment: dt.datetime | None) -> dt.date | None:
    return day_of(moment) if moment is not None else None
