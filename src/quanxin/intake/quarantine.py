"""Holding rows that did not enter, and handing them out again for a replay.

Invariant: a held row is the department's own text, cell for cell, with every issue found in it. A cell that holds an
identity number, or anything that resembles a person's number, is sealed at rest and opened only to be checked again or
handed back to the department that wrote it; on pages, and in what is said of the row, its numbers are masked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import duckdb
import pyarrow as pa

from quanxin.engine.normalise import literal
from quanxin.identifiers import mask, personal_numbers
from quanxin.identifiers.sealing import MARK, Sealer
from quanxin.intake.models import Held
from quanxin.policy.model import FieldType, Resource
from quanxin.runtime.batch_rows import BatchRows
from quanxin.runtime.bridge import put, to_postgres
from quanxin.runtime.keys import sealer, sealing


class Placed(Protocol):
    """Rows with the place of each in the department's file; ``columns`` are their field keys."""

    @property
    def columns(self) -> Sequence[str]: ...

    @property
    def position(self) -> Callable[[int], str]: ...


HELD_CELL = "held"  # what a held cell is sealed as
SURPLUS = "_surplus"
COLUMNS = (
    "batch_id", "row_no", "position", "bucket", "original", "issues", "stated", "stated_key", "released_by_id",
    "decision_id",
)  # fmt: skip


def identity_fields(resource: Resource) -> frozenset[str]:
    """The fields of a resource that hold identity numbers."""
    return frozenset(f.key for f in resource.fields if f.type is FieldType.IDENTITY)


HELD = "o.bucket IN ('quarantined', 'unlinked') OR a.decision IS NOT NULL"


