"""Lines of days that are over, for tests of what seals and removes them."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from quanxin.accounts import operator
from quanxin.accounts.models import AuditLine, SignIn
from quanxin.archive.models import Access
from quanxin.calendar import ZONE
from tests.conftest import REPLICA

FIRST = dt.date(2026, 3, 2)


def at(day: dt.date, hour: int = 12, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), ZONE)


def lines_of(day: dt.date, count: int = 3) -> None:
    """Some audit lines, a reading and an attempt to sign in, over the whole of a day of the city."""
    for n in range(count):
        AuditLine.objects.create(
            at=at(day, n * 23 // max(count - 1, 1), 59 * n // max(count - 1, 1)),
            actor=operator().name,
            act="t.act",
            target=f"t:{n}",
            particulars={"b": [1, 1.5, None], "a": "字"},
        )
    Access.objects.create(at=at(day), viewer="centre", actor="user:a", purpose="p", subject_id=1)
    SignIn.objects.create(username="a", succeeded=False, at=at(day), how="password")


def past_the_guards(statement: str) -> None:
    """Do to the tables what only who owns the server can do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REPLICA)
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")
