"""Calendar months.

Invariant: months are added to a date by its day of the month, and where the month reached has no such day, its last
day counts (31 August and 3 months make 30 November); the SQL form in ``quanxin.calendar.sql`` gives the same dates.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange


def add_months(day: dt.date, months: int) -> dt.date:
    """The date so many calendar months later, or earlier for a negative number.

    Raises ValueError where the result lies outside the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise ValueError(f"{day} and {months} months lie outside the calendar")
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))
