"""Working days with 调休, statutory deadlines, calendar months, and the one clock of the platform.

Invariant: every term that the platform reckons and every moment that it records comes from this room.
"""

from quanxin.calendar.clock import ZONE, now, today, travel
from quanxin.calendar.data import load
from quanxin.calendar.days import Count, Day, Deadline, FixedHoliday, Lateness, Override, WorkingCalendar
from quanxin.calendar.months import add_months

__all__ = [
    "ZONE",
    "Count",
    "Day",
    "Deadline",
    "FixedHoliday",
    "Lateness",
    "Override",
    "WorkingCalendar",
    "add_months",
    "load",
    "now",
    "today",
    "travel",
]
