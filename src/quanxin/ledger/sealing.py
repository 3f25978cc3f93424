"""Sealing days that are over.

Invariant: a day is sealed once, after every transaction that was under way when it was looked at has ended, so that no
line of it comes late; days are sealed in their order, each seal naming the one before. A day without lines has no seal
of its own: the next one holds all that lies since the last, so a line that is slipped into it later shows.
The seal of a day is a leaf of the public log: taking it away shows to strangers.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
from typing import Any

from django.db import connection, transaction

from quanxin.accounts import Actor
from quanxin.accounts.models import audit
from quanxin.calendar import now
from quanxin.ledger import lines, log, signing
from quanxin.ledger.models import Seal
from quanxin.runtime import locks

SETTLING = dt.timedelta(hours=2)  # after a day's end: clocks of several machines differ
PATIENCE = 60.0  # seconds to wait for transactions under way; the next hour tries again
_log = logging.getLogger(__name__)


def seal_days(by: Actor) -> list[Seal]:
    """Seal every day that is over and not sealed yet; return the new seals, the earliest first.

    None are made while a transaction from before is still under way.
    """
    made: list[Seal] = []
    if not _settled():
        return made
    while (seal := _seal_next(by)) is not None:
        made.append(seal)
    return made


def seal_by_night() -> None:
    """What the worker does every hour."""
    for seal in seal_days(Actor("job:ledger", frozenset())):
        _log.info("sealed %s: %s", seal.day, seal.digest)


@transaction.atomic
def rotate(by: Actor) -> str:
    """Let another key sign from now on, and return its public half; what was signed before proves as ever.

    Raises as ``signing.replace``.
    """
    _alone()
    before = signing.public_key()
    made = signing.replace(now())
    audit(by, "ledger.rotate", f"key:{made[:16]}", key=made, former=before)
    return made


def _alone() -> None:
    """Let nobody else seal until this transaction ends."""
    locks.hold(locks.Kind.LEDGER)


@transaction.atomic
def _seal_next(by: Actor) -> Seal | None:
    _alone()
    last = Seal.objects.order_by("-day").first()
    since = lines.end_of(last.day) if last else lines.BEGINNING
    day = lines.first_day(since)
    at = now()
    if day is None or at < lines.end_of(day) + SETTLING:
        return None
    tables = {}
    for table in lines.TABLES:
        columns = lines.columns_of(table)
        count, found = lines.digest(table, columns, since, lines.end_of(day))
        tables[table] = {"columns": columns, "lines": count, "digest": found}
    previous = last.digest if last else ""
    whole = digest_of(day, previous, tables)
    made = Seal.objects.create(
        day=day, previous=previous, tables=tables, digest=whole, signature=signing.sign(whole.encode()), sealed_at=at
    )
    log.add("seal", f"day:{day}", {"day": day.isoformat(), "digest": whole})
    audit(by, "ledger.seal", f"day:{day}", digest=whole, lines=sum(one["lines"] for one in tables.values()))
    return made


def digest_of(day: dt.date, previous: str, tables: dict[str, Any]) -> str:
    """The digest of a seal: the leaf that stands for its day."""
    return hashlib.sha256(lines.canonical({"day": day, "previous": previous, "tables": tables})).hexdigest()


# A snapshot tells of the transactions of all the server's databases: those of which the holder is known to be another's go.
UNDER_WAY = """
SELECT EXISTS (
    SELECT FROM pg_snapshot_xip(pg_current_snapshot()) x
    WHERE x < %s::xid8 AND x IS DISTINCT FROM pg_current_xact_id_if_assigned() AND NOT EXISTS (
        SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted AND l.transactionid = x::xid
          AND a.datname <> current_database()
    )
)
"""


def _settled() -> bool:
    """Whether all transactions that are under way now have ended, within ``PATIENCE``; one's own does not count."""
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        # a transaction of its own, which ends at once: a snapshot tells only of those that began before one that has ended
        cursor.execute("SELECT pg_current_xact_id()::text")
        mark = cursor.fetchone()[0]
        while True:
            cursor.execute(UNDER_WAY, (mark,))
            if not cursor.fetchone()[0]:
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(0.2)
