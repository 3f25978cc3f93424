"""The national number of a commitment: twenty digits, of the division, the day and a serial.

Invariant: the serials of a division and day follow one another from 000001 without a gap, since the next is taken in the
transaction that uses it and waits for the one before.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection

from quanxin.runtime.pack import current_pack

_NEXT = """
INSERT INTO commitments_serial (division, day, last) VALUES (%s, %s, 1)
ON CONFLICT (division, day) DO UPDATE SET last = commitments_serial.last + 1 RETURNING last
"""
NOWHERE = "000000"


def next_number(day: dt.date) -> str:
    """The next number of a day, of the division that the pack rules; to be called in the transaction that keeps it."""
    division = current_pack().region or NOWHERE
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [division, day])
        (serial,) = cursor.fetchone() or (0,)
    return f"{division}{day:%Y%m%d}{serial:06d}"
