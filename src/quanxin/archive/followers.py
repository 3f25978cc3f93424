"""Acting on the archive's events: one way to keep positions, to try again, and to go on without what fails.

Invariant: each event is acted on at least once, in order, or set aside with its reason; what fails of one subject or
event stops no other. A failure of the database itself is nobody's fault: it undoes the pass, and the next one begins there.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive.handlers import Following, Unit
from quanxin.archive.models import Event, Follower, SetAside
from quanxin.calendar import now
from quanxin.identifiers.personal_numbers import mask

# Before each further attempt; after the last it waits for somebody.
DELAYS = tuple(dt.timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 1440, 1440))
FAILURES = (
    100  # of one pass that are told apart; more only while fewer fail than are done: else it is not they that fail
)
RETRIED = 50  # at a time
_REASON = 500
_log = logging.getLogger(__name__)


def follow(by: Following) -> int:
    """Act on the next events; return how much was done. Two at once are safe: one of them does nothing."""
    Follower.objects.get_or_create(name=by.name)  # of its own: whoever comes meanwhile does not wait for the pass
    with transaction.atomic():
        held = Follower.objects.select_for_update(skip_locked=True).filter(name=by.name).first()
        if held is None or not by.ready():
            return 0
        done = _retry(by)
        later = Event.objects.filter(position__gt=held.position).order_by("position").select_related("batch")
        if events := list(later[: by.events]):
            done += _Pass(by).over(events)
            held.position, held.at = events[-1].position or held.position, now()
            held.save(update_fields=["position", "at"])
    return done


class _Pass:
    """One pass over events: halves what fails until it is one unit."""

    def __init__(self, by: Following) -> None:
        self._by = by
        self._failed = self._done = 0

    def over(self, events: Sequence[Event]) -> int:
        try:
            with transaction.atomic():
                units = self._by.units(events)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            if len(events) > 1:
                middle = len(events) // 2
                return self.over(events[:middle]) + self.over(events[middle:])
            self._aside([Unit(events[0])], error)
            return 0
        return self._do(units)

    def _do(self, units: Sequence[Unit]) -> int:
        if not units:
            return 0
        try:
            with transaction.atomic():
                done = self._by.act(units)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            if len(units) == 1 or (self._failed >= FAILURES and self._failed > self._done):
                self._aside(units, error)
                return 0
        else:
            self._done += len(units)
            return done
        middle = len(units) // 2
        return self._do(units[:middle]) + self._do(units[middle:])

    def _aside(self, units: Sequence[Unit], error: Exception) -> None:
        self._failed += len(units)
        at = now()
        rows = [
            SetAside(
                follower=self._by.name,
                event=unit.event,
                subject=unit.subject,
                reason=_told(error),
                since=at,
                next_at=at + DELAYS[0],
            )
            for unit in units
        ]
        SetAside.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
        _log.error("%s: %s set aside", self._by.name, len(units), exc_info=error)


def _retry(by: Following) -> int:
    """Try what is due once more, each alone."""
    due = SetAside.objects.filter(follower=by.name, next_at__lte=now()).select_related("event", "event__batch")
    return sum(_tried(by, row) for row in due.order_by("next_at", "id")[:RETRIED])


def _tried(by: Following, row: SetAside) -> int:
    try:
        with transaction.atomic():
            done = by.act([Unit(row.event, row.subject)] if row.subject else by.units([row.event]))
            row.delete()
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        row.attempts += 1
        row.reason = _told(error)
        row.next_at = now() + DELAYS[row.attempts - 1] if row.attempts <= len(DELAYS) else None
        row.save(update_fields=["attempts", "reason", "next_at"])
        return 0
    return done


@act
def try_again(actor: Actor, follower: str, row: int | None = None) -> int:
    """Have what a follower set aside tried at its next pass: one row of it, or all; return how many those are.

    What is due already stays so, and leaves no second line. Raises ``NotAllowed`` without the centre's role.
    """
    actor.require(Role.CENTRE)
    moment = now()
    found = SetAside.objects.filter(Q(next_at=None) | Q(next_at__gt=moment), follower=follower)
    if row is not None:
        found = found.filter(pk=row)
    count = found.update(next_at=moment)
    if count:
        audit(actor, "archive.try-again", f"follower:{follower}", row=row, rows=count)
    return count


def begin(name: str, position: int) -> None:
    """Have a follower begin after a position: what happened before asks nothing of it."""
    Follower.objects.create(name=name, position=position, at=now())


def on_the_shelf(_actor: Actor) -> int:
    """What waits of everyone, for the link to the page that shows it."""
    return waiting()


def give_up(name: str) -> None:
    """Forget what a follower set aside, which is not tried again."""
    SetAside.objects.filter(follower=name).delete()


def position(name: str) -> int:
    """The position of the last event that a follower looked at."""
    return Follower.objects.filter(name=name).values_list("position", flat=True).first() or 0


def lag(name: str) -> int:
    """How many events a follower has not looked at yet."""
    return Event.objects.filter(position__gt=position(name)).count()


def behind(name: str) -> dt.timedelta:
    """For how long the oldest event that a follower has not looked at has waited."""
    oldest = Event.objects.filter(position__gt=position(name)).order_by("position").values_list("at", flat=True).first()
    return max(now() - oldest, dt.timedelta()) if oldest is not None else dt.timedelta()


def waiting(name: str = "") -> int:
    """How much a follower, or without a name everyone, set aside that is not done yet."""
    found = SetAside.objects.filter(follower=name) if name else SetAside.objects.all()
    return found.count()


def _told(error: Exception) -> str:
    """Why something failed, without anybody's number."""
    return mask(f"{type(error).__name__}: {error}".replace("\0", ""))[:_REASON]
