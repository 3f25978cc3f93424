"""Parquet: a department's table with its own types, as text.

Invariant: every row of the file is one row, in its order; a value becomes the text that reads back as that value, and
what is nested is kept as JSON in ``_surplus``.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from quanxin.calendar import ZONE
from quanxin.engine.characters import NUL_SHOWN
from quanxin.intake.errors import IntakeError
from quanxin.intake.reading import table
from quanxin.intake.reading.bounds import bounds
from quanxin.intake.reading.delimited import SURPLUS_MARK
from quanxin.intake.reading.headers import Layout, Matcher
from quanxin.intake.reading.plain import room
from quanxin.intake.reading.result import CELL_LIMIT, Places, Reading
from quanxin.intake.reading.units import counted, long_number_sql, plain_number_sql, with_unit_sql

_NESTED = ("STRUCT", "MAP", "UNION")
_INTEGERS = ("BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT")
_EXACT_INTEGER = 1 << 53


def read_parquet(con: duckdb.DuckDBPyConnection, path: Path, matcher: Matcher, workdir: Path) -> Reading:
    """Make ``source`` of a Parquet file; raises ``IntakeError`` for what concerns the file as a whole."""
    link = workdir / "input.parquet"
    link.unlink(missing_ok=True)
    link.symlink_to(path.resolve())
    room(workdir, path.stat().st_size * 4)
    file = f"read_parquet({table.literal(str(link))})"
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()
        names, types = [d[0] for d in described], [str(d[1]) for d in described]
        if not matcher.score(names):
            raise matcher.unmatched(names)
        layout = matcher.layout(names)
        _expect_bounded(con, link, names, types)
        numbers = {f.key for f in matcher.resource.fields if counted(f)}
        table.keep(con, _query(file, names, types, layout, numbers), layout.columns, workdir)
    except (duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException) as error:
        if "No space left" in str(error):
            raise
        raise IntakeError("file-corrupt", reason=str(error).splitlines()[0]) from error
    rows = _counted(con, layout.columns)
    places = Places()
    places.note(1, 1)
    return Reading(
        format="parquet",
        encoding=None,
        rows=rows,
        columns=layout.columns,
        headers=layout.headers,
        ignored=layout.ignored,
        position=places,
    )


def _expect_bounded(con: duckdb.DuckDBPyConnection, path: Path, names: list[str], types: list[str]) -> None:
    """Raise ``IntakeError`` if the file holds more than it may: a few bytes can stand for any number of rows, and one
    long text for any number of cells."""
    file = table.literal(str(path))
    told = con.execute(f"SELECT num_rows FROM parquet_file_metadata({file})").fetchone()
    bounds().expect_rows(int(told[0]) if told else 0)
    texts = [f"coalesce(strlen({table.quoted(n)}), 0)" for n, t in zip(names, types, strict=True) if t == "VARCHAR"]
    if texts:
        row = con.execute(f"SELECT sum({' + '.join(texts)}) FROM read_parquet({file})").fetchone()
        bounds().expect_bytes(int(row[0] or 0) if row else 0)


def _query(file: str, names: list[str], types: list[str], layout: Layout, numbers: set[str]) -> str:
    cells, nested = [], []
    for name, kind, key, unit in zip(names, types, layout.keys, layout.units, strict=True):
        if key is None:
            continue
        column = table.quoted(name)
        if kind.startswith(_NESTED) or kind.endswith("]"):
            cells.append(f"NULL::VARCHAR AS {table.quoted(key)}")
            nested.append(f"CASE WHEN {column} IS NOT NULL THEN {table.literal(name + '=')} || to_json({column}) END")
        else:
            text = _text(column, kind, counts=key in numbers)
            cells.append(f"nullif({with_unit_sql(text, unit)}, '') AS {table.quoted(key)}")
    surplus = f"nullif(concat_ws('{SURPLUS_MARK}', {', '.join(nested)}), '')" if nested else "NULL::VARCHAR"
    return f"SELECT {', '.join(cells)}, {surplus} AS {table.SURPLUS} FROM {file}"


def _text(column: str, kind: str, *, counts: bool) -> str:
    """The SQL that writes a value as text: floats by their shortest decimals, whole ones as integers, moments by the
    clock of the law; a number that ``counts`` nothing in powers of ten where it is longer than one can be kept."""
    text = f"{column}::VARCHAR"
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{column} = trunc({column}) AND abs({column}) <= {_EXACT_INTEGER}"
        text = f"CASE WHEN {whole} THEN {column}::BIGINT::VARCHAR ELSE {plain_number_sql(text)} END"
    if kind in ("DOUBLE", "FLOAT", *_INTEGERS) and not counts:
        return long_number_sql(text)
    if kind in ("DOUBLE", "FLOAT"):
        return text
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"({column} AT TIME ZONE '{ZONE.key}')::VARCHAR"
    return f"replace({text}, chr(0), '{NUL_SHOWN}')" if kind == "VARCHAR" else text


def _counted(con: duckdb.DuckDBPyConnection, columns: tuple[str, ...]) -> int:
    """How many rows there are; raises ``IntakeError`` if there are none or a cell is longer than one may be."""
    longest = ", ".join(f"strlen({table.quoted(c)})" for c in (*columns, table.SURPLUS))
    row = con.execute(
        f"SELECT count(*), min(row_no) FILTER (WHERE greatest({longest}) > {CELL_LIMIT}) FROM source"
    ).fetchone()
    rows, long = row or (0, None)
    if long is not None:
        raise table.too_long(long)
    if not rows:
        raise IntakeError("file-empty", what="表中没有一行", what_en="the table has no row")
    return int(rows)
