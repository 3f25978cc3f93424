"""What comes in as text — in an address, a query, a form, on the command line — read as what it has to be.

Invariant: whatever was written, a reader here answers with a value that every table can hold and all arithmetic of the
platform can bear, or with None; it never raises. Texts are read as ASCII: a digit of another script is no digit.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid

from quanxin.calendar import ZONE

LARGEST = 2**63 - 1  # the largest key that PostgreSQL can hold
# Days that a person may name. Beyond them months and time zones could no longer be added and taken off.
EARLIEST, LATEST = dt.date(1800, 1, 1), dt.date(2999, 12, 31)
DEEPEST = 10_000  # pages and places of a list that can be asked for

_NUMBER = re.compile(r"[0-9]{1,19}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_REFERENCE = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
_CASE_NUMBER = re.compile(r"[A-Z]{1,4}[0-9]{8,20}")
_BATCH_NUMBER = re.compile(r"[0-9]{8}-[0-9]{6,23}")


def number(text: str | None, most: int = LARGEST) -> int | None:
    """A whole number from 0 to ``most``."""
    if text is None or not _NUMBER.fullmatch(text):
        return None
    found = int(text)
    return found if found <= most else None


def page(text: str | None) -> int:
    """The number of a page, from 1; what is none, or deeper than any list is read, is page 1."""
    return number(text, DEEPEST) or 1


def day(text: str | None) -> dt.date | None:
    """A day as YYYY-MM-DD, from ``EARLIEST`` to ``LATEST``."""
    if text is None or not _DAY.fullmatch(text):
        return None
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST else None


def month(text: str | None) -> dt.date | None:
    """The first day of a month as YYYY-MM."""
    found = _MONTH.fullmatch(text.strip()) if text else None
    return day(f"{found[1]}-{int(found[2]):02d}-01") if found else None


def moment(text: str | None) -> dt.datetime | None:
    """A moment in ISO 8601; one without a zone is of the city's clock."""
    try:
        found = dt.datetime.fromisoformat(text) if text and text.isascii() else None
    except ValueError:
        return None
    if found is None or not EARLIEST.year <= found.year <= LATEST.year:
        return None
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def identity(text: str | None) -> uuid.UUID | None:
    """A UUID."""
    try:
        return uuid.UUID(text) if text and len(text) <= 45 else None
    except ValueError:
        return None


def reference(text: str | None) -> tuple[int, int] | None:
    """A record as subject-record."""
    found = _REFERENCE.fullmatch(text) if text else None
    pair = (number(found[1]), number(found[2])) if found else (None, None)
    return (pair[0], pair[1]) if pair[0] is not None and pair[1] is not None else None


def case_number(text: str | None) -> str | None:
    """The number of a case."""
    return text if text and _CASE_NUMBER.fullmatch(text) else None


def batch_number(text: str | None) -> str | None:
    """The number of a batch."""
    return text if text and len(text) <= 32 and _BATCH_NUMBER.fullmatch(text) else None
