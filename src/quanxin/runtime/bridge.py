"""Rows between DuckDB and PostgreSQL, set-wise and streaming.

Invariant: rows cross as text that both databases read exactly (CSV, ISO dates, decimal digits); nothing is held
whole in Python, and an error on either side ends both. Rows that are known to be few (``few_rows``) cross in memory
instead, as values that both know: what arrives is the same.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from django.db import connection

CHUNK = 1 << 18
# Control characters as CSV's marks: JSON is full of quotation marks, and doubling each costs both sides dearly. A text
# that holds a mark itself is quoted by the same rules, so nothing is lost.
MARKS = "DELIMITER E'\\x01', QUOTE E'\\x02', ESCAPE E'\\x02'"


# How a value of DuckDB's comes from PostgreSQL in memory; what is not here comes as its text.
ARROW = {
    "BIGINT": pa.int64(), "INTEGER": pa.int32(), "BOOLEAN": pa.bool_(), "DATE": pa.date32(), "VARCHAR": pa.string(),
}  # fmt: skip
_few = ContextVar("few_rows", default=False)


@contextmanager
def few_rows() -> Iterator[None]:
    """Within it all rows that cross are few: pipes, files and temporary tables would cost more than they save."""
    token = _few.set(True)
    try:
        yield
    finally:
        _few.reset(token)


@contextmanager
def pg_cursor() -> Iterator[Any]:
    """The psycopg cursor beneath Django's connection, within the current transaction."""
    with connection.cursor() as cursor:
        yield cursor.cursor


def text_of(rows: Any) -> str:
    """A query set as one text, for what takes no parameters (``to_duckdb``)."""
    with pg_cursor() as cursor:
        return str(cursor.mogrify(*rows.query.sql_with_params()))


def temporary(cursor: Any, table: str, columns: str) -> None:
    """Make an empty table that lasts until the transaction ends, instead of one of that name that it has already."""
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    cursor.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")


def to_postgres(con: duckdb.DuckDBPyConnection, query: str, table: str, columns: tuple[str, ...]) -> int:
    """Stream the rows of a DuckDB ``query`` into ``table (columns)`` by COPY; return how many arrived.

    Few rows are fetched and written one by one. Of more, DuckDB writes into a pipe while PostgreSQL reads from it. The
    writer closes its end whatever happens, so the reader never waits for ever; a failing reader closes its own, and the
    writer ends with an error.
    """
    if _few.get():
        return _write_few(con.execute(query).fetchall(), table, columns)
    pipe, read_end, write_end = _pipe(con)
    failure: list[BaseException] = []

    def write() -> None:
        try:
            con.cursor().execute(f"COPY ({query}) TO {pipe} (FORMAT csv, HEADER false, {MARKS})")
        except BaseException as error:
            failure.append(error)
        finally:
            os.close(write_end)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        with pg_cursor() as cursor, os.fdopen(read_end, "rb", buffering=0) as rows:
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv, {MARKS})") as copy:
                while chunk := rows.read(CHUNK):
                    copy.write(chunk)
                writer.join()
                if failure:
                    raise failure[0]
            return int(cursor.rowcount)
    finally:
        writer.join()


def _pipe(con: duckdb.DuckDBPyConnection) -> tuple[str, int, int]:
    """A pipe that DuckDB reaches by a name in its own folder, as a SQL literal; its two ends, both open."""
    spill = con.execute("SELECT current_setting('temp_directory')").fetchone()
    path = Path(spill[0] if spill else "").with_name(f"pipe-{uuid.uuid4().hex}")
    os.mkfifo(path, 0o600)
    read_end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # waits for no writer
    write_end = os.open(path, os.O_WRONLY)
    os.set_blocking(read_end, True)
    return "'" + str(path).replace("'", "''") + "'", read_end, write_end


def _write_few(rows: list[tuple[Any, ...]], table: str, columns: tuple[str, ...]) -> int:
    if not rows:
        return 0
    with pg_cursor() as cursor:
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return int(cursor.rowcount)


def to_duckdb(con: duckdb.DuckDBPyConnection, query: str, table: str, columns: dict[str, str], workdir: Path) -> None:
    """Create the DuckDB ``table`` from a PostgreSQL ``query``; ``columns`` names each and gives its DuckDB type."""
    if _few.get():
        with pg_cursor() as cursor:
            _make_few(con, cursor.execute(query).fetchall(), table, columns)
        return
    path = workdir / f"{table}.csv"
    with pg_cursor() as cursor, path.open("wb") as out, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
        for chunk in copy:
            out.write(chunk)
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    con.execute(
        f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM read_csv('{path}', header = false, auto_detect = false, "
        f"""columns = {{{types}}}, delim = ',', quote = '"', escape = '"')"""
    )
    path.unlink()


def _make_few(con: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]], table: str, columns: dict[str, str]) -> None:
    if not rows:
        con.execute(f"CREATE OR REPLACE TABLE {table} ({', '.join(f'{n} {kind}' for n, kind in columns.items())})")
        return
    made = {}
    for (name, kind), values in zip(columns.items(), zip(*rows, strict=True), strict=True):
        texts = values if kind in ARROW else [None if v is None else str(v) for v in values]
        made[name] = pa.array(texts, ARROW.get(kind, pa.string()))
    put(con, table, pa.table(made), ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in columns.items()))


def put(con: duckdb.DuckDBPyConnection, table: str, rows: pa.Table, columns: str = "*") -> None:
    """Create the DuckDB ``table`` from Arrow's rows; SQL reaches Python's variables by no other way."""
    con.register("_arrived", rows)
    try:
        con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT {columns} FROM _arrived")
    finally:
        con.unregister("_arrived")


def ask(
    con: duckdb.DuckDBPyConnection,
    rows: str,
    relation: str,
    typed: dict[str, str],
    query: str,
    table: str,
    columns: dict[str, str],
    workdir: Path,
) -> None:
    """Create the DuckDB ``table`` from what PostgreSQL answers to ``query`` about the rows of a DuckDB query.

    In ``query`` the ``rows`` are the relation ``relation``; ``typed`` names its columns with their PostgreSQL types.
    """
    if _few.get():
        found = con.execute(rows).fetchall()
        values = [list(column) for column in zip(*found, strict=True)] or [[] for _ in typed]
        arrays = ", ".join(f"%s::{kind}[]" for kind in typed.values())
        given = f"WITH {relation} ({', '.join(typed)}) AS MATERIALIZED (SELECT * FROM unnest({arrays}))"
        with pg_cursor() as cursor:
            cursor.execute(f"{given} SELECT * FROM ({query}) AS answer", values)
            _make_few(con, cursor.fetchall(), table, columns)
        return
    with pg_cursor() as cursor:
        temporary(cursor, relation, ", ".join(f"{name} {kind}" for name, kind in typed.items()))
        to_postgres(con, rows, relation, tuple(typed))
        cursor.execute(f"ANALYZE {relation}")
    to_duckdb(con, query, table, columns, workdir)


def reserve(sequence: str, count: int) -> int:
    """Take ``count`` consecutive values of a sequence and return the first; callers hold the lock of its table."""
    with pg_cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", (sequence,))
        first = int(cursor.fetchone()[0])
        if count > 1:
            cursor.execute("SELECT setval(%s, %s)", (sequence, first + count - 1))
    return first
