"""Enrolling subjects and renaming them, many at a time.

Invariant: only a row of an enrolling resource (a register's own) makes a subject, and only under a code that no
subject holds; a row that names a known code otherwise renames it only from a later day. What contradicts is a
finding for a steward, never a merge.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from quanxin.runtime import locks
from quanxin.runtime.batch_rows import BatchRows
from quanxin.runtime.bridge import pg_cursor, reserve, temporary, to_postgres
from quanxin.subjects.search import index_names

MANY = 1000  # newcomers after which the planner is told anew how large the register is, within their transaction


def lock_register() -> None:
    """Wait for and hold the register until the transaction ends."""
    locks.hold(locks.Kind.REGISTER)


def enrol(con: duckdb.DuckDBPyConnection, *, several: BatchRows, at: dt.datetime) -> int:
    """Make a subject of each row of ``enrolling`` that has none yet; return how many were made.

    Takes the DuckDB table ``enrolling(row_no, kind, value, sealed, registration, name, name_text, type, person,
    region, day, subject_id)``, one row a subject, and fills in ``subject_id``. ``kind`` is the identifier's kind
    (``uscc`` or ``identity``) and ``value`` what is stored for it. The caller holds the register's lock.
    """
    new = _count(con, "enrolling WHERE subject_id IS NULL")
    if new:
        first = reserve("subjects_subject_id_seq", new)
        con.execute(
            f"CREATE OR REPLACE TABLE newcomers AS SELECT * EXCLUDE (subject_id), "
            f"{first} - 1 + row_number() OVER (ORDER BY value) AS subject_id FROM enrolling WHERE subject_id IS NULL"
        )
        con.execute("UPDATE enrolling SET subject_id = n.subject_id FROM newcomers n WHERE n.row_no = enrolling.row_no")
        _copy_subjects(con, several, at)
    if new >= MANY:
        with pg_cursor() as cursor:
            cursor.execute("SELECT subjects_measure()")
    return new


def _copy_subjects(con: duckdb.DuckDBPyConnection, several: BatchRows, at: dt.datetime) -> None:
    stamp = f"'{at.isoformat()}' AS recorded_at, {several.batch('row_no')} AS batch"
    to_postgres(
        con,
        "SELECT subject_id, type, CASE WHEN person THEN '' ELSE value END, name_text, coalesce(region, ''), person, "
        f"'{at.isoformat()}' FROM newcomers ORDER BY subject_id",
        "subjects_subject",
        ("id", "type", "code", "name", "region", '"natural"', "recorded_at"),
    )
    to_postgres(
        con,
        f"SELECT subject_id, kind, value, sealed, {stamp} FROM newcomers UNION ALL "
        f"SELECT subject_id, 'registration-number', registration, NULL, {stamp} FROM newcomers "
        "WHERE registration IS NOT NULL",
        "subjects_identifier",
        ("subject_id", "kind", "value", "sealed", "recorded_at", "batch"),
    )
    _copy_names(
        con,
        "SELECT row_no, subject_id, name_text, name, NULL::DATE AS valid_from, day AS stated_on, person FROM newcomers",
        stamp,
    )


def rename(con: duckdb.DuckDBPyConnection, *, batch: str, at: dt.datetime) -> int:
    """Give the subjects of ``renaming(subject_id, name, name_text, day)`` their new current names from ``day``."""
    names = _count(con, "renaming")
    if names:
        with pg_cursor() as cursor:
            temporary(cursor, "renaming", "subject_id bigint PRIMARY KEY, name_text text, day date")
            to_postgres(
                con, "SELECT subject_id, name_text, day FROM renaming", "renaming", ("subject_id", "name_text", "day")
            )
            cursor.execute(
                "UPDATE subjects_name n SET current = false, valid_until = r.day - 1 FROM renaming r "
                "WHERE n.subject_id = r.subject_id AND n.current"
            )
            cursor.execute("UPDATE subjects_subject s SET name = r.name_text FROM renaming r WHERE s.id = r.subject_id")
        stamp = f"'{at.isoformat()}' AS recorded_at, '{batch}' AS batch"
        _copy_names(
            con,
            "SELECT row_no, subject_id, name_text, name, day AS valid_from, day AS stated_on, false AS person FROM renaming",
            stamp,
        )
    return names


def _copy_names(con: duckdb.DuckDBPyConnection, names: str, stamp: str) -> None:
    first = reserve("subjects_name_id_seq", _count(con, f"({names})"))
    con.execute(
        f"CREATE OR REPLACE TABLE fresh_names AS SELECT {first} - 1 + row_number() OVER (ORDER BY subject_id) AS id, * "
        f"FROM ({names})"
    )
    to_postgres(
        con,
        f"SELECT id, subject_id, name_text, name, valid_from, stated_on, true, {stamp} FROM fresh_names ORDER BY id",
        "subjects_name",
        ("id", "subject_id", "text", "norm", "valid_from", "stated_on", "current", "recorded_at", "batch"),
    )
    index_names(con)
    con.execute("DROP TABLE fresh_names")


def find_shared_names(*, batch: str, at: dt.datetime) -> None:
    """Record a finding for each name that two subjects with different codes now hold; none is merged."""
    with pg_cursor() as cursor:
        cursor.execute(
            """
            WITH fresh AS MATERIALIZED (SELECT DISTINCT norm FROM subjects_name WHERE batch = %s AND recorded_at = %s)
            INSERT INTO subjects_finding (kind, value, particulars, recorded_at, batch)
            SELECT 'name-two-codes', n.norm, jsonb_build_object('codes', jsonb_agg(s.code ORDER BY s.code)), %s, %s
            FROM fresh JOIN subjects_name n USING (norm) JOIN subjects_subject s ON s.id = n.subject_id
            WHERE n.current AND NOT s.natural AND s.merged_into_id IS NULL
            GROUP BY n.norm HAVING count(DISTINCT s.code) > 1
            ON CONFLICT (kind, value) DO UPDATE SET particulars = excluded.particulars
            """,
            (batch, at, at, batch),
        )


def find_contradicting_names(con: duckdb.DuckDBPyConnection, query: str, *, batch: str, at: dt.datetime) -> None:
    """Record a finding for each (code, names) of ``query``: one code that was handed in under several names."""
    rows = con.execute(query).fetchall()
    with pg_cursor() as cursor:
        cursor.executemany(
            "INSERT INTO subjects_finding (kind, value, particulars, recorded_at, batch) "
            "VALUES ('code-two-names', %s, jsonb_build_object('names', %s::text[]), %s, %s) "
            "ON CONFLICT (kind, value) DO UPDATE SET particulars = excluded.particulars",
            [(code, sorted(names), at, batch) for code, names in rows],
        )


def _count(con: duckdb.DuckDBPyConnection, source: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {source}").fetchone()
    return int(row[0]) if row else 0


def add_registration_numbers(con: duckdb.DuckDBPyConnection, *, batch: str, at: dt.datetime) -> None:
    """Keep the old registration numbers that a register's rows state beside a known code: the legacy crosswalk."""
    with pg_cursor() as cursor:
        temporary(cursor, "stated_number", "subject_id bigint, value text")
        to_postgres(
            con,
            "SELECT DISTINCT m.subject_id, c._registration_number FROM matched m JOIN judged c USING (row_no) WHERE "
            "m.problem IS NULL AND NOT m.anothers AND m.how = 'code' AND NOT c._failed AND c._registration_number IS NOT NULL",
            "stated_number",
            ("subject_id", "value"),
        )
        cursor.execute(
            "INSERT INTO subjects_identifier (subject_id, kind, value, recorded_at, batch) "
            "SELECT subject_id, 'registration-number', value, %s, %s FROM stated_number "
            "ON CONFLICT (subject_id, kind, value) DO NOTHING",
            (at, batch),
        )


