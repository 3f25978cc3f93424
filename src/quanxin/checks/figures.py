"""Figures of checks: by department and month, and by item, how often was checked and what came of it.

Invariant: figures count checks, results and uses of departments; nobody who was checked stands in them, and no person's check.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from quanxin.calendar import ZONE, day_of, today
from quanxin.checks.models import Check, Result, Use
from quanxin.runtime.pack import current_pack

Verdict, Decision = Result.Verdict, Use.Decision


class Median(Aggregate):
    """The middle value of a column."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class Figures:
    """What was done in a group: ``changed`` are results that restricted somebody, ``ignored`` those passed over with a
    reason, ``hours`` the median time from a check to its use."""

    department: str
    month: dt.date | None
    item: str
    checks: int
    results: int
    hints: int
    restricted: int
    unknown: int
    used: int
    changed: int
    ignored: int
    hours: float | None

    @property
    def unknown_share(self) -> float | None:
        return self.unknown / self.results if self.results else None


def by_month(departments: frozenset[str] | None, since: dt.date, until: dt.date) -> list[Figures]:
    """Figures of each department and month, the latest first."""
    return _figures(_of(departments, since, until), "department", "month")


def by_item(departments: frozenset[str] | None, since: dt.date, until: dt.date) -> list[Figures]:
    """Figures of each item of today, those that were never checked by among them: they are obliged, and not done."""
    found = {one.item: one for one in _figures(_of(departments, since, until), "department", "item")}
    items = current_pack().on(today()).check_items.values()
    due = [one for one in items if not one.persons and (departments is None or one.department in departments)]
    made = [found.get(one.key) or _nothing(one.department, one.key) for one in sorted(due, key=lambda i: i.key)]
    return made + [one for key, one in found.items() if key not in {i.key for i in due}]


def _of(departments: frozenset[str] | None, since: dt.date, until: dt.date) -> QuerySet[Result]:
    start, end = (dt.datetime.combine(day, dt.time(), ZONE) for day in (since, until + dt.timedelta(days=1)))
    found = Result.objects.filter(check_of__as_of__gte=start, check_of__as_of__lt=end)
    found = found.exclude(check_of__source=Check.Source.PERSON)
    return found if departments is None else found.filter(check_of__department__in=departments)


def _figures(results: QuerySet[Result], *by: str) -> list[Figures]:
    groups = {
        "department": F("check_of__department"),
        "month": TruncMonth("check_of__as_of", tzinfo=ZONE),
        "item": F("check_of__item"),
    }
    rows: Iterable[Any] = (
        results.order_by()
        .annotate(**{f"of_{name}": groups[name] for name in by})
        .values(*(f"of_{name}" for name in by))
        .annotate(
            checks=Count("check_of", distinct=True),
            results=Count("pk"),
            hints=Count("pk", filter=Q(verdict=Verdict.HINT)),
            restricted=Count("pk", filter=Q(verdict=Verdict.RESTRICTED)),
            unknown=Count("pk", filter=Q(verdict=Verdict.UNKNOWN)),
            used=Count("use"),
            changed=Count("pk", filter=Q(use__decision=Decision.RESTRICTED)),
            ignored=Count("pk", filter=Q(use__decision=Decision.IGNORED)),
            middle=Median(F("use__at") - F("check_of__as_of")),
        )
        .order_by(*(f"-of_{name}" if name == "month" else f"of_{name}" for name in reversed(by)))
    )
    return [_made(row) for row in rows]


def _made(row: dict[str, Any]) -> Figures:
    middle, month = row.pop("middle"), row.pop("of_month", None)
    return Figures(
        department=row.pop("of_department"),
        month=day_of(month) if month else None,
        item=row.pop("of_item", ""),
        hours=middle.total_seconds() / 3600 if middle is not None else None,
        **row,
    )


def _nothing(department: str, item: str) -> Figures:
    return Figures(department, None, item, 0, 0, 0, 0, 0, 0, 0, 0, None)
