"""How soon measures were lifted after their grounds fell.

Invariant: when a ground fell is told by the record and the decisions on it, not by the application.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from quanxin.archive.models import Record, Restriction
from quanxin.calendar import day_of
from quanxin.measures.models import Application

Cause = Application.Cause


@dataclass(slots=True)
class Lifted:
    """How many were lifted for a cause, how many of these on the day on which the ground fell, and the longest delay in days;
    None for what has no such day: the department's own decision, a rule, a judgement about subjects."""

    lifted: int = 0
    at_once: int | None = None
    longest: int | None = None

    def count(self, delay: int | None) -> None:
        self.lifted += 1
        if delay is not None:
            self.at_once = (self.at_once or 0) + (delay <= 0)
            self.longest = max(self.longest or 0, delay)


def by_cause(found: QuerySet[Any]) -> dict[str, Lifted]:
    """What was lifted, by its cause."""
    about = {key: OuterRef(key) for key in ("subject_id", "resource", "key_hash")}
    before = Record.objects.filter(**about, superseded_at__lte=OuterRef("lifted_at")).order_by("-superseded_at")
    decided = Restriction.objects.filter(**about, kind=OuterRef("cause"), from_at__lte=OuterRef("lifted_at"))
    rows = found.exclude(lifted_at=None).annotate(
        replaced=Subquery(before.values("superseded_at")[:1]),
        decided=Subquery(decided.order_by("-from_at").values("from_at")[:1]),
    )
    made: dict[str, Lifted] = {}
    for one in rows.order_by():
        fell = _fell(one.cause, one.until, one.replaced, one.decided)
        made.setdefault(one.cause, Lifted()).count((day_of(one.lifted_at) - fell).days if fell else None)
    return made


def _fell(
    cause: str, until: dt.date | None, replaced: dt.datetime | None, decided: dt.datetime | None
) -> dt.date | None:
    """The day on which a ground fell; None where it has none."""
    if cause == Cause.EXPIRED:
        return until + dt.timedelta(days=1) if until else None
    if cause in (Cause.REPAIRED, Cause.DELETED):
        return day_of(decided) if decided else None
    if cause in (Cause.DECIDED, Cause.RULE, Cause.SUBJECT):
        return None
    return day_of(replaced) if replaced else None
