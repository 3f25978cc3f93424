"""What the rules say of a commitment: who may promise, by when somebody looks at a duty, what data tell of it.

Invariant: what is asked here depends on rules, days and facts alone; the room of commitments and the cases of a pack ask the
same lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Literal

from quanxin.calendar import add_months
from quanxin.engine import grounds
from quanxin.engine.normalise import literal
from quanxin.policy import Pack
from quanxin.policy.commitments import Due, Exclusion, Match, Template
from quanxin.policy.expressions import columns

MATCHED = "match"  # how a record that a duty is matched by is named as a ground
UNLOOKED = ("planned", "cannot-check")  # what nobody could say of a duty yet


def unfit(template: Template, department: str, kind: str) -> Literal["template-not-yours", "template-not-for"] | None:
    """Why a department does not offer a template to a subject of a type; None where it does."""
    if template.departments and department not in template.departments:
        return "template-not-yours"
    return None if kind in template.targets else "template-not-for"


def exclusions(template: Template, listed: Collection[str], *, broken: bool) -> list[Exclusion]:
    """The exclusions that meet who is on these lists of the dishonest, and has ``broken`` a commitment or has not."""
    return [
        one
        for one in template.exclusions
        if (
            broken if one.unremedied_breach else bool(listed) if one.any_list else not set(one.lists).isdisjoint(listed)
        )
    ]


def due_on(pack: Pack, due: Due, since: dt.date, supply_by: dt.date | None) -> dt.date:
    """By when a duty is looked at; what is handed in later, on the day that was promised."""
    if supply_by is not None:
        return supply_by
    if due.months is not None:
        return add_months(since, due.months)
    if due.days is not None:
        return since + dt.timedelta(days=due.days)
    return pack.calendar.add_working_days(since, due.working_days or 0).date


def valid_until(template: Template, since: dt.date, supply_by: dt.date | None) -> dt.date | None:
    """The last day of a commitment that came into force on a day; None where it holds until it is performed."""
    months = template.validity_months
    return supply_by or (add_months(since, months) if months else None)


def overdue(state: str, due_on: dt.date, day: dt.date) -> bool:
    """Whether the day of a duty in this state has passed and nobody has looked at it."""
    return state in UNLOOKED and due_on < day


def told(match: Match, *, shown: bool, due: bool, came: bool) -> str:
    """What data tell of a duty: a record ``shown`` tells at once; none tells once it is ``due``, where data ``came``."""
    if shown:
        return match.shows
    if not due:
        return "planned"
    if not came:
        return "cannot-check"
    return "not-met" if match.shows == "met" else "met"


def tellable(pack: Pack, match: Match, kind: str, came: Collection[str], day: dt.date) -> bool:
    """Whether the archive could tell: the resource has records of such subjects, and each provider that the duty names is among
    those whose records ``came`` since."""
    resource = pack.on(day).resources.get(match.resource)
    return resource is not None and kind in resource.subject_types and set(match.providers) <= set(came)


def compile_match(pack: Pack, day: dt.date, match: Match) -> grounds.Program:
    """Compile which records show whether a duty is kept, by the rules of a day: each is a ground named MATCHED."""
    needs = frozenset(columns(match.when))
    wanted = grounds.Wanted(match.resource, literal(MATCHED), match.when, needs, shown=False)
    return grounds.compile_grounds(pack, day, (), (wanted,))
