"""Lines as they are digested: canonical JSON, one a line, in the order of their numbers.

Invariant: the digest of a set of lines depends on nothing but their columns and values; a file with the lines as
``canonical`` writes them has their digest as its SHA-256.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from quanxin.calendar import ZONE, day_of

# Every table whose lines are sealed: each has ``id`` and ``at``. One that is added later is sealed from its next day on.
TABLES = (
    "accounts_auditline", "accounts_signin", "archive_access", "ledger_removal", "rights_consentuse", "casework_step",
    "checks_use", "commitments_signature",
)  # fmt: skip
CHUNK = 10_000
BEGINNING = dt.datetime(1970, 1, 1, tzinfo=ZONE)


def end_of(day: dt.date) -> dt.datetime:
    """The moment at which a day is over in the city."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZONE)


def canonical(line: dict[str, Any]) -> bytes:
    """A line as JSON: keys sorted, no blanks, UTF-8, moments in UTC to the microsecond."""
    return json.dumps(line, default=_plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def columns_of(table: str) -> list[str]:
    """The columns that a table has now, by name."""
    with connection.cursor() as cursor:
        return sorted(column.name for column in connection.introspection.get_table_description(cursor, table))


def digest(table: str, columns: Sequence[str], since: dt.datetime, until: dt.datetime) -> tuple[int, str]:
    """How many lines a table has from a moment until before another, and the SHA-256 of them."""
    hashed, count = hashlib.sha256(), 0
    name = connection.ops.quote_name
    query = (
        f"SELECT {', '.join(name(column) for column in columns)} FROM {name(table)} "
        "WHERE at >= %s AND at < %s ORDER BY id"
    )
    kinds = _json_columns(table)
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, (since, until))
        while rows := cursor.fetchmany(CHUNK):
            for row in rows:
                line = dict(zip(columns, row, strict=True))
                line |= {key: json.loads(line[key]) for key in kinds & line.keys() if isinstance(line[key], str)}
                hashed.update(canonical(line) + b"\n")
            count += len(rows)
    return count, hashed.hexdigest()


def first_day(since: dt.datetime) -> dt.date | None:
    """The day of the earliest line that is not before a moment; None without one."""
    found = []
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT min(at) FROM {connection.ops.quote_name(table)} WHERE at >= %s", (since,))
            found += [at for (at,) in cursor.fetchall() if at is not None]
    return day_of(min(found)) if found else None


def _json_columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND atttypid = 'jsonb'::regtype", (table,)
        )
        return {name for (name,) in cursor.fetchall()}


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)
