"""Sessions that end: after some hours, after some minutes without a request, and when somebody ends them.

Invariant: a session opens nothing once it is older than ``SESSION_HOURS``, or was not used for ``SESSION_IDLE``, or its
row is gone; both terms are told by the platform's clock, and using a session never makes it live longer than the first.
The key of a session changes at sign-in (Django does that), so a key known before is worth nothing after; the table holds
its digest, so who reads the table can open no session.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import transaction
from django.db.models import Q, QuerySet

from quanxin.accounts.actors import Actor
from quanxin.accounts.models import Session, User, audit
from quanxin.calendar import ZONE, now

BEGAN, ADDRESS, BROWSER = "began", "address", "browser"  # what a session knows of its sign-in
ONE_TIME = "one_time"  # that it was by a password which somebody else chose
_USER = "_auth_user_id"  # Django's name for it
SEEN_EVERY = dt.timedelta(minutes=1)  # so that not every request writes


def stored(key: str | None) -> str:
    """What the table knows the key of a browser by; "" for none."""
    return hashlib.sha256(key.encode()).hexdigest()[:40] if key else ""


class SessionStore(DatabaseStore):
    """Reads and writes sessions in their own table."""

    @classmethod
    def get_model_class(cls) -> Any:
        """The table (Django asks for it by this name)."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row of a session: its columns are told from what is in it."""
        at = now()
        began = dt.datetime.fromtimestamp(data[BEGAN], ZONE) if BEGAN in data else at
        return Session(
            session_key=stored(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=began + settings.SESSION_LIFE,
            user_id=data.get(_USER),
            began_at=began,
            seen_at=at,
            address=data.get(ADDRESS, ""),
            browser=data.get(BROWSER, ""),
        )

    def exists(self, session_key: str) -> bool:
        """Whether there is a session of a browser's key."""
        return bool(super().exists(stored(session_key)))

    def delete(self, session_key: str | None = None) -> None:
        """Delete the session of a browser's key, or this one."""
        if key := session_key or self.session_key:
            super().delete(stored(key))

    def _get_session_from_db(self) -> Any:
        at = now()
        found = _open(at).filter(session_key=stored(self.session_key)).first()
        if found is None:
            self._session_key = None
        elif at - found.seen_at > SEEN_EVERY:
            Session.objects.filter(session_key=found.session_key).update(seen_at=at)
        return found


def _open(at: dt.datetime) -> Any:
    return Session.objects.filter(expire_date__gt=at, seen_at__gt=at - settings.SESSION_IDLE)


def open_sessions(user: User) -> list[Session]:
    """The sessions in which a person is signed in now, the latest used first."""
    return list(_open(now()).filter(user=user).order_by("-seen_at"))


def everybodys() -> QuerySet[Session]:
    """Every open session of somebody signed in, by account, the latest used first."""
    found: QuerySet[Session] = (
        _open(now()).exclude(user=None).select_related("user").order_by("user__username", "-seen_at")
    )
    return found


@transaction.atomic
def end(by: Actor, user: User, *, key: str = "", but: str = "", why: str) -> int:
    """End sessions of a person: the one of a key, or all but one, or all, by the keys in the table; returns how many
    there were.

    Without any nothing is done and nothing is written to the audit.
    """
    found = Session.objects.filter(user=user).exclude(session_key=but)
    if key:
        found = found.filter(session_key=key)
    count, _ = found.delete()
    if count:
        audit(by, "accounts.end-sessions", f"user:{user.username}", sessions=count, why=why)
    return count


def sweep() -> int:
    """Delete the rows of sessions that are over; returns how many. For a job by night."""
    at = now()
    over = Q(expire_date__lte=at) | Q(seen_at__lte=at - settings.SESSION_IDLE)
    return int(Session.objects.filter(over).delete()[0])
