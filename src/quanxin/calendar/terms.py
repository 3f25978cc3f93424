"""Terms of clocks: from a start to the moment that they lapse, with the moments at which they warn.

Invariant: a term is a pure function of the calendar and of what it was started with; the day on which it starts does not
count, and it lapses when the office closes on its last day. A term of months whose last day is no working day lapses on
the next. Nobody is late by a term that reaches into a year not announced yet; it can be settled once that is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from quanxin.calendar.clock import ZONE, day_of, local
from quanxin.calendar.days import WorkingCalendar
from quanxin.calendar.months import add_months


@dataclass(frozen=True, slots=True)
class Term:
    """When a clock lapses and warns, and what it was reckoned from; ``extension`` are working days added to it."""

    started: dt.datetime
    due: dt.datetime
    warnings: tuple[dt.datetime, ...]  # the earliest first
    provisional: bool
    working_days: int | None
    months: int | None
    warn: tuple[Decimal, ...]
    extension: int = 0

    def late(self, at: dt.datetime) -> bool | None:
        """Whether it has lapsed by a moment; None where it has, but by a calendar that may still change."""
        return None if self.provisional and at > self.due else at > self.due


def term(
    calendar: WorkingCalendar,
    started: dt.datetime,
    *,
    working_days: int | None = None,
    months: int | None = None,
    warn: Sequence[Decimal] = (),
    extension: int = 0,
) -> Term:
    """The term of a clock that starts at a moment: so many working days, or calendar months, and an extension.

    ``warn`` are working days before its end, also parts of one: half a day before is half an office day before closing.
    A warning that would fall at or before the start is not given. Raises ValueError for a moment without a zone, for
    neither or both of ``working_days`` and ``months``, for negative ones, and outside the calendar.
    """
    if started.tzinfo is None:
        raise ValueError("a term starts at a moment with a zone")
    if (working_days is None) == (months is None):
        raise ValueError("a term has either working days or months")
    if extension < 0 or (months or 0) < 0:
        raise ValueError("no term is negative")
    first = day_of(started)
    last = _last(calendar, first, working_days, months)
    if extension:
        last = calendar.add_working_days(last, extension).date
    due = _closing(calendar, last)
    moments = sorted({_before(calendar, last, days) for days in warn})
    warnings = tuple(moment for moment in moments if started < moment < due)
    provisional = calendar.working_days_between(first, last).provisional
    return Term(started, due, warnings, provisional, working_days, months, tuple(warn), extension)


def until(calendar: WorkingCalendar, started: dt.datetime, last: dt.date, *, warn: Sequence[Decimal] = ()) -> Term:
    """The term that ends with a day, whatever day of the week it is; ``warn`` as in ``term``, 0 for its own opening."""
    due = _closing(calendar, last)
    moments = sorted({_before(calendar, last, days) if days else due - calendar.hours.length for days in warn})
    warnings = tuple(moment for moment in moments if started < moment < due)
    return Term(started, due, warnings, False, None, None, tuple(warn))


def extend(calendar: WorkingCalendar, given: Term, working_days: int) -> Term:
    """The term put off by so many working days more."""
    return _again(calendar, given, given.extension + working_days)


def settle(calendar: WorkingCalendar, given: Term) -> Term:
    """A provisional term reckoned anew by this calendar; a certain one stays as it is."""
    return _again(calendar, given, given.extension) if given.provisional else given


def remaining(calendar: WorkingCalendar, given: Term, at: dt.datetime) -> dt.timedelta:
    """The office time between a moment and the end of a term; negative once it has lapsed.

    One working day is ``calendar.hours.length``.
    """
    now = local(at)
    days = calendar.working_days_between(day_of(at), day_of(given.due)).days
    return calendar.hours.length * days - _short(calendar, given.due) + _short(calendar, now)


def _again(calendar: WorkingCalendar, given: Term, extension: int) -> Term:
    return term(
        calendar,
        given.started,
        working_days=given.working_days,
        months=given.months,
        warn=given.warn,
        extension=extension,
    )


def _last(calendar: WorkingCalendar, first: dt.date, working_days: int | None, months: int | None) -> dt.date:
    """The last day of a term whose start falls on ``first``."""
    if working_days is not None:
        return calendar.add_working_days(first, working_days).date
    reached = add_months(first, months or 0)
    return calendar.add_working_days(reached - dt.timedelta(days=1), 1).date


def _closing(calendar: WorkingCalendar, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, calendar.hours.closes, ZONE)


def _before(calendar: WorkingCalendar, last: dt.date, days: Decimal) -> dt.datetime:
    """So many working days, whole and in parts, before the office closes on a day; one day is its own opening."""
    whole = ceil(days) - 1
    numerator, denominator = (days - whole).as_integer_ratio()
    closing = _closing(calendar, calendar.working_day_before(last, whole))
    return closing - calendar.hours.length * numerator / denominator


def _short(calendar: WorkingCalendar, moment: dt.datetime) -> dt.timedelta:
    """The office time of the moment's own day that is still to come."""
    hours, day = calendar.hours, day_of(moment)
    if not calendar.is_working_day(day).working:
        return dt.timedelta(0)
    left = dt.datetime.combine(day, hours.closes, ZONE) - moment
    return min(max(left, dt.timedelta(0)), hours.length)
