"""Events: what happened to records, recorded in the act's own transaction, and what follows from it.

Invariant: every event is recorded here. Its *now* handlers have run, within the act's transaction, when the act commits: one
that raises undoes the act. Its *soon* handlers look at it afterwards, by ``archive.followers``: what they fail at is set
aside and stops nothing. Handlers are declared by slices (``runtime.slices``) and known here by nothing else.

An event gets its ``position`` as the last thing before the commit: a *now* handler sees none yet.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from quanxin.archive import followers
from quanxin.archive.handlers import Now, Soon
from quanxin.archive.models import Batch, Event
from quanxin.runtime import slices

_log = logging.getLogger(__name__)


def record(
    kind: Event.Kind, at: dt.datetime, *, batch: Batch | None = None, subject: int | None = None, **particulars: Any
) -> Event:
    """Record an event, whose rows are all written, within the act's transaction; return it."""
    (event,) = record_all([Event(kind=kind, batch=batch, subject=subject, particulars=particulars, at=at)])
    return event


def record_all(events: Sequence[Event]) -> list[Event]:
    """The same for several at once."""
    made = Event.objects.bulk_create(events)
    _handle(made)
    return made


@contextmanager
def recording(kind: Event.Kind, at: dt.datetime, *, batch: Batch | None = None) -> Iterator[Event]:
    """Record an event to which the rows of the block refer; the block fills in its ``particulars``."""
    event = Event.objects.create(kind=kind, batch=batch, particulars={}, at=at)
    yield event
    event.save(update_fields=["particulars"])
    _handle([event])


def _handle(events: Sequence[Event]) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction of its act")
    for kind, alike in groupby(events, key=lambda event: event.kind):
        happened = list(alike)
        for handler in handlers_now():
            if kind in handler.kinds:
                handler.act(happened)


def handlers_now() -> list[Now]:
    """What runs within the acts, slice by slice."""
    return [one for one in _handlers() if isinstance(one, Now)]


def handlers_soon() -> list[Soon]:
    """Who follows, slice by slice."""
    return [one for one in _handlers() if isinstance(one, Soon)]


def _handlers() -> Iterator[Now | Soon]:
    for one in slices.plugged():
        yield from map(slices.load, one.handlers)


def follow(soon: Soon) -> int:
    """Have a subscriber look at what happened since; return how much it did. One that fails stops none beside it."""
    done = 0
    for following in soon.members():
        try:
            done += followers.follow(following)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # its own: the next pass begins where this one did
            _log.exception("%s could not follow", following.name)
    return done


def title_of(follower: str) -> str:
    """What people call a follower, with which of several it is; its name where it is not plugged in any more."""
    which = follower.partition(":")[2]
    return next((f"{one.title} {which}".strip() for one in handlers_soon() if one.is_of(follower)), follower)
