"""The effects of plans: begun for a year by an authority, lines added and dropped, filed when there is something in it.

Invariant: a plan is a department's, about a year; what it names is in the published list on the day on which it is added.
"""

from __future__ import annotations

from quanxin.calendar import day_of, today
from quanxin.casework.effects import Given, Performing, effect
from quanxin.casework.models import Case
from quanxin.policy.model import Text
from quanxin.runtime.pack import current_pack
from quanxin.supervision.planning import lines, published
from quanxin.supervision.planning.errors import PlanError

ADD = "add-line"  # the act that has this effect


@effect("supervision.begin-plan")
def begin_plan(performing: Performing, _given: Given) -> None:
    """Let an authority begin its plan of this year or the next. Raises ``PlanError``."""
    case, year = performing.case, int(performing.fields["year"])
    kind = current_pack().subject_types.get(case.subject.type)
    if kind is None or not kind.authority:
        raise PlanError("plan-of-no-authority", code=case.subject.code)
    if year - day_of(performing.at).year not in (0, 1):
        raise PlanError("plan-year")


def _schemes(_case: Case) -> dict[str, dict[str, Text]]:
    return {"scheme": dict(published.schemes(today()))}


@effect("supervision.add-line", form="plan_line", choices=_schemes)
def add_line(performing: Performing, _given: Given) -> None:
    """Add a line, as the form says. Raises ``PlanError``."""
    made = lines.add(performing.case, performing.fields, performing.at, day_of(performing.at))
    performing.kept["line"] = made.pk


def _standing(case: Case) -> dict[str, dict[str, Text]]:
    """The lines that may be dropped: by number, with what they draw."""
    return {"line": {str(one.pk): lines.title_of(one) for one in lines.standing(case)}}


@effect("supervision.drop-line", choices=_standing)
def drop_line(performing: Performing, _given: Given) -> None:
    """Drop a line of which nothing was drawn. Raises ``PlanError``."""
    performing.kept["line"] = lines.drop(performing.case, str(performing.fields["line"]), performing.at).pk


@effect("supervision.expect-lines")
def expect_lines(performing: Performing, _given: Given) -> None:
    """Raise ``PlanError`` for a plan without a line, and where a line names what is not in the list any more."""
    found = list(lines.standing(performing.case))
    if not found:
        raise PlanError("plan-empty")
    for one in found:
        lines.items_of(one.items, performing.case.provider, one.partners, day_of(performing.at))
