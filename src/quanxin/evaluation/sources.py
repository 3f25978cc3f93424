"""What a run reads: the subjects that a model evaluates, and their records, as known at a moment.

Invariant: read from the lake for a city or from the record table for a few, the same moment gives the same rows. A
record of a subject that was merged counts for the one it was merged into, as judged at that moment; one that a decision
had taken out of reach counts for nobody. No subject of a type
that is not to be scored is ever among the population.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb
from django.db.models import Q

from quanxin.archive import decided, lake_reading
from quanxin.archive.models import Batch
from quanxin.archive.restrictions import HIDING
from quanxin.engine.normalise import literal, quoted
from quanxin.engine.scoring import Source
from quanxin.engine.values import type_of
from quanxin.policy.evaluation import Model
from quanxin.policy.model import FieldDef, FieldType
from quanxin.runtime.bridge import pg_cursor, to_duckdb
from quanxin.runtime.pack import current_pack


def never_scored() -> list[str]:
    """The types of subjects that are natural persons, or persons in business: none of them has a score."""
    return [key for key, kind in current_pack().subject_types.items() if kind.natural or not kind.scorable]


def merged_at(moment: dt.datetime) -> dict[int, int]:
    """Which subject another one had been merged into at a moment.

    What natural persons and sole traders did counts for nobody's score, whoever they are said to be.
    """
    return decided.merged_at(moment, apart_from=Q(other__natural=True) | Q(other__type__in=never_scored()))


def uncounted_at(moment: dt.datetime) -> list[int]:
    """The ids of records that were repaired, shielded or deleted at a moment."""
    return sorted({number for number, _ in decided.held_at(moment, HIDING)})


def put_decided(con: duckdb.DuckDBPyConnection, moment: dt.datetime) -> None:
    """Make ``merged(subject_id, kept)`` and ``uncounted(id)``: what had been decided at a moment."""
    con.execute("CREATE OR REPLACE TABLE merged (subject_id BIGINT, kept BIGINT)")
    if pairs := merged_at(moment):
        con.executemany("INSERT INTO merged VALUES (?, ?)", [list(pair) for pair in pairs.items()])
    con.execute("CREATE OR REPLACE TABLE uncounted (id BIGINT)")
    if ids := uncounted_at(moment):
        con.execute("INSERT INTO uncounted SELECT unnest(?::BIGINT[])", [ids])


def put_population(
    con: duckdb.DuckDBPyConnection,
    model: Model,
    moment: dt.datetime,
    workdir: Path,
    only: Collection[int] | None = None,
) -> int:
    """Make ``population(subject_id)``: who is evaluated, known at the moment and not merged; return how many.

    ``only`` names the subjects among whom to look. Needs what ``put_decided`` makes.
    """
    kinds = sorted(set(model.subject_types) - set(never_scored()))
    types = ", ".join(map(literal, kinds)) or "NULL"
    among = f" AND id IN ({', '.join(str(int(i)) for i in only)})" if only else ""
    query = (
        f'SELECT id FROM subjects_subject WHERE type IN ({types}) AND NOT "natural" '
        f"AND recorded_at <= {literal(moment.isoformat())}{among}"
    )
    if only is not None and not only:
        query += " AND false"
    to_duckdb(con, query, "known", {"subject_id": "BIGINT"}, workdir)
    con.execute(
        "CREATE OR REPLACE TABLE population AS SELECT subject_id FROM known ANTI JOIN merged USING (subject_id)"
    )
    return int(con.execute("SELECT count(*) FROM population").fetchall()[0][0])


def from_lake(con: duckdb.DuckDBPyConnection, source: Source, moment: dt.datetime, workdir: Path) -> None:
    """Make the table of a source from the lake, for everyone. Needs what ``put_decided`` makes."""
    lake_reading.versions(con, source.resource, workdir, known_at=moment)
    there = {f.key for f in lake_reading.fields_of(source.resource)}
    stored, absent = ([f for f in source.fields if (f.key in there) is known] for known in (True, False))
    con.execute(f"CREATE OR REPLACE TABLE {source.table} AS {counted('versions AS v', stored, absent)}")


def counted(versions: str, stored: Sequence[FieldDef], absent: Sequence[FieldDef]) -> str:
    """A source's rows from versions of its resource, as a SELECT; items that are ``absent`` no file holds."""
    fields = "".join(f", CAST(v.{quoted(f.key)} AS {type_of(f)}) AS {quoted(f.key)}" for f in stored)
    fields += "".join(f", CAST(NULL AS {type_of(f)}) AS {quoted(f.key)}" for f in absent)
    return (
        f"SELECT coalesce(m.kept, v._subject_id) AS subject_id, v._id AS id, v._event_date AS event_date{fields} "
        f"FROM {versions} LEFT JOIN merged m ON m.subject_id = v._subject_id "
        "LEFT JOIN uncounted u ON u.id = v._id WHERE u.id IS NULL"
    )


