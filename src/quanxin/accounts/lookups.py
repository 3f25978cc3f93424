"""Look-ups of somebody in particular: those that find nothing are counted, and are limited by account and day.

Invariant: a look-up that finds nobody leaves a line before its answer is given; after ``QUANXIN_MISSED_LOOKUPS`` of them
in a day an account looks nobody up until the next. A person's number stands in no line: its blind index does, shortened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings

from quanxin.accounts.actors import Actor
from quanxin.accounts.acts import Line
from quanxin.accounts.attempts import one_at_a_time
from quanxin.accounts.errors import NotAllowed
from quanxin.accounts.models import AuditLine, audit
from quanxin.calendar import ZONE, now, today
from quanxin.identifiers import personal_numbers

T = TypeVar("T")
MISSED, REFUSED = "lookup.missed", "lookup.refused"


class TooManyMissed(NotAllowed):
    """The account looked for too many that are not there today."""

    refusal = "lookups-exceeded"


def look_up(actor: Actor, kind: str, asked: str, find: Callable[[], T | None]) -> T | None:
    """Find somebody by what was ``asked`` (a code, a name, or a number's blind index; ``kind`` says which).

    Raises ``TooManyMissed``, which leaves a line of its own, once the account's misses of the day are used up.
    """
    what = asked[:12] if kind == "identity" else personal_numbers.mask(asked)[:64]
    with one_at_a_time(f"look-up:{actor.name}"):
        full = _limited(actor) and missed_today(actor) >= settings.MISSED_LOOKUPS
        found = None if full else find()
        if full or found is None:
            audit(actor, REFUSED if full else MISSED, f"{kind}:{what}")
    if full:
        raise _too_many(actor, f"{kind}:{what}")
    return found


def _too_many(actor: Actor, target: str) -> TooManyMissed:
    error = TooManyMissed(f"{actor.name}: too many look-ups that found nothing")
    error.line = (actor, REFUSED, target, {})
    return error


def expect_room(actor: Actor, kind: str) -> None:
    """Raise ``TooManyMissed`` where the account's misses of the day are used up: for what says itself what it missed."""
    if _limited(actor) and missed_today(actor) >= settings.MISSED_LOOKUPS:
        audit(actor, REFUSED, f"{kind}:")
        raise _too_many(actor, f"{kind}:")


def missed(actor: Actor, kind: str, asked: str) -> None:
    """Count what an act that ``expect_room`` let in did not find."""
    audit(actor, MISSED, f"{kind}:{personal_numbers.mask(asked)[:64]}")


def missed_line(actor: Actor, kind: str, asked: str) -> Line:
    """The line of a look-up that found nothing, for the error that undoes the act it was part of (as its ``line``)."""
    return actor, MISSED, f"{kind}:{personal_numbers.mask(asked)[:64]}", {}


def missed_today(actor: Actor) -> int:
    """How many of an actor's look-ups found nothing today."""
    since = dt.datetime.combine(today(), dt.time(), ZONE)
    return AuditLine.objects.filter(actor=actor.name, act=MISSED, at__gte=since, at__lte=now()).count()


def _limited(actor: Actor) -> bool:
    return actor.name.startswith(("user:", "client:"))
