"""What a number in a cell is by its number format: a number, a date, or a length of time.

Invariant: a number is a date only where its format writes a part of one; its day counts from the workbook's epoch.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from enum import StrEnum
from functools import cache

GENERAL = "General"
EPOCH_1900 = dt.date(1899, 12, 30)
EPOCH_1904 = dt.date(1904, 1, 1)


class Kind(StrEnum):
    """What a cell holds. DATE and DURATION are numbers of days whose format says so."""

    TEXT = "text"
    NUMBER = "number"
    BOOL = "bool"
    ERROR = "error"
    DATE = "date"
    DURATION = "duration"


# The formats that a file may name by number alone (ECMA-376, 18.8.30), those of Chinese among them.
_YEAR_MONTH, _MONTH_DAY, _CLOCK, _CLOCK_SECONDS = 'yyyy"年"m"月"', 'm"月"d"日"', 'h"时"mm"分"', 'h"时"mm"分"ss"秒"'
BUILT_IN: dict[int, str] = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 27: _YEAR_MONTH, 28: _MONTH_DAY, 29: _MONTH_DAY, 30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"', 32: _CLOCK, 33: _CLOCK_SECONDS, 34: f"AM/PM{_CLOCK}", 35: f"AM/PM{_CLOCK_SECONDS}",
    36: _YEAR_MONTH, 37: "#,##0;-#,##0", 38: "#,##0;[Red]-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    50: _YEAR_MONTH, 51: _MONTH_DAY, 52: _YEAR_MONTH, 53: _MONTH_DAY, 54: _MONTH_DAY, 55: f"AM/PM{_CLOCK}",
    56: f"AM/PM{_CLOCK_SECONDS}", 57: _YEAR_MONTH, 58: _MONTH_DAY,
}  # fmt: skip
# What a format writes as it stands, and its colours, conditions and languages.
_WRITTEN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE | re.DOTALL)
_LENGTH = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE = re.compile(r"[ymdhs]|e(?![+-])", re.IGNORECASE)


def kind_of(code: str) -> Kind:
    """What a number with this format is: NUMBER, DATE or DURATION."""
    first = _WRITTEN.sub("", code).split(";")[0]
    if _LENGTH.search(first):
        return Kind.DURATION
    return Kind.DATE if _DATE.search(re.sub(GENERAL, "", first, flags=re.IGNORECASE)) else Kind.NUMBER


@cache
def months_only(code: str) -> bool:
    """Whether a date's format writes its year and month and neither its day nor a time."""
    first = _WRITTEN.sub("", code).split(";")[0].lower()
    return "y" in first and "m" in first and not set("dhs") & set(first)


def moment(days: float, epoch: dt.date) -> dt.datetime | dt.time | None:
    """The moment that a serial number stands for, to the second; a time alone below one day; None if there is none.

    Before March 1900 the older epoch counts a 29 February that never was: that day is no moment.
    """
    if not math.isfinite(days) or days < 0:
        return None
    whole = math.floor(days)
    seconds = round((days - whole) * 86_400_000) // 1000
    if epoch == EPOCH_1900 and whole <= 60:
        if whole == 60:
            return None
        epoch += dt.timedelta(days=1)
    try:
        found = dt.datetime.combine(epoch, dt.time()) + dt.timedelta(days=whole, seconds=seconds)
    except OverflowError:
        return None
    return found if whole else found.time()
