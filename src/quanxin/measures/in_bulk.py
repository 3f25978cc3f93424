"""What follows from the records of a city, or of some subjects at once, on DuckDB or on Spark.

Invariant: the texts of the queries are those that answer for one subject; read from the lake or from the record table, the
same day and moment give the same rows. Records of a subject that was merged count for the one that it was merged into.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from django.db.models import Q

from quanxin.archive import decided, lake_on_spark, lake_reading
from quanxin.engine import grounds_run, payload
from quanxin.engine.days import date_literal, on_day
from quanxin.engine.grounds import Program, Source
from quanxin.engine.normalise import literal, quoted
from quanxin.engine.values import type_of
from quanxin.measures.reckoning import LIFTING, SUSPENDING, held_for, program_of
from quanxin.runtime.bridge import to_duckdb
from quanxin.runtime.pack import current_pack

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FEW = 20_000  # subjects; of more it is quicker to read the lake whole
_COLUMNS = ("_event_date", "_valid_until", "_published", "_public_until")


def put_consequences(
    con: duckdb.DuckDBPyConnection,
    day: dt.date,
    moment: dt.datetime,
    workdir: Path,
    only: Collection[int] | None = None,
) -> None:
    """Make ``consequences(subject_id, measure, ground, resource, id, since, until, suspended)`` as of a day, as known at a
    moment, for everyone or for ``only`` some subjects; ``subject_id`` is the one that others were merged into."""
    program, _ = program_of(current_pack(), day)
    put_grounds(con, program, moment, workdir, only)
    grounds_run.put_answer(con, program, day, "consequences")


def put_consequences_by_spark(
    spark: SparkSession, con: duckdb.DuckDBPyConnection, day: dt.date, moment: dt.datetime, workdir: Path
) -> None:
    """The same for everyone, by Spark."""
    program, _ = program_of(current_pack(), day)
    put_answer_by_spark(spark, con, program, day, moment, workdir, "consequences")


def put_grounds(
    con: duckdb.DuckDBPyConnection,
    program: Program,
    moment: dt.datetime,
    workdir: Path,
    only: Collection[int] | None = None,
    *,
    apart_from: Q | None = None,
) -> None:
    """Make the tables that a program answers from: ``grounds``, ``population`` and ``rules``, as known at a moment, for
    everyone or for ``only`` some subjects; merges ``apart_from`` are left out."""
    grounds_run.create(con, program)
    among = _put_decided(con, moment, workdir, only, apart_from)
    for source in program.sources:
        rows = _from_lake(con, source, moment, workdir) if among is None else _raw(source)
        if among is not None:
            _put_raw(con, source, moment, workdir, among)
        con.execute(f"INSERT INTO {source.table} {rows}")
        grounds_run.find_grounds(con, source)
        con.execute(f"DELETE FROM {source.table}")


def put_answer_by_spark(
    spark: SparkSession,
    con: duckdb.DuckDBPyConnection,
    program: Program,
    day: dt.date,
    moment: dt.datetime,
    workdir: Path,
    table: str,
    *,
    apart_from: Q | None = None,
) -> None:
    """Make a table of what a program answers for everyone, by Spark."""
    grounds_run.create(con, program)
    _put_decided(con, moment, workdir, None, apart_from)
    for name in ("population", "merged", "held", "rules"):
        lake_on_spark.hand_over(spark, con, name, workdir)
    found = [g for s in program.sources if (g := _grounds_by_spark(spark, con, s, moment, workdir)) is not None]
    fields = [field for source in program.sources for field in source.fields]
    if not found:
        lake_on_spark.hand_over(spark, con, "grounds", workdir)
    else:
        lake_on_spark.kept(spark, " UNION ALL ".join(found), "grounds", workdir, fields)
    lake_on_spark.bring_back(spark, con, on_day(program.answer, date_literal(day)), table, workdir, fields)


def _grounds_by_spark(
    spark: SparkSession, con: duckdb.DuckDBPyConnection, source: Source, moment: dt.datetime, workdir: Path
) -> str | None:
    versions = lake_on_spark.versions(spark, con, source.resource, source.fields, moment, workdir, _COLUMNS)
    if versions is None:
        return None
    query = _rows(source, f"({versions}) AS v", {field.key for field in source.fields})
    lake_on_spark.kept(spark, query, source.table, workdir, source.fields)
    return source.grounds


def _put_decided(
    con: duckdb.DuckDBPyConnection,
    moment: dt.datetime,
    workdir: Path,
    only: Collection[int] | None,
    apart_from: Q | None,
) -> set[int] | None:
    """Make ``merged(subject_id, kept)``, ``held(id, held)`` and ``population``; return the subjects whose records are to be
    read one by one, None for everyone."""
    pairs = decided.merged_at(moment, apart_from=apart_from)
    con.execute("CREATE OR REPLACE TABLE merged (subject_id BIGINT, kept BIGINT)")
    if pairs:
        con.executemany("INSERT INTO merged VALUES (?, ?)", [list(pair) for pair in pairs.items()])
    holding: dict[int, set[str]] = {}
    for number, kind in decided.held_at(moment, [*LIFTING, *SUSPENDING]):
        holding.setdefault(number, set()).add(kind)
    con.execute("CREATE OR REPLACE TABLE held (id BIGINT, held VARCHAR)")
    if holding:
        con.executemany("INSERT INTO held VALUES (?, ?)", [[i, held_for(kinds)] for i, kinds in holding.items()])
    among = None if only is None else decided.clusters_of(only, pairs)
    _put_population(con, moment, workdir, among)
    return among if among is None or len(among) <= FEW else None


def _put_population(
    con: duckdb.DuckDBPyConnection, moment: dt.datetime, workdir: Path, among: Collection[int] | None
) -> None:
    to_duckdb(
        con,
        f"SELECT id, type FROM subjects_subject WHERE recorded_at <= {literal(moment.isoformat())}",
        "known",
        {"subject_id": "BIGINT", "type": "VARCHAR"},
        workdir,
    )
    con.execute("INSERT INTO population SELECT * FROM known ANTI JOIN merged USING (subject_id)")
    if among is not None:
        con.execute("CREATE OR REPLACE TABLE asked AS SELECT unnest(?::BIGINT[]) AS subject_id", [sorted(among)])
        con.execute("DELETE FROM population WHERE subject_id NOT IN (SELECT subject_id FROM asked)")


def _from_lake(con: duckdb.DuckDBPyConnection, source: Source, moment: dt.datetime, workdir: Path) -> str:
    lake_reading.versions(con, source.resource, workdir, known_at=moment)
    return _rows(source, "versions AS v", {field.key for field in lake_reading.fields_of(source.resource)})


def _rows(source: Source, versions: str, there: Collection[str]) -> str:
    """A source's rows from versions of its resource; items that no file holds are NULL."""
    items = "".join(
        f", CAST({f'v.{quoted(f.key)}' if f.key in there else 'NULL'} AS {type_of(f)}) AS {quoted(f.key)}"
        for f in source.fields
    )
    own = ", ".join(f"v.{column}" for column in _COLUMNS)
    return (
        f"SELECT coalesce(m.kept, v._subject_id) AS _subject_id, v._id, {own}, h.held AS _held{items} FROM {versions} "
        "LEFT JOIN merged AS m ON m.subject_id = v._subject_id LEFT JOIN held AS h ON h.id = v._id"
    )


