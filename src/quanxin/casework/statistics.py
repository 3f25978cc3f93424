"""How long matters take and whether they are decided in time, by procedure, unit and month.

Invariant: a figure is of a unit, never of a person who handles; each reader is told of the cases that they may open, by one
question for each table. A case is late when a term of it lapsed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth

from quanxin.accounts import Actor
from quanxin.calendar import ZONE, day_of, now
from quanxin.casework import queues
from quanxin.casework.models import Case, Term

# How long each case of the sought ones stood in each state that is no end, until its next step or until now; then over the
# cases. A case may come back to a state: its times there are added up.
DWELLING = """
WITH sought (id) AS ({sought}), stood AS (
    SELECT s.case_id, s.state, coalesce(lead(s.at) OVER (PARTITION BY s.case_id ORDER BY s.id), %s) - s.at AS lasted
    FROM casework_step s JOIN sought ON sought.id = s.case_id
), whole AS (
    SELECT case_id, state, extract(epoch FROM sum(lasted)) / 86400 AS days FROM stood GROUP BY case_id, state
)
SELECT c.kind, c.provider, w.state, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY w.days),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY w.days)
FROM whole w JOIN casework_case c ON c.id = w.case_id
GROUP BY c.kind, c.provider, w.state ORDER BY c.kind, c.provider, min(w.case_id), w.state
"""


@dataclass(frozen=True, slots=True)
class Timeliness:
    """Of a procedure, a unit ("" is the credit centre) and a month (None: all): how many were decided in time and late, how
    many still run, and how many of these are overdue now."""

    kind: str
    provider: str
    month: dt.date | None
    in_time: int
    late: int
    running: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Dwelling:
    """Of a procedure, a unit and a state: how many cases stood in it, and for how many days, in the middle and at the 90th
    percentile."""

    kind: str
    provider: str
    state: str
    cases: int
    median: Decimal
    p90: Decimal


def sought(
    actor: Actor, *, kind: str = "", since: dt.date | None = None, until: dt.date | None = None
) -> QuerySet[Case]:
    """The cases that an actor may open which were filed from one day until before another; no question yet."""
    found = queues.narrowed(queues.visible(actor), queues.Wanted(kind=kind)).order_by()
    if since is not None:
        found = found.filter(filed_at__gte=_beginning(since))
    return found.filter(filed_at__lt=_beginning(until)) if until is not None else found


def by_unit(found: QuerySet[Case]) -> list[Timeliness]:
    """Timeliness by procedure and unit; one question."""
    grouped = _counted(found.values("kind", "provider").order_by("kind", "provider"))
    return [Timeliness(month=None, **row) for row in grouped]


def by_month(found: QuerySet[Case]) -> list[Timeliness]:
    """Timeliness by procedure, unit and the month of filing, the latest first; one question."""
    monthly = found.annotate(month=TruncMonth("filed_at", tzinfo=ZONE)).values("kind", "provider", "month")
    return [
        Timeliness(**row | {"month": day_of(row["month"])})
        for row in _counted(monthly.order_by("-month", "kind", "provider"))
    ]


def in_states(found: QuerySet[Case], ends: Iterable[tuple[str, str]]) -> list[Dwelling]:
    """How long cases stood in each state, those of ``ends`` (procedure, state) apart; one question."""
    sql, given = found.values("id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(DWELLING.format(sought=sql), [*given, now()])
        rows = cursor.fetchall()
    left_out = set(ends)
    return [
        Dwelling(kind, provider, state, cases, _days(median), _days(p90))
        for kind, provider, state, cases, median, p90 in rows
        if (kind, state) not in left_out
    ]


def _counted(grouped: Any) -> Any:
    lapsed = Exists(Term.objects.filter(case=OuterRef("pk"), escalated_at__isnull=False))
    beyond = Exists(Term.objects.filter(case=OuterRef("pk"), stopped_at=None, paused_at=None, due_at__lt=now()))
    return grouped.annotate(
        in_time=Count("pk", Q(~lapsed, open=False, joined_to=None)),
        late=Count("pk", Q(lapsed, open=False)),
        running=Count("pk", Q(open=True)),
        overdue=Count("pk", Q(beyond, open=True)),
    )


def _beginning(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZONE)


def _days(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.1"))
