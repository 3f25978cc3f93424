"""How a slice declares what it does because something happened in the archive.

Invariant: a handler may be given an event twice, and does once what it asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise

from quanxin.archive.models import Event


class Unit(NamedTuple):
    """The least that is done, or set aside, alone: what an event asks for one subject, or (0) as a whole."""

    event: Event
    subject: int = 0


def whole(events: Sequence[Event]) -> list[Unit]:
    """Each event as one unit."""
    return [Unit(event) for event in events]


@dataclass(frozen=True, slots=True)
class Following:
    """Who follows: under which name, what an event asks of it, and how that is done, many units at once; ``act``
    returns how many it did. A unit of subject 0 is an event that could not be taken apart before.

    ``ready`` says whether it can act at all at this moment; otherwise nothing is looked at, and its position stays.
    """

    name: str
    units: Callable[[Sequence[Event]], list[Unit]]
    act: Callable[[Sequence[Unit]], int]
    events: int = 500  # at a time
    ready: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True)
class Now:
    """Runs in the transaction that records events of ``kinds``, is given those of one kind that an act recorded together,
    and undoes the act by raising. It waits for no lock: the act holds some already."""

    name: str
    kinds: frozenset[Event.Kind]
    act: Callable[[Sequence[Event]], object]


@dataclass(frozen=True, slots=True)
class Soon:
    """Follows events after they are committed, under a name and a title that the desk shows; as one, or as several that
    each keep their own pace, named ``name:…``."""

    name: str
    title: str | Promise
    members: Callable[[], Iterable[Following]]

    def is_of(self, follower: str) -> bool:
        """Whether a follower is this subscriber's."""
        return follower.partition(":")[0] == self.name


def soon(name: str, title: str | Promise, act: Callable[[Event], int]) -> Soon:
    """A subscriber that is given each event alone; ``act`` returns how much it did."""

    def each(units: Sequence[Unit]) -> int:
        return sum(act(unit.event) for unit in units)

    return by_units(Following(name, whole, each), title)


def by_units(following: Following, title: str | Promise) -> Soon:
    """A subscriber that follows as one, by units of its own."""
    return Soon(following.name, title, lambda: (following,))