def _put_raw(
    con: duckdb.DuckDBPyConnection, source: Source, moment: dt.datetime, workdir: Path, among: Collection[int]
) -> None:
    """Make ``raw``: the versions of the source's resource that stood at a moment, of some subjects."""
    at, listed = literal(moment.isoformat()), ", ".join(str(int(subject)) for subject in among) or "NULL"
    query = (
        "SELECT subject_id, id, event_date, valid_until, published, public_until, payload FROM archive_record "
        f"WHERE subject_id IN ({listed}) AND resource = {literal(source.resource)} AND recorded_at <= {at} "
        f"AND (superseded_at IS NULL OR superseded_at > {at})"
    )
    columns = {"_subject_id": "BIGINT", "_id": "BIGINT", "_event_date": "DATE", "_valid_until": "DATE"}
    columns |= {"_published": "BOOLEAN", "_public_until": "DATE", "payload": "JSON"}
    to_duckdb(con, query, "raw", columns, workdir)


def _raw(source: Source) -> str:
    """A source's rows from ``raw``."""
    items = "".join(f", {payload.item(f, 'v.payload')} AS {quoted(f.key)}" for f in source.fields)
    own = ", ".join(f"v.{column}" for column in _COLUMNS)
    return (
        f"SELECT coalesce(m.kept, v._subject_id), v._id, {own}, h.held{items} FROM raw AS v "
        "LEFT JOIN merged AS m ON m.subject_id = v._subject_id LEFT JOIN held AS h ON h.id = v._id"
    )
