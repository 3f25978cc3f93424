"""Working days with 调休, statutory deadlines, calendar months, and the one clock of the platform.

Invariant: every term that the platform reckons and every moment that it records comes from this room.
"""

from quanxin.calendar.clock import ZONE, day_of, local, now, today, travel
from quanxin.calendar.data import load
from quanxin.calendar.days import Count, Day, Deadline, FixedHoliday, Lateness, OfficeHours, Override, WorkingCalendar
from quanxin.calendar.months import add_months
from quanxin.calendar.terms import Term, extend, remaining, settle, term

__all__ = [
    "ZONE",
    "Count",
    "Day",
    "Deadline",
    "FixedHoliday",
    "Lateness",
    "OfficeHours",
    "Override",
    "Term",
    "WorkingCalendar",
    "add_months",
    "day_of",
    "extend",
    "load",
    "local",
    "now",
    "remaining",
    "settle",
    "term",
    "today",
    "travel",
]