def from_records(
    con: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    moment: dt.datetime,
    workdir: Path,
    clusters: Collection[int],
) -> None:
    """Make the tables of sources from the record table, for the subjects kept under ``clusters``.

    Needs what ``put_decided`` makes.
    """
    listed = ", ".join(str(int(i)) for i in clusters) or "NULL"
    resources = ", ".join(literal(s.resource) for s in sources)
    at = literal(moment.isoformat())
    query = (
        "SELECT subject_id, id, resource, event_date, payload FROM archive_record "
        f"WHERE subject_id IN ({listed}) AND resource IN ({resources}) AND recorded_at <= {at} "
        f"AND (superseded_at IS NULL OR superseded_at > {at})"
    )
    columns = {"subject_id": "BIGINT", "id": "BIGINT", "resource": "VARCHAR", "event_date": "DATE", "payload": "JSON"}
    to_duckdb(con, query, "raw", columns, workdir)
    for source in sources:
        con.execute(f"CREATE OR REPLACE TABLE {source.table} AS {typed(source)}")


def typed(source: Source) -> str:
    """A source's rows from ``raw(subject_id, id, resource, event_date, payload)``, as a SELECT."""
    fields = "".join(f", {_from_json(f)} AS {quoted(f.key)}" for f in source.fields)
    return (
        f"SELECT coalesce(m.kept, r.subject_id) AS subject_id, r.id, r.event_date{fields} FROM raw r "
        "LEFT JOIN merged m ON m.subject_id = r.subject_id LEFT JOIN uncounted u ON u.id = r.id "
        f"WHERE u.id IS NULL AND r.resource = {literal(source.resource)}"
    )


def _from_json(field: FieldDef) -> str:
    """An item of a payload as its type: texts hold dates and amounts, lists and capital are JSON of their own."""
    if field.type in (FieldType.CODES, FieldType.CAPITAL):
        return f"CAST(r.payload -> {literal(field.key)} AS {type_of(field)})"
    return f"CAST(r.payload ->> {literal(field.key)} AS {type_of(field)})"


def clusters_of(subjects: Collection[int], moment: dt.datetime) -> set[int]:
    """The subjects, those that they were merged into at a moment, and all that were merged into these."""
    return decided.clusters_of(subjects, merged_at(moment))


def inputs_digest(sources: Sequence[Source], moment: dt.datetime) -> str:
    """SHA-256 of what stood at a moment: the batches of the resources, what superseded their records, the merges,
    and what decisions had taken out of reach."""
    resources = sorted({s.resource for s in sources})
    batches = Batch.objects.filter(resource__in=resources, recorded_at__lte=moment).order_by("id")
    said = [
        list(batches.values_list("id", "file_sha256", "accepted", "updated")),
        sorted(merged_at(moment).items()),
        uncounted_at(moment),
    ]
    with pg_cursor() as cursor:
        cursor.execute(
            "SELECT resource, count(*), count(*) FILTER (WHERE superseded_at <= %s), coalesce(max(id), 0) "
            "FROM archive_record WHERE resource = ANY(%s) AND recorded_at <= %s GROUP BY resource ORDER BY resource",
            (moment, resources, moment),
        )
        said.append([list(row) for row in cursor.fetchall()])
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
