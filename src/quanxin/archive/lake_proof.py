"""Proving that lake and database agree, row by row.

Invariant: agreement is said only when every file has the bytes that its manifest names, every version is in both, and
each of its values is the same in both. Nothing is changed by looking; what is compared spills to disk and not to memory.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from quanxin.archive import lake, lake_reading
from quanxin.archive.models import Batch
from quanxin.engine.payload import json_value
from quanxin.runtime.bridge import to_duckdb

SHOWN = 20  # records named for each kind of difference
DATABASE = """
SELECT id, subject_id, key_hash, content_hash, version, event_date, valid_from, valid_until, published, public_until,
       tier, row_no, recorded_at, superseded_at, batch_id, provider, payload
FROM archive_record WHERE resource = '{resource}'
"""
_COLUMNS = {
    "_id": "BIGINT", "_subject_id": "BIGINT", "_key_hash": "UUID", "_content_hash": "UUID", "_version": "INTEGER",
    "_event_date": "DATE", "_valid_from": "DATE", "_valid_until": "DATE", "_published": "VARCHAR", "_public_until": "DATE",
    "_tier": "VARCHAR", "_row_no": "BIGINT", "_recorded_at": "TIMESTAMPTZ", "_superseded_at": "TIMESTAMPTZ",
    "_batch": "VARCHAR", "_provider": "VARCHAR", "payload": "JSON",
}  # fmt: skip


@dataclass(slots=True)
class Proof:
    """What was compared of a resource, and every way in which the two differ; records are named by their ids."""

    resource: str
    files: int = 0
    rows: int = 0
    damaged: list[str] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    extra: list[int] = field(default_factory=list)
    different: dict[str, list[int]] = field(default_factory=dict)
    error: str = ""

    @property
    def holds(self) -> bool:
        """Whether lake and database agree."""
        return not (self.damaged or self.missing or self.extra or self.different or self.error)


def resources() -> list[str]:
    """The resources that anything was handed in under."""
    return sorted(Batch.objects.order_by().values_list("resource", flat=True).distinct())


def prove(con: duckdb.DuckDBPyConnection, resource: str, workdir: Path) -> Proof:
    """Compare the lake with the database for a resource; ``con`` is a workshop's."""
    made = Proof(resource)
    made.damaged = _damaged(resource)
    try:
        made.files = lake_reading.versions(con, resource, workdir)
        to_duckdb(con, DATABASE.format(resource=resource), "known", _COLUMNS, workdir)
        _compare(con, resource, made)
    except duckdb.Error as error:  # a file that is gone or no Parquet; it is among the damaged
        made.error = str(error).splitlines()[0][:300]
    return made


def _damaged(resource: str) -> list[str]:
    """Files that are gone, or have other bytes than their manifest says."""
    sums = {
        entry["path"]: entry["sha256"]
        for manifest in Batch.objects.filter(resource=resource).values_list("manifest", flat=True)
        for entry in manifest
    }
    return [path for path, expected in sorted(sums.items()) if _sum(lake.root() / path) != expected]


def _sum(path: Path) -> str:
    if not path.is_file():
        return ""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _compare(con: duckdb.DuckDBPyConnection, resource: str, made: Proof) -> None:
    con.execute("CREATE OR REPLACE TABLE held AS SELECT * FROM versions")
    row = con.execute("SELECT count(*) FROM known").fetchone()
    made.rows = int(row[0]) if row else 0
    made.missing = _ids(con, "SELECT _id FROM known ANTI JOIN held USING (_id)")
    made.extra = _ids(con, "SELECT _id FROM held ANTI JOIN known USING (_id)") or _ids(
        con, "SELECT _id FROM held GROUP BY _id HAVING count(*) > 1"
    )
    tests = {
        name: f"h.{name} IS DISTINCT FROM k.{name}" for name in _COLUMNS if name not in ("_id", "payload", "_published")
    }
    tests["_published"] = "h._published IS DISTINCT FROM (k._published = 't')"
    for one in lake_reading.fields_of(resource):
        value = json_value(one, f'h."{one.key}"')
        tests[one.key] = f"(to_json({value}) ->> '$') IS DISTINCT FROM (k.payload ->> '$.{one.key}')"
    flags = ", ".join(f'({test}) AS "{name}"' for name, test in tests.items())
    any_ = " OR ".join(f'"{name}"' for name in tests)
    con.execute(
        f"CREATE OR REPLACE TABLE differing AS SELECT * FROM (SELECT k._id AS id, {flags} FROM known k "
        f"JOIN held h USING (_id)) WHERE {any_}"
    )
    if con.execute("SELECT 1 FROM differing LIMIT 1").fetchone():
        found = {name: _ids(con, f'SELECT id FROM differing WHERE "{name}"') for name in tests}
        made.different = {name: ids for name, ids in found.items() if ids}


def _ids(con: duckdb.DuckDBPyConnection, query: str) -> list[int]:
    return [row[0] for row in con.execute(f"SELECT * FROM ({query}) ORDER BY 1 LIMIT {SHOWN}").fetchall()]