def add_codes(con: duckdb.DuckDBPyConnection, *, batch: str, at: dt.datetime) -> None:
    """Give subjects that were known by an old number alone the code that a register's own row states beside it."""
    with pg_cursor() as cursor:
        temporary(cursor, "stated_code", "subject_id bigint, value text")
        to_postgres(
            con,
            "SELECT m.subject_id, any_value(c._code) FROM matched m JOIN judged c USING (row_no) WHERE "
            "m.problem IS NULL AND NOT m.anothers AND m.how = 'registration-number' AND NOT c._failed AND c._code IS NOT NULL "
            "GROUP BY m.subject_id HAVING count(DISTINCT c._code) = 1",
            "stated_code",
            ("subject_id", "value"),
        )
        cursor.execute(
            "WITH given AS (UPDATE subjects_subject s SET code = c.value, region = substr(c.value, 3, 6) "
            "FROM stated_code c WHERE s.id = c.subject_id AND s.code = '' "
            "AND NOT EXISTS (SELECT 1 FROM stated_code o WHERE o.value = c.value AND o.subject_id <> c.subject_id) "
            "RETURNING s.id, c.value) "
            "INSERT INTO subjects_identifier (subject_id, kind, value, recorded_at, batch) "
            "SELECT id, 'uscc', value, %s, %s FROM given",
            (at, batch),
        )
