"""A case as whoever filed it reads it: where it stands, what happened, what comes next and by when.

Invariant: nothing is told that the history does not hold; the days are those of the terms that run, as clerks see them too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quanxin.calendar import day_of, now
from quanxin.casework import notices
from quanxin.casework.models import Case, Step
from quanxin.policy.model import Text
from quanxin.runtime.pack import current_pack

State, Kind = Case.State, Case.Kind
INTERNAL = ("claim", "give-back")  # who works on it is the office's own affair
AGAINST = (State.REFUSED, State.REJECTED, State.REVOKED)
FOR = (State.GRANTED, State.CORRECTED, State.WITHDRAWN)


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
    def repair(self) -> bool:
        return self.case.kind == Kind.REPAIR

    @property
    def tone(self) -> str:
        """How its state is marked."""
        if self.case.state in FOR:
            return "good"
        return "seal" if self.case.state in AGAINST else "warn" if self.case.state == State.WAITING else "spring"

    @property
    def state(self) -> str:
        """The state in the page's language."""
        return state_words(self.case)


def entry(case: Case, due_at: dt.datetime | None) -> Entry:
    """A case as a list shows it, with the end of its term."""
    late = due_at is not None and due_at < now() and case.state != State.WAITING
    return Entry(case, title_of(case), _day(due_at), late, notices.authority(case.provider))


def title_of(case: Case) -> Text:
    """What a case is about, without a question: the sort of record, or the score."""
    if case.resource:
        history = current_pack().resource_history(case.resource)
        return history[-1].title if history else Text(zh=case.resource, en=case.resource)
    model = next((m.title for m in current_pack().models if m.key == case.model), None)
    return model or Text(zh="信用评价结果", en="the result of an evaluation")


def stages(case: Case, steps: Sequence[Step], due_at: dt.datetime | None) -> list[Stage]:
    """The way of a case from filing to decision, as far as it has come."""
    passed = {step.act: _day(step.at) for step in steps}
    decided = _day(case.decided_at)
    due, late = _day(due_at), due_at is not None and due_at < now() and case.state != State.WAITING
    line: list[tuple[str, dt.date | None]] = [(_("提交"), passed.get("file"))]
    if case.kind == Kind.SECOND_LOOK:
        line.append((_("复核决定"), decided))
    else:
        line += [(_("转办"), passed.get("forward")), (_("受理"), passed.get("accept")), (_("决定"), decided)]
    if decided is not None:  # what was passed over on the way to the decision is not shown as if it were still to come
        line = [(title, day) for title, day in line if day is not None]
    found, reached = list[Stage](), True
    for title, day in line:
        found.append(
            Stage(title, done=day) if day else Stage(title, due=due if reached else None, late=reached and late)
        )
        reached = day is not None and reached
    return found


@dataclass(frozen=True, slots=True)
class Happened:
    """A step of the history in words: when, who did what, and what was said."""

    at: dt.datetime
    words: str
    note: str


def history(case: Case, steps: Sequence[Step]) -> list[Happened]:
    """What happened, the latest first; who works on it inside the office is left out."""
    said = _acts(case)
    return [
        Happened(step.at, said.get(step.act, step.act), step.note)
        for step in reversed(steps)
        if step.act not in INTERNAL
    ]


def state_words(case: Case) -> str:
    """The state of a case in the page's language."""
    return {
        State.FILED: _("已提交，待转办"), State.FORWARDED: _("已转办，待受理"), State.ACCEPTED: _("已受理，待决定"),
        State.WAITING: _("等您补充材料"), State.GRANTED: _("已准予修复"), State.CORRECTED: _("异议成立，已更正"),
        State.WITHDRAWN: _("异议成立，已撤下"), State.RETURNED: _("已退回重新核实"),
        State.REFUSED: _("不予修复") if case.kind == Kind.REPAIR else _("不予支持"), State.REJECTED: _("不予受理"),
        State.RETRACTED: _("您已撤回"), State.JOINED: _("已并入前一件异议"), State.REVOKED: _("修复已撤销"),
    }[State(case.state)]  # fmt: skip


def _acts(case: Case) -> dict[str, str]:
    return {
        "file": _("提交申请") if case.kind == Kind.REPAIR else _("提出异议"), "forward": _("转交办理单位"),
        "accept": _("受理"), "ask": _("要求补充材料"), "answer": _("已补充材料"), "extend": _("延长办理期限"),
        "grant": _("决定准予修复"), "refuse": _("决定不予修复"), "reject": _("决定不予受理"),
        "uphold": _("认定异议成立"), "dismiss": _("认定信息无误，不予支持"), "second-look": _("作出复核决定"),
        "return": _("复核后退回，重新核实"), "retract": _("撤回"), "join": _("并入另一件相同的异议"),
        "find-false": _("查明材料不实或未履行承诺，撤销修复"),
    }  # fmt: skip


def _day(moment: dt.datetime | None) -> dt.date | None:
    return day_of(moment) if moment is not None else None
