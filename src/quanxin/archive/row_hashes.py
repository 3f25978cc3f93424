"""The root over the rows of a batch, which the public log commits to, and the proof that a record is one of them.

Invariant: a row's hash is that of the record's number and of what its key and content are known by, under a salt of its own,
which only the salt of the batch gives: whoever is shown one row learns nothing of those beside it. Database and engine of
intake reckon the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Any

import duckdb

from quanxin.archive.models import Batch, Record
from quanxin.proofs import merkle
from quanxin.proofs.receipts import Row
from quanxin.runtime.batch_rows import BatchRows
from quanxin.runtime.bridge import pg_cursor

AT_ONCE = 1 << 14  # rows in memory
FEW = 50_000  # rows that are reckoned while somebody waits
# A row as its hash has it: salt of the row, number, key, content. ``%s`` is the salt of the batch in hexadecimal.
COMMITTED = r"""
SELECT {part} AS part, unhex(sha256(
    '\x00'::BLOB || encode(concat_ws(':', sha256(concat_ws(':', {salt}, _id)), _id, _key_hash, _content))
)) FROM entered ORDER BY part, _id
"""
STORED = r"""
SELECT coalesce(string_agg(sha256('\x00'::bytea || convert_to(concat_ws(':',
    encode(sha256(convert_to(concat_ws(':', %(salt)s::text, id), 'UTF8')), 'hex'), id, key_hash, content_hash), 'UTF8')),
    ''::bytea ORDER BY id), ''::bytea), count(*) FILTER (WHERE id < %(id)s) FROM archive_record WHERE batch_id = %(batch)s
"""


def roots(con: duckdb.DuckDBPyConnection, several: BatchRows, salts: Sequence[bytes | memoryview]) -> list[str]:
    """The roots over the rows of ``entered``, of each batch of a pass, in hexadecimal."""
    quoted = ", ".join(f"'{bytes(salt).hex()}'" for salt in salts)
    part = several.part("_row_no")
    rows = con.execute(COMMITTED.format(part=part, salt=f"[{quoted}][{part} + 1]"))
    found = [merkle.EMPTY] * len(salts)
    for n, of_batch in groupby(_streamed(rows), key=lambda row: row[0]):
        found[n] = _root(row[1] for row in of_batch)
    return [root.hex() for root in found]


def _root(hashes: Iterator[bytes]) -> bytes:
    """A tree over subtrees of one size is the tree over their leaves: no more of them are in memory at once."""
    return merkle.root(iter(lambda: merkle.root(islice(hashes, AT_ONCE)), merkle.EMPTY))


def committed(batch: Batch, root: str) -> dict[str, Any]:
    """What the public log commits to of a batch, besides its counts."""
    said = {"resource": batch.resource, "provider": batch.provider, "mode": batch.mode, "sha256": batch.file_sha256}
    return said | {"received": batch.received, "rows_root": root}


def _streamed(rows: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, bytes]]:
    while some := rows.fetchmany(AT_ONCE):
        yield from some


def row_of(record: Record) -> tuple[str, Row]:
    """The root over the rows of a record's batch as the database has them, and the record among them."""
    batch = Batch.objects.get(pk=record.batch_id)
    salt = bytes(batch.row_salt).hex()
    with pg_cursor() as cursor:
        cursor.execute(STORED, {"salt": salt, "id": record.id, "batch": batch.pk})
        hashes, place = cursor.fetchone()
    leaves = _apart(bytes(hashes))
    own = hashlib.sha256(f"{salt}:{record.id}".encode()).hexdigest()
    opened = f"{own}:{record.id}:{record.key_hash}:{record.content_hash}"
    return merkle.root(leaves).hex(), Row(opened, place, len(leaves), merkle.inclusion(leaves, place))


def among_rows(record: Record) -> Row | None:
    """The record among the rows of its batch; None in one of so many rows that nobody is made to wait for it."""
    few = Batch.objects.filter(pk=record.batch_id, received__lte=FEW).exists()
    return row_of(record)[1] if few else None


def _apart(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + merkle.SIZE] for at in range(0, len(hashes), merkle.SIZE)]
