"""Reading the lake whole: every version of a resource's records, as the database knows them.

Invariant: what is read is exactly the record table, in columns. Files hold versions as their batches brought them; what
ended since, and versions that later acts made of the same content under another number (a split, its undoing, a batch
taken back), are told by the database in the same reading. Natural persons' identity numbers are in neither.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import duckdb

from quanxin.archive import lake
from quanxin.archive.models import Batch, Edition
from quanxin.policy.model import FieldDef, FieldType, Resource
from quanxin.runtime.bridge import to_duckdb

# Of a version, what is told by the database alone. ``home`` says which row of which batch has its content.
STANDING = """
SELECT r.id, r.subject_id, r.version, r.recorded_at, r.superseded_at, r.batch_id, r.row_no,
       r.provider
FROM archive_record r JOIN archive_batch b ON b.id = r.batch_id
WHERE r.resource = '{resource}' AND (r.superseded_at IS NOT NULL OR r.recorded_at <> b.recorded_at)
"""
BATCHES = """
SELECT id, provider, recorded_at FROM archive_batch WHERE resource = '{resource}'
"""
_TOLD = {
    "id": "BIGINT", "subject_id": "BIGINT", "version": "INTEGER", "recorded_at": "TIMESTAMPTZ",
    "superseded_at": "TIMESTAMPTZ", "batch_id": "VARCHAR", "row_no": "BIGINT", "provider": "VARCHAR",
}  # fmt: skip
OWN = (
    "_id",
    "_subject_id",
    "_key_hash",
    "_content_hash",
    "_version",
    "_event_date",
    "_valid_from",
    "_valid_until",
    "_published",
    "_public_until",
    "_tier",
    "_row_no",
)


def fields_of(resource: str) -> list[FieldDef]:
    """The items of a resource in the lake, over all editions under which rows came in."""
    found: dict[str, FieldDef] = {}
    for definition in Edition.objects.filter(resource=resource).order_by("id").values_list("definition", flat=True):
        for field in Resource.model_validate(definition).fields:
            if field.type is not FieldType.IDENTITY:
                found[field.key] = field
    return list(found.values())


def files_of(resource: str) -> list[Path]:
    """The live files of a resource, each once."""
    manifests = Batch.objects.filter(resource=resource).order_by("id").values_list("manifest", flat=True)
    return [lake.root() / path for path in dict.fromkeys(e["path"] for entries in manifests for e in entries)]


def versions(
    con: duckdb.DuckDBPyConnection, resource: str, workdir: Path, *, known_at: dt.datetime | None = None
) -> int:
    """Make the view ``versions`` of a resource's records and return how many files it reads.

    It has the lake's own columns, ``_recorded_at``, ``_superseded_at``, ``_batch``, ``_provider``, and the items. Without
    ``known_at`` it has all versions; with it, those that stood at that moment.
    """
    files = files_of(resource)
    put_standing(con, resource, workdir)
    con.execute(f"CREATE OR REPLACE VIEW stored AS {_stored(con, files, resource)}")
    con.execute(f"CREATE OR REPLACE VIEW versions AS {joined([f.key for f in fields_of(resource)], known_at)}")
    return len(files)


def put_standing(con: duckdb.DuckDBPyConnection, resource: str, workdir: Path) -> None:
    """Make ``standing`` and ``batches``: what the database alone tells of the versions of a resource."""
    to_duckdb(con, STANDING.format(resource=resource), "standing", _TOLD, workdir)
    told = {"id": "VARCHAR", "provider": "VARCHAR", "recorded_at": "TIMESTAMPTZ"}
    to_duckdb(con, BATCHES.format(resource=resource), "batches", told, workdir)


def joined(keys: Sequence[str], known_at: dt.datetime | None, columns: Sequence[str] = OWN) -> str:
    """The versions, as a SELECT over ``stored``, ``standing`` and ``batches``, with the items of those keys.

    ``columns`` are those of the lake's own that are wanted beside the ids and the version.
    """
    own = ", ".join(f"s.{c}" for c in columns if c not in ("_id", "_subject_id", "_version"))
    items = "".join(f', s."{key}"' for key in keys)
    everything = (
        f"SELECT s._id, s._subject_id, s._version, {own}, b.recorded_at AS _recorded_at, "
        f"e.superseded_at AS _superseded_at, s._batch, b.provider AS _provider{items} "
        "FROM stored s JOIN batches b ON b.id = s._batch LEFT JOIN standing e ON e.id = s._id "
        f"UNION ALL SELECT m.id, m.subject_id, m.version, {own}, m.recorded_at, m.superseded_at, s._batch, m.provider{items} "
        "FROM standing m JOIN batches b ON b.id = m.batch_id AND b.recorded_at <> m.recorded_at "
        "JOIN stored s ON s._batch = m.batch_id AND s._row_no = m.row_no"
    )
    moment = f"TIMESTAMPTZ '{known_at.isoformat()}'" if known_at else ""
    stood = (
        f" WHERE _recorded_at <= {moment} AND (_superseded_at IS NULL OR _superseded_at > {moment})" if known_at else ""
    )
    return f"SELECT * FROM ({everything}) AS everything{stood}"


def _stored(con: duckdb.DuckDBPyConnection, files: list[Path], resource: str) -> str:
    """The rows of the files with their batch: a compacted file says it, another bears its name."""
    fields = fields_of(resource)
    if not files:
        nothing = ", ".join([*(f"NULL AS {c}" for c in OWN), "NULL AS _batch", *(f'NULL AS "{f.key}"' for f in fields)])
        return f"SELECT {nothing} WHERE false"
    listed = json.dumps([str(f) for f in files], ensure_ascii=False).replace("'", "''").replace('"', "'")
    source = f"read_parquet({listed}, union_by_name = true, filename = true)"
    there = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    named = "regexp_extract(filename, '([^/]+)\\.parquet$', 1)"
    batch = f"coalesce(_batch, {named})" if "_batch" in there else named
    items = [f'"{f.key}"' if f.key in there else f'NULL AS "{f.key}"' for f in fields]
    return f"SELECT {', '.join(OWN)}, {batch} AS _batch, {', '.join(items)} FROM {source}"