def needed(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether any row of ``outcome`` is to be kept by ``hold``."""
    query = f"SELECT 1 FROM outcome o LEFT JOIN assigned a USING (row_no) WHERE {HELD} LIMIT 1"
    return con.execute(query).fetchone() is not None


def hold(con: duckdb.DuckDBPyConnection, resource: Resource, reading: Placed, *, several: BatchRows) -> None:
    """Keep the quarantined and unlinked rows of ``outcome`` with their text from ``source`` and their ``issues``.

    Keeps the rows that entered by a steward's decision too, as released by their batch. Takes ``stated`` of ``state``.
    Runs in the batches' transaction.
    """
    there = _columns_of(con, "source")
    cells = [c for c in (*reading.columns, SURPLUS) if c in there]
    con.execute(
        "CREATE OR REPLACE TABLE held_rows AS SELECT s.* FROM source s JOIN outcome o USING (row_no) "
        f"LEFT JOIN assigned a USING (row_no) WHERE {HELD}"
    )
    _seal_cells(con, cells, identity_fields(resource))
    _place(con, reading)
    to_postgres(con, _held_query(cells, several), "intake_held", COLUMNS)


def _seal_cells(con: duckdb.DuckDBPyConnection, cells: list[str], identity: frozenset[str]) -> None:
    """Seal what of ``held_rows`` is to be sealed; make ``held_secrets(text, sealed, masked)`` of the texts that were."""
    found, columns = {}, set[str]()
    for field, text in _texts(con, [c for c in cells if c in identity], "true"):
        found[text] = mask(text)
        columns.add(field)
    asked = f"starts_with(cell, '{MARK}') OR regexp_matches(cell, {literal(personal_numbers.CANDIDATE)})"
    for field, text in _texts(con, [c for c in cells if c not in identity], asked):
        if text.startswith(MARK) or personal_numbers.may_be_in(text):
            found.setdefault(text, personal_numbers.mask_whatever_resembles(text))
            columns.add(field)
    keys = sealing() if found else None
    made = pa.table(
        {
            "text": pa.array(found, pa.string()),
            "sealed": pa.array([keys.seal_text(t, HELD_CELL) for t in found] if keys else [], pa.string()),
            "masked": pa.array(found.values(), pa.string()),
        }
    )
    put(con, "held_secrets", made)
    for field in sorted(columns):
        con.execute(f'UPDATE held_rows SET "{field}" = x.sealed FROM held_secrets x WHERE x.text = held_rows."{field}"')


def _held_query(cells: list[str], several: BatchRows) -> str:
    batch = several.batch("h.row_no")
    packed = ", ".join(f'"{c}" := h."{c}"' for c in cells)
    failing = "o.bucket IN ('quarantined', 'unlinked')"
    return (
        f"SELECT {batch}, {several.number('h.row_no')}, p.position, CASE WHEN {failing} THEN o.bucket ELSE 'unlinked' END, "
        f"to_json(struct_pack({packed})), to_json(coalesce(f.found, [])), coalesce(t.stated, '{{}}'), "
        f"coalesce(t.key, ''), CASE WHEN NOT ({failing}) THEN {batch} END, "
        f"CASE WHEN NOT ({failing}) THEN a.decision END FROM held_rows h JOIN outcome o USING (row_no) "
        "JOIN held_places p USING (row_no) LEFT JOIN stated t USING (row_no) LEFT JOIN assigned a USING (row_no) "
        "LEFT JOIN (SELECT i.row_no, list(struct_pack(code := i.code, severity := i.severity, field := i.field, "
        "value := coalesce(x.masked, i.value), check_key := i.check_key) ORDER BY i.severity, i.code, i.field, i.check_key"
        ") AS found FROM issues i SEMI JOIN held_rows USING (row_no) LEFT JOIN held_secrets x ON x.text = i.value "
        "GROUP BY i.row_no) f USING (row_no) ORDER BY h.row_no"
    )


def _place(con: duckdb.DuckDBPyConnection, reading: Placed) -> None:
    """Make ``held_places(row_no, position)``: where each held row stands in the department's file."""
    numbers = [n for (n,) in con.execute("SELECT row_no FROM held_rows ORDER BY row_no").fetchall()]
    places = pa.table(
        {
            "row_no": pa.array(numbers, pa.int64()),
            "position": pa.array([reading.position(n) for n in numbers], pa.string()),
        }
    )
    put(con, "held_places", places)


def _texts(con: duckdb.DuckDBPyConnection, fields: list[str], asked: str) -> list[tuple[str, str]]:
    """The different texts of the cells of ``held_rows`` of which ``asked`` is true, each with the field that it is in."""
    cells = " UNION ".join(f'SELECT {literal(f)} AS field, "{f}" AS cell FROM held_rows' for f in fields)
    query = f"SELECT field, cell FROM ({cells}) WHERE cell IS NOT NULL AND ({asked})"
    return con.execute(query).fetchall() if fields else []


def _columns_of(con: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()}


def opened(row: Held, keys: Sealer | None = None) -> dict[str, str | None]:
    """A held row's cells as the department wrote them, for a check or for the department itself."""
    keys = keys or sealer()
    return {c: keys.open_text(t, HELD_CELL) if isinstance(t, str) else t for c, t in row.original.items()}


def shown(row: Held, resource: Resource, keys: Sealer | None = None) -> dict[str, str]:
    """A held row's cells as they may be shown, persons' numbers in them masked; empty ones are left out."""
    secret = identity_fields(resource)
    return {
        cell: mask(text) if cell in secret else personal_numbers.mask_whatever_resembles(text)
        for cell, text in opened(row, keys).items()
        if text
    }


def stage(con: duckdb.DuckDBPyConnection, rows: Sequence[tuple[int, Mapping[str, str | None]]]) -> list[str]:
    """Make ``source`` of held rows again, as a file would; return its columns.

    ``rows`` are numbers with opened cells; the numbers become the row numbers.
    """
    cells = list(dict.fromkeys(c for _, row in rows for c in row if c != SURPLUS))
    arrays = [pa.array([number for number, _ in rows], pa.int64())]
    arrays += [pa.array([row.get(c) for _, row in rows], pa.string()) for c in (*cells, SURPLUS)]
    put(con, "source", pa.Table.from_arrays(arrays, names=["row_no", *cells, SURPLUS]))
    return cells
