"""Days and moments as they are given on the command line.

Invariant: what is no day or moment ends in words; a moment without a zone is one of the platform's clock.
"""

from __future__ import annotations

import datetime as dt

from quanxin.runtime import parameters
from quanxin.terminal.output import fail


def day(text: str | None) -> dt.date | None:
    """A day as YYYY-MM-DD; None for none."""
    return named_day(text) if text else None


def named_day(text: str) -> dt.date:
    """A day as YYYY-MM-DD, for an option's ``parser``."""
    found = parameters.day(text)
    if found is None:
        fail(f"“{text}”不是日期，请写作 2026-11-24。", f"“{text}” is no date: write it as 2026-11-24.", code=2)
    return found


def moment(text: str | None) -> dt.datetime | None:
    """A moment in ISO 8601; None for none."""
    return named_moment(text) if text else None


def named_moment(text: str) -> dt.datetime:
    """A moment in ISO 8601, for an option's ``parser``."""
    found = parameters.moment(text)
    if found is None:
        fail(
            f"“{text}”不是时点，请写作 2026-11-24T08:00。",
            f"“{text}” is no moment: write it as 2026-11-24T08:00.",
            code=2,
        )
    return found
