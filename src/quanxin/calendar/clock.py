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


@contextmanager
def travel(to: dt.datetime | dt.date) -> Iterator[dt.datetime]:
    """Let the clock stand at a moment, or at noon of a day, within the block; for tests.

    Threads started inside the block have a context of their own and see the real time. Raises ValueError for a
    moment without a zone.
    """
    if not isinstance(to, dt.datetime):
        to = dt.datetime.combine(to, dt.time(12), ZONE)
    if to.tzinfo is None:
        raise ValueError("a moment to travel to needs a zone")
    moment = to.astimezone(ZONE)
    token = _elsewhen.set(moment)
    try:
        yield moment
    finally:
        _elsewhen.reset(token)
