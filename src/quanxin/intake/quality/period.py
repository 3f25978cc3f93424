"""Periods of a bulletin.

Invariant: a period is whole days in the calendar of the city, both ends included.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from quanxin.calendar import today
from quanxin.intake.errors import IntakeError
from quanxin.runtime import parameters


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included."""

    first: dt.date
    last: dt.date

    @property
    def title(self) -> str:
        """As an office writes it: 2026年10月, or the two days."""
        if self == month_of(self.first):
            return f"{self.first.year}年{self.first.month}月"
        return f"{self.first.isoformat()} 至 {self.last.isoformat()}"

    @property
    def key(self) -> str:
        """For names of files: 2026-10, or the two days."""
        return f"{self.first:%Y-%m}" if self == month_of(self.first) else f"{self.first}_{self.last}"


def month_of(day: dt.date) -> Period:
    """The calendar month that a day lies in."""
    first = day.replace(day=1)
    return Period(first, (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1))


def last_month() -> Period:
    """The month before this one, which a bulletin is about."""
    return month_of(today().replace(day=1) - dt.timedelta(days=1))


def read_month(text: str) -> Period:
    """The month that is written as 2026-10; ``IntakeError`` for anything else."""
    if (found := parameters.month(text)) is not None:
        return month_of(found)
    raise IntakeError("month-unreadable", text=text[:40])
