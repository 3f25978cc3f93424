"""What everybody is told of plans and of draws: which plans, which of their lines, and what was done in their cases.

Invariant: a plan is public from the day on which it was first published; a line that was never published is not. Of a
case everybody reads the acts that its procedure has words for (``told``), with the reason and without the person who acted.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from quanxin.calendar import day_of
from quanxin.casework import words
from quanxin.casework.models import Case, Step
from quanxin.identifiers.personal_numbers import mask_whatever_resembles
from quanxin.policy.model import Text
from quanxin.runtime.language import said
from quanxin.supervision.models import PlanLine
from quanxin.supervision.planning import published
from quanxin.supervision.planning.lines import PLANNED

PLAN = "inspection-plan"


class Told(NamedTuple):
    """Something that was done: when, what, and why."""

    at: dt.datetime
    done: Text
    reason: str


def plans() -> QuerySet[Case]:
    """The plans that are public, the latest first."""
    made = Step.objects.filter(case=OuterRef("pk"), state=PLANNED)
    found = Case.objects.filter(Exists(made), kind=PLAN).order_by("-named", "provider", "pk")
    return found.prefetch_related("steps", "plan_lines")


def public_since(case: Case) -> list[dt.datetime]:
    """When a plan was published, and published anew."""
    return [step.at for step in case.steps.all() if step.state == PLANNED]


def lines_of(case: Case) -> list[tuple[PlanLine, bool]]:
    """The lines of a plan that were ever published, each with whether it stands in what was published last."""
    moments = public_since(case)
    if not moments:
        return []
    found = []
    for line in case.plan_lines.all():
        if any(line.added_at <= at and (line.dropped_at is None or line.dropped_at > at) for at in moments):
            found.append((line, line.dropped_at is None or line.dropped_at > moments[-1]))
    return found


def history(case: Case) -> list[Told]:
    """What was done in a case, as everybody reads it."""
    found = []
    for step in case.steps.all():
        act = words.act_of(case, step)
        if act is not None and act.told is not None:
            found.append(Told(step.at, act.told, mask_whatever_resembles(step.note)))
    return found


def percent(ratio: str) -> str:
    """A share as a percentage."""
    return f"{(Decimal(ratio) * 100).normalize():f}%"


def shares(line: PlanLine) -> list[str]:
    """How many of each level a line has drawn, in words."""
    day = day_of(line.added_at)
    made = []
    for level, one in line.shares.items():
        text = _("%(level)s：%(percent)s") % {
            "level": said(published.title_of_level(line.scheme, level, day)),
            "percent": percent(one["ratio"]),
        }
        text += _("，至少 %(n)s 个") % {"n": one["floor"]} if one["floor"] else ""
        text += _("，至多 %(n)s 个") % {"n": one["ceiling"]} if one["ceiling"] is not None else ""
        made.append(text)
    return made
