"""Working days with 调休, deadlines in working days, and lateness.

Invariant: a day of a year whose holidays the State Council has announced is certain; of any other year it is reckoned
with weekends and fixed holidays and everything that touches it says so (``provisional``); nobody is late by a
provisional calendar. Counting starts on the day after the first. Every question is answered from tables made once.

Announcements come from ``chinesecalendar``; years that it does not know yet, holidays fixed by law, and single days
that an authority decides otherwise are data handed in.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from chinese_calendar import holidays as _announced_holidays
from chinese_calendar import workdays as _announced_workdays

FIRST = dt.date(1900, 1, 1)
LAST = dt.date(2199, 12, 31)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Override:
    """A single day decided otherwise, with the notice that decides it."""

    date: dt.date
    is_workday: bool
    basis: str


@dataclass(frozen=True, slots=True)
class FixedHoliday:
    """A holiday on the same day of every year of its time in force, both ends included, with its basis."""

    month: int
    day: int
    basis: str
    first: dt.date = FIRST
    last: dt.date = LAST

    def falls_on(self, date: dt.date) -> bool:
        return (date.month, date.day) == (self.month, self.day) and self.first <= date <= self.last


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When an office opens and closes on a working day; without a basis, the whole day."""

    opens: dt.time = dt.time.min
    closes: dt.time = dt.time.max
    basis: str = ""

    @property
    def length(self) -> dt.timedelta:
        """How long a working day is."""
        day = dt.date.min
        return dt.datetime.combine(day, self.closes) - dt.datetime.combine(day, self.opens)


@dataclass(frozen=True, slots=True)
class Day:
    """Whether a day is a working day, and whether that may still change."""

    working: bool
    provisional: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a term, with the start and the working days it was reckoned from."""

    date: dt.date
    provisional: bool
    start: dt.date
    working_days: int


@dataclass(frozen=True, slots=True)
class Count:
    """Working days after one day, up to and including another; negative where the other is earlier."""

    days: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class Lateness:
    """Working days that something took, and whether that was too long; None where it cannot be judged yet."""

    days: int
    late: bool | None


WHOLE_DAY = OfficeHours()


class WorkingCalendar:
    """The working days from 1900 to 2199 as far as they are announced, and a reckoning for the rest.

    ``announced`` are further years whose holidays are known, each with its notice; their days away from the weekend
    rule are ``overrides``. ``hours`` are those of every working day. Asking for a day outside 1900–2199 raises ValueError.
    """

    def __init__(
        self,
        *,
        fixed_holidays: Iterable[FixedHoliday] = (),
        overrides: Iterable[Override] = (),
        announced: Mapping[int, str] | None = None,
        hours: OfficeHours = WHOLE_DAY,
    ) -> None:
        self.hours = hours
        self._overrides = {o.date: o.is_workday for o in overrides}
        self._years = {d.year for d in _announced_holidays} | set(announced or {})
        self._fixed: dict[tuple[int, int], list[FixedHoliday]] = {}
        for holiday in fixed_holidays:
            self._fixed.setdefault((holiday.month, holiday.day), []).append(holiday)
        days = [FIRST + dt.timedelta(n) for n in range((LAST - FIRST).days + 1)]
        working = [self._decide(day) for day in days]
        self._before = array("l", accumulate(working, initial=0))
        self._uncertain_before = array("l", accumulate((not self._is_certain(d) for d in days), initial=0))
        self._working = array("l", (n for n, is_working in enumerate(working) if is_working))

    def is_working_day(self, day: dt.date) -> Day:
        """Whether a day is a working day."""
        n = _ordinal(day)
        return Day(self._before[n + 1] > self._before[n], self._uncertain_before[n + 1] > self._uncertain_before[n])

    def add_working_days(self, start: dt.date, days: int) -> Deadline:
        """The day on which so many working days after ``start`` are over; ``start`` itself for none.

        Raises ValueError for a negative number, or where the calendar ends before.
        """
        if days < 0:
            raise ValueError("a term has no negative number of working days")
        n = _ordinal(start)
        if days:
            place = self._before[n + 1] + days - 1
            if place >= len(self._working):
                raise ValueError(f"{start} and {days} working days lie outside the calendar")
            end = self._working[place]
        else:
            end = n
        return Deadline(FIRST + dt.timedelta(end), self._uncertain(n, end), start, days)

    def working_day_before(self, day: dt.date, count: int) -> dt.date:
        """The working day so many before a day; the day itself for none. Raises ValueError outside the calendar."""
        place = self._before[_ordinal(day)] - count
        if count < 0 or place < 0:
            raise ValueError(f"{count} working days before {day} lie outside the calendar")
        return FIRST + dt.timedelta(self._working[place]) if count else day

    def settle(self, deadline: Deadline) -> Deadline:
        """A provisional deadline reckoned anew by this calendar; a certain one stays as it is."""
        return self.add_working_days(deadline.start, deadline.working_days) if deadline.provisional else deadline

    def working_days_between(self, start: dt.date, end: dt.date) -> Count:
        """Working days after ``start`` up to and including ``end``."""
        a, b = _ordinal(start), _ordinal(end)
        return Count(self._before[b + 1] - self._before[a + 1], self._uncertain(min(a, b), max(a, b)))

    def lateness(self, decided: dt.date, arrived: dt.date, allowed: int) -> Lateness:
        """How long something took and whether that was more than the working days allowed."""
        count = self.working_days_between(decided, arrived)
        return Lateness(count.days, None if count.provisional else count.days > allowed)

    def _decide(self, day: dt.date) -> bool:
        if day in self._overrides:
            return self._overrides[day]
        if day in _announced_workdays:
            return True
        if day in _announced_holidays or day.weekday() >= _SATURDAY:
            return False
        return day.year in self._years or not any(h.falls_on(day) for h in self._fixed.get((day.month, day.day), ()))

    def _is_certain(self, day: dt.date) -> bool:
        return day.year in self._years or day in self._overrides

    def _uncertain(self, after: int, until: int) -> bool:
        return self._uncertain_before[until + 1] > self._uncertain_before[after + 1]


def _ordinal(day: dt.date) -> int:
    if not FIRST <= day <= LAST:
        raise ValueError(f"{day} lies outside the calendar, {FIRST} to {LAST}")
    return (day - FIRST).days
