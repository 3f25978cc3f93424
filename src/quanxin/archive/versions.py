"""Writing the next version of a record out of an earlier one: what it says goes on, under a new number.

Invariant: what is repeated is named in one place, so that no column is forgotten by one of those who give records back,
hand them over or move them to another subject. Content from outside comes in by ``commit.store`` alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from quanxin.archive.models import Record
from quanxin.runtime.bridge import pg_cursor, reserve

# What the next version repeats, unless it is told otherwise.
REPEATED = (
    "subject_id", "resource", "key_hash", "content_hash", "payload", "event_date", "valid_from", "valid_until", "published",
    "public_until", "tier", "batch_id", "provider", "row_no",
)  # fmt: skip


def next_ids(count: int) -> int:
    """Reserve ids for so many versions; return the first."""
    return reserve("archive_record_id_seq", count)


def insert(
    source: str, parameters: Mapping[str, Any], *, first: int, at: dt.datetime, provider: str | None = None
) -> int:
    """Write versions in bulk; return how many.

    ``source`` is what stands after FROM, with an earlier version as ``r``, its ``place`` among them from 1 as ``m.place``
    and the number of its next version as ``m.version``. ``provider`` makes them somebody else's.
    """
    columns = ", ".join("%(provider)s" if c == "provider" and provider is not None else f"r.{c}" for c in REPEATED)
    with pg_cursor() as cursor:
        cursor.execute(
            f"INSERT INTO archive_record (id, version, recorded_at, {', '.join(REPEATED)}) "
            f"SELECT %(first)s - 1 + m.place, m.version, %(at)s, {columns} FROM {source}",
            {**parameters, "first": first, "at": at, "provider": provider},
        )
        return int(cursor.rowcount)


def continued(records: Sequence[Record], at: dt.datetime, numbers: Sequence[int], **changed: Any) -> list[Record]:
    """Return the next versions of records, not stored yet: with those version numbers, under new ids from a block."""
    first = next_ids(len(records)) if records else 0
    return [
        Record(
            **{column: getattr(record, column) for column in REPEATED}
            | {"id": first + n, "version": number, "recorded_at": at, "superseded_at": None}
            | changed
        )
        for n, (record, number) in enumerate(zip(records, numbers, strict=True))
    ]
