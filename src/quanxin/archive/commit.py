"""Committing a batch to the archive.

Invariant: everything a batch brings becomes visible in one transaction or not at all, under the lock of its
resource: its row, its records, what they supersede, its file in the lake (which counts only through its row).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import duckdb

from quanxin.archive import lake
from quanxin.archive.models import Batch, Edition
from quanxin.policy import Pack
from quanxin.policy.model import Resource
from quanxin.runtime import locks
from quanxin.runtime.batch_rows import BatchRows
from quanxin.runtime.bridge import ask, pg_cursor, reserve, temporary, to_postgres

RECORD_COLUMNS = (
    "id", "subject_id", "resource", "key_hash", "content_hash", "version", "payload", "event_date", "valid_from",
    "valid_until", "published", "public_until", "tier", "recorded_at", "batch_id", "provider", "row_no",
)  # fmt: skip
# What is stored of a row beside its numbers and its items, as ``checked`` has it.
STORED = ("_content", "_event_date", "_valid_from", "_valid_until", "_published", "_public_until", "_tier")
# Subjects that are read as the asked one. One without a natural key has one record each: there is nothing to look for.
MERGED = (
    " UNION ALL SELECT k.subject_id, k.key_hash, k.provider, s.id FROM incoming_key k "
    "JOIN subjects_subject s ON s.merged_into_id = k.subject_id"
)
CURRENT = """
WITH family AS (
    SELECT k.subject_id, k.key_hash, k.provider, k.subject_id AS kept FROM incoming_key k{merged}
), standing AS (
    SELECT DISTINCT ON (f.subject_id, f.key_hash) f.subject_id, f.key_hash, f.kept, r.id, r.version, r.content_hash,
           r.provider
    FROM family f JOIN archive_record r ON r.subject_id = f.kept AND r.key_hash = f.key_hash
        AND r.resource = '{resource}' AND r.superseded_at IS NULL
    ORDER BY f.subject_id, f.key_hash, r.provider <> f.provider, f.kept <> f.subject_id, f.kept
), withdrawn AS (
    SELECT DISTINCT ON (f.subject_id, f.key_hash) f.subject_id, f.key_hash, f.kept, w.version
    FROM family f JOIN archive_withdrawnrecord w ON w.subject_id = f.kept AND w.key_hash = f.key_hash
    JOIN archive_withdrawal a ON a.id = w.withdrawal_id AND a.resource = '{resource}'
    ORDER BY f.subject_id, f.key_hash, f.kept <> f.subject_id, f.kept, w.version DESC
)
SELECT * FROM standing UNION ALL SELECT w.subject_id, w.key_hash, w.kept, NULL, w.version, NULL, NULL FROM withdrawn w
WHERE NOT EXISTS (SELECT 1 FROM standing s WHERE s.subject_id = w.subject_id AND s.key_hash = w.key_hash)
"""
ROWS_AT_ONCE = 16_384  # of those written down, which a thread that stores them has in memory in several forms at once
MANY = 50_000  # rows from which it pays to write them down between checking and storing


def lock_resources(*resources: str) -> None:
    """Wait for and hold resources until the transaction ends: one batch of each commits at a time."""
    if resources:
        locks.hold(locks.Kind.RESOURCE, *resources)


def edition_of(resource: Resource, pack: Pack) -> Edition:
    """The stored edition of a catalogue resource, stored now if it is new; its basis is what the database asks for."""
    definition = resource.model_dump(mode="json", by_alias=True)
    digest = hashlib.sha256(json.dumps(definition, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return Edition.objects.get_or_create(
        resource=resource.key,
        digest=digest,
        defaults={
            "pack": pack.name,
            "in_force_from": resource.in_force.from_,
            "in_force_until": resource.in_force.until,
            "basis": definition["basis"],
            "definition": definition,
        },
    )[0]


def find_current(con: duckdb.DuckDBPyConnection, resource: Resource, workdir: Path) -> None:
    """Make ``current(subject_id, key_hash, kept, id, version, content_hash, provider)``: the current versions of ``keys``.

    ``keys(subject_id, key_hash, provider)`` are the natural keys that a batch brings, and who brings them. ``kept`` is
    the subject under which the version stands: of merged subjects it may be another than ``subject_id``, and what one
    decision takes from a record's reach stays with it. Of several the provider's own comes first. A key whose last
    version was withdrawn has that version's number and neither id nor provider: its versions go on from there.
    """
    columns = {
        "subject_id": "BIGINT",
        "key_hash": "UUID",
        "kept": "BIGINT",
        "id": "BIGINT",
        "version": "INTEGER",
        "content_hash": "UUID",
        "provider": "VARCHAR",
    }
    if not Batch.objects.filter(resource=resource.key).exists():
        nothing = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        con.execute(f"CREATE OR REPLACE TABLE current ({nothing})")
        return
    query = CURRENT.format(resource=resource.key, merged=MERGED if resource.natural_key else "")
    asked = {"subject_id": "bigint", "key_hash": "uuid", "provider": "text"}
    rows = f"SELECT {', '.join(asked)} FROM keys"
    ask(con, rows, "incoming_key", asked, query, "current", columns, workdir)


def number_records(con: duckdb.DuckDBPyConnection, workdir: Path) -> int:
    """Give each row of ``entering`` its record id; return how many there are.

    Ids go up partition by partition, then by subject and key, so that one partition's pages and indexes after the
    other's are filled.
    """
    row = con.execute("SELECT count(*) FROM entering").fetchone()
    count = int(row[0]) if row else 0
    first = reserve("archive_record_id_seq", count) if count else 0
    _find_partitions(con, workdir)
    con.execute(
        f"CREATE OR REPLACE TABLE numbered AS SELECT entering.*, {first} - 1 + row_number() OVER "
        "(ORDER BY part, subject_id, key_hash) AS id FROM entering LEFT JOIN partitions USING (subject_id)"
    )
    return count


def _find_partitions(con: duckdb.DuckDBPyConnection, workdir: Path) -> None:
    """Make ``partitions(subject_id, part)``, by PostgreSQL's own hash of a bigint under the seed of partitions.

    It only puts rows in an order: were it another hash, nothing but speed would be lost.
    """
    query = (
        "SELECT subject_id, ((hashint8extended(subject_id, 8816678312871386365) & 15) + 3) & 15 FROM entering_subject"
    )
    columns = {"subject_id": "BIGINT", "part": "INTEGER"}
    rows, typed = "SELECT DISTINCT subject_id FROM entering", {"subject_id": "bigint"}
    ask(con, rows, "entering_subject", typed, query, "partitions", columns, workdir)


def gather(con: duckdb.DuckDBPyConnection, resource: Resource, workdir: Path) -> None:
    """Make ``entered``: the numbered rows with all that is stored of them, in the order of their ids.

    Of many rows it is a file: what they say is read from their source once, and sorted once, for database and lake.
    """
    row = con.execute("SELECT count(*) FROM numbered").fetchone()
    values = ", ".join(f"c.{column}" for column in (*STORED, *(f'"{f.key}"' for f in resource.fields)))
    query = (
        "SELECT n.id AS _id, n.subject_id AS _subject_id, n.key_hash AS _key_hash, n.version AS _version, "
        f"n.row_no AS _row_no, {values} FROM numbered n JOIN checked c USING (row_no) ORDER BY n.id"
    )
    if row and row[0] > MANY:
        path = workdir / "entered.parquet"
        con.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE {ROWS_AT_ONCE})")
        query = f"SELECT * FROM read_parquet('{path}')"
    con.execute(f"CREATE OR REPLACE VIEW entered AS {query}")


def mirror(con: duckdb.DuckDBPyConnection, resource: Resource, several: BatchRows) -> list[dict[str, object]]:
    """Write the rows of ``entered`` to the lake, typed and sorted by subject; return the manifest.

    The file bears the name of the first batch; of several, each row says its own. Asks nothing of PostgreSQL, so that it
    may run beside ``store``, on a cursor of its own.
    """
    fields = ", ".join(f'"{f.key}"' for f in resource.fields if f.type != "identity")
    batch = "" if several.alone else f"{several.batch('_row_no')} AS _batch, "
    return lake.write(
        con,
        f"SELECT _id, _subject_id, _key_hash, _content AS _content_hash, _version, _event_date, _valid_from, _valid_until, "
        f"_published, _public_until, _tier, {several.number('_row_no')} AS _row_no, {batch}{fields} FROM entered",
        resource=resource.key,
        batch=several.batches[0],
    )


def store(con: duckdb.DuckDBPyConnection, *, resource: str, several: BatchRows, at: dt.datetime, payload: str) -> None:
    """Supersede what the numbered rows replace and COPY those of ``entered`` into the record table.

    ``payload`` is the SQL expression of the payload over ``entered`` (as ``c``).
    """
    ending = "SELECT subject_id, replaces AS id FROM numbered WHERE replaces IS NOT NULL"
    if con.execute(f"{ending} LIMIT 1").fetchone():
        supersede(con, ending, at)
    to_postgres(
        con,
        f"SELECT _id, _subject_id, '{resource}', _key_hash, _content, _version, {payload}, _event_date, _valid_from, "
        f"_valid_until, _published, _public_until, _tier, '{at.isoformat()}', {several.batch('_row_no')}, "
        f"{several.provider('_row_no')}, {several.number('_row_no')} FROM entered c",
        "archive_record",
        RECORD_COLUMNS,
    )


def supersede(con: duckdb.DuckDBPyConnection, query: str, at: dt.datetime) -> int:
    """Mark the records of ``query(subject_id, id)`` as superseded at that moment; return how many."""
    with pg_cursor() as cursor:
        temporary(cursor, "ending", "subject_id bigint, id bigint")
        if not to_postgres(con, query, "ending", ("subject_id", "id")):
            return 0
        cursor.execute("ANALYZE ending")
        cursor.execute(
            "WITH locked AS (SELECT r.subject_id, r.id FROM archive_record r JOIN ending e "
            "ON r.subject_id = e.subject_id AND r.id = e.id WHERE r.superseded_at IS NULL "
            "ORDER BY r.subject_id, r.id FOR UPDATE OF r) "
            "UPDATE archive_record r SET superseded_at = %s FROM locked e WHERE r.subject_id = e.subject_id AND r.id = e.id",
            (at,),
        )
        return int(cursor.rowcount)
