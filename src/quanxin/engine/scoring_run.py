"""Running a compiled model over tables of records.

Invariant: scoring changes nothing but the tables that it makes; what it makes depends on the records, the day and the
grades of other models, and on nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import duckdb

from quanxin.engine.days import date_literal, on_day
from quanxin.engine.normalise import literal, quoted
from quanxin.engine.scoring import FOUND, Scoring, Source, facts_table
from quanxin.engine.values import type_of

AT_ONCE = 250  # rows
Row = tuple[int, int, dt.date | None, Mapping[str, Any]]  # subject, record, event date, items by field key


def create(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Make the empty table of a source."""
    fields = "".join(f", {quoted(f.key)} {type_of(f)}" for f in source.fields)
    con.execute(f"CREATE OR REPLACE TABLE {source.table} (subject_id BIGINT, id BIGINT, event_date DATE{fields})")


def create_marks(con: duckdb.DuckDBPyConnection, scoring: Scoring) -> None:
    """Make the empty ``marks``; by numbers that stand for the resources, in their order, it is sorted twice as fast."""
    names = ", ".join(literal(r) for r in sorted(s.resource for s in scoring.sources))
    kind = f"ENUM ({names})" if names else "VARCHAR"
    con.execute(f"CREATE OR REPLACE TABLE marks (subject_id BIGINT, resource {kind}, id BIGINT, bits BIGINT)")


def fill(con: duckdb.DuckDBPyConnection, source: Source, rows: Iterable[Row]) -> None:
    """Add records to the table of a source; items are as payloads have them (dates and amounts as text)."""
    marks = f"({', '.join('?' * (3 + len(source.fields)))})"
    given = iter([s, r, day, *(items.get(f.key) for f in source.fields)] for s, r, day, items in rows)
    while some := list(islice(given, AT_ONCE)):  # a statement a row takes ten times as long
        values = ", ".join([marks] * len(some))
        con.execute(f"INSERT INTO {source.table} VALUES {values}", [value for row in some for value in row])


def score(con: duckdb.DuckDBPyConnection, scoring: Scoring, day: dt.date) -> None:
    """Make the table ``scores`` from the sources' tables, ``population`` and the grades of other models."""
    for source in scoring.sources:
        find_facts(con, scoring, source, day)
    score_subjects(con, scoring, day)


def score_source(con: duckdb.DuckDBPyConnection, scoring: Scoring, source: Source, day: dt.date) -> int:
    """Make the facts of a source's table, and add to ``marks`` which records stand behind what; return its rows."""
    find_facts(con, scoring, source, day)
    marks = on_day(scoring.marks[source.resource], date_literal(day))
    con.execute(f"INSERT INTO marks SELECT subject_id, {literal(source.resource)}, id, bits FROM ({marks})")
    return int(con.execute(f"SELECT count(*) FROM {source.table}").fetchall()[0][0])


def score_subjects(con: duckdb.DuckDBPyConnection, scoring: Scoring, day: dt.date) -> None:
    """Make ``scores`` from the facts of all sources."""
    judged = scoring.judged.replace(FOUND, f"({scoring.found})")
    con.execute(f"CREATE OR REPLACE TABLE scores AS {on_day(judged, date_literal(day))}")


def find_facts(con: duckdb.DuckDBPyConnection, scoring: Scoring, source: Source, day: dt.date) -> None:
    """Make the facts of a source's table."""
    query = on_day(scoring.facts[source.resource], date_literal(day))
    con.execute(f"CREATE OR REPLACE TABLE {facts_table(source.resource)} AS {query}")
