"""The one clock of the platform.

Invariant: nothing else asks the operating system for the time, every moment is aware and of China, and only a test
can make the clock say another one, for the time of a ``with`` block and its own context.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")

_elsewhen: ContextVar[dt.datetime | None] = ContextVar("quanxin_clock", default=None)


def now() -> dt.datetime:
    """This moment, aware, in China's time."""
    return _elsewhen.get() or dt.datetime.now(ZONE)


def today() -> dt.date:
    """The day that it is in China."""
    return now().date()


def local(moment: dt.datetime) -> dt.datetime:
    """Return the same moment by China's clock. Raises ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return moment.astimezone(ZONE)


def day_of(moment: dt.datetime) -> dt.date:
    """Return the day that it is in China at a moment, however the moment is written.

    ``moment.date()`` is the day of the zone that the moment is written in. The database answers in UTC, so before
    08:00 that is the day before. Raises ValueError for a moment without a zone.
    """
    return local(moment).date()


@contextmanager
def travel(to: dt.datetime | dt.date) -> Iterator[dt.datetime]:
    """Let the clock stand at a moment, or at noon of a day, within the block; for tests.

    Threads started inside the block have a context of their own and see the real time. Raises ValueError for a
    moment without a zone.
    """
    if not isinstance(to, dt.datetime):
        to = dt.datetime.combine(to, dt.time(12), ZONE)
    moment = local(to)
    token = _elsewhen.set(moment)
    try:
        yield moment
    finally:
        _elsewhen.reset(token)
