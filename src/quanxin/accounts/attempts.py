"""Attempts to sign in, and when there were too many.

Invariant: what can be guessed, a password or a code, is tried at most ``LOCKED_AFTER`` times in a row before its name
is locked for a while, whether or not there is such an account, however many try at once: attempts under one name wait
for each other. Only a sign-in that is complete counts as a success, so a right password does not buy more codes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.http import HttpRequest

from quanxin.accounts.browsers import address_of, browser_of
from quanxin.accounts.visits import SignIn
from quanxin.calendar import now
from quanxin.runtime import locks

LOCKED_AFTER = 5  # attempts that failed, in a row, within
LOCKED_FOR = dt.timedelta(minutes=15)

LOCKED, KEY = "locked", "passkey refused"
NOT_COUNTED = (LOCKED, KEY)  # a try while a name is locked does not lock it for longer; a key is not guessed


def locked(username: str) -> bool:
    """Whether too many attempts under this name failed lately, and none has succeeded since."""
    since = now() - LOCKED_FOR
    counted = SignIn.objects.filter(username=username[:64], at__gte=since).exclude(how__in=NOT_COUNTED)
    latest = counted.order_by("-id")[:LOCKED_AFTER]
    return len(latest) == LOCKED_AFTER and not any(attempt.succeeded for attempt in latest)


def note_sign_in(username: str, succeeded: bool, request: HttpRequest | None = None, how: str = "") -> None:
    """Keep the attempt, let in or not."""
    SignIn.objects.create(
        username=username[:64],
        succeeded=succeeded,
        at=now(),
        how=how[:64],
        address=address_of(request) if request else "",
        browser=browser_of(request) if request else "",
    )


@contextmanager
def one_at_a_time(username: str) -> Iterator[None]:
    """Let attempts under one name wait for each other: what is noted in the block is seen by the next.

    The block must not raise after noting a failure, which would undo the note.
    """
    with transaction.atomic():
        locks.hold(locks.Kind.ATTEMPT, username)
        yield
