"""Filling ``source``, row by row for what Python reads and at once for what DuckDB reads itself.

Invariant: rows keep the order of the file and are numbered from 1; empty text is NULL and any other text is untouched.
The file is parsed once however often the engine looks at a row: its rows lie in a Parquet file of the workshop, so that
memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import parquet

from quanxin.intake.errors import IntakeError
from quanxin.intake.reading.bounds import bounds
from quanxin.intake.reading.result import CELL_LIMIT, place

ROWS = "source.parquet"  # the file of a workshop with the rows of the file that was read
SURPLUS = "_surplus"
_BATCH_CELLS = 1 << 19
_BATCH_BYTES = 1 << 25


def quoted(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def publish(con: duckdb.DuckDBPyConnection, columns: Sequence[str], workdir: Path) -> None:
    """Make the view ``source`` over the rows that were kept in ``workdir``: ``row_no``, ``columns``, ``_surplus``."""
    cells = "".join(f"{quoted(c)}, " for c in columns)
    con.execute(
        f"CREATE OR REPLACE VIEW source AS SELECT file_row_number + 1 AS row_no, {cells}{SURPLUS} "
        f"FROM read_parquet({literal(str(workdir / ROWS))}, file_row_number = true)"
    )


def few(columns: Sequence[str], workdir: Path) -> pa.Table:
    """The rows that were kept in ``workdir``, in memory: ``row_no``, ``columns``, ``_surplus``."""
    rows = parquet.read_table(workdir / ROWS, columns=[*columns, SURPLUS])
    return rows.add_column(0, "row_no", pa.array(range(1, len(rows) + 1), pa.int64()))


def keep(con: duckdb.DuckDBPyConnection, query: str, columns: Sequence[str], workdir: Path) -> int:
    """Write the rows of a query (``columns``, ``_surplus``) to a file of ``workdir`` in their order and make the view
    ``source`` over it; return how many there are."""
    path = literal(str(workdir / ROWS))
    row = con.execute(f"COPY ({query}) TO {path} (FORMAT parquet, COMPRESSION snappy)").fetchone()
    publish(con, columns, workdir)
    count = int(row[0]) if row else 0
    bounds().expect_rows(count)
    return count


def fill(columns: Sequence[str], rows: Iterable[Sequence[str | None]], workdir: Path) -> int:
    """Write ``rows`` (one text per column, then the surplus) to a file of ``workdir``; return how many there are."""
    names = [*columns, SURPLUS]
    schema = pa.schema([(c, pa.string()) for c in names])
    most = max(1, _BATCH_CELLS // len(names))
    count, size, held, weight = 0, 0, list[Sequence[str | None]](), 0
    with parquet.ParquetWriter(workdir / ROWS, schema) as writer:
        for row in rows:
            held.append(row)
            weight += sum(len(c) for c in row if c)
            if len(held) >= most or weight > _BATCH_BYTES:
                count, size = count + len(held), size + weight
                bounds().expect_rows(count)
                bounds().expect_bytes(size)
                _write(writer, schema, held)
                held, weight = [], 0
        count += len(held)
        bounds().expect_rows(count)
        _write(writer, schema, held)
    return count


def _write(writer: parquet.ParquetWriter, schema: pa.Schema, held: list[Sequence[str | None]]) -> None:
    if held:
        texts = ([text or None for text in column] for column in zip(*held, strict=True))
        arrays = [pa.array(column, pa.string()) for column in texts]
        writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def drop(con: duckdb.DuckDBPyConnection) -> None:
    """Remove what a reading that failed has begun."""
    con.execute("DROP VIEW IF EXISTS source")


def fits(cells: Sequence[str], line: int, sheet: str = "") -> None:
    """Raise ``IntakeError`` if a cell is longer than one may be."""
    for cell in cells:
        if len(cell) > CELL_LIMIT // 4 and len(cell.encode("utf-8", "surrogatepass")) > CELL_LIMIT:
            raise too_long(line, sheet)


def too_long(line: int, sheet: str = "") -> IntakeError:
    """The error of a cell that is longer than one may be."""
    return IntakeError("file-cell-too-long", position=place(line, sheet), limit=CELL_LIMIT)
