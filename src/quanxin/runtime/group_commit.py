"""Whatever waits for the same thing is done together.

Invariant: for one key one caller at a time leads: it does its own and what waited behind it, in the order of arrival and
none before one that came earlier; then the first that still waits leads. Whoever leads was waiting itself, so nobody
waits for somebody who is not there, and nobody who is alone waits at all.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
# Those that were answered together come back together, a moment after the next one led: whoever leads waits for as many
# as were done together last, for this part of the time that it took to do them, and never longer than so many seconds.
PART, LONGEST = 0.25, 0.1


@dataclass(eq=False, slots=True)
class _Seat(Generic[T]):
    """Somebody who waits until it is done, or until it is to lead."""

    member: T
    turn: threading.Event = field(default_factory=threading.Event)
    done: bool = False


class GroupCommit(Generic[T]):
    """``work`` does members together and leaves its outcome with each; ``along`` says whether one may go with others."""

    def __init__(self, work: Callable[[list[T]], None], along: Callable[[list[T], T], bool]) -> None:
        self._work, self._along = work, along
        self._lock = threading.Condition()
        self._lines: dict[Hashable, deque[_Seat[T]]] = {}  # those that are led
        self._last: dict[Hashable, tuple[int, float]] = {}  # how many were done together last, in how many seconds

    def do(self, key: Hashable, member: T) -> None:
        """Have ``member`` done, by this caller or by another. What ``work`` raises reaches the caller that leads."""
        seat, place = _Seat(member), (os.getpid(), key)  # a forked process has none of its parent's lines
        with self._lock:
            leads = place not in self._lines
            self._lines.setdefault(place, deque()).append(seat)
            self._lock.notify_all()
        if not leads:
            seat.turn.wait()
        if not seat.done:
            self._lead(place)

    def _lead(self, place: Hashable) -> None:
        """Do the first of the line and those that may go along with it; hand the line on."""
        with self._lock:
            line = self._lines[place]
            company, seconds = self._last.get(place, (1, 0.0))
            self._lock.wait_for(lambda: len(line) >= company, min(seconds * PART, LONGEST))
            seats = [line.popleft()]
            while line and self._along([s.member for s in seats], line[0].member):
                seats.append(line.popleft())
        began = time.monotonic()
        try:
            self._work([s.member for s in seats])
        finally:
            with self._lock:
                self._last[place] = len(seats), time.monotonic() - began
                for seat in seats:
                    seat.done = True
                    seat.turn.set()
                if line:
                    line[0].turn.set()
                else:
                    del self._lines[place]


@dataclass(frozen=True, slots=True)
class Witness(Generic[T]):
    """What stands or falls with one piece of the work, whoever leads it and in whose transaction.

    ``before`` is called in that transaction before anything else is locked, and may take the lock that ``order`` tells;
    False says that it was answered elsewhere and is not to be done. ``after`` is given what was made, at the end of it.
    """

    order: int
    before: Callable[[], bool]
    after: Callable[[T], None]
