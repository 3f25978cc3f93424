"""Holding rows that did not enter, and handing them out again for a replay.

Invariant: a held row is the department's own text, cell for cell, with every issue found in it. Identity numbers in
it are sealed at rest and opened only to be checked again or handed back to the department that wrote them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from quanxin.exchange.models import Held
from quanxin.identifiers import mask
from quanxin.identifiers.sealing import Sealer
from quanxin.policy.model import FieldType, Resource
from quanxin.runtime.bridge import to_postgres
from quanxin.runtime.several import Several


class Placed(Protocol):
    """Rows with the place of each in the department's file; ``columns`` are their field keys."""

    @property
    def columns(self) -> Sequence[str]: ...

    @property
    def position(self) -> Callable[[int], str]: ...


SEALED = "sealed:"
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


def hold(
    con: duckdb.DuckDBPyConnection, resource: Resource, reading: Placed, sealer: Sealer, *, several: Several
) -> None:
    """Keep the quarantined and unlinked rows of ``outcome`` with their text from ``source`` and their ``issues``.

    Keeps the rows that entered by a steward's decision too, as released by their batch. Takes ``stated`` of ``state``.
    """
    there = _columns_of(con, "source")
    cells = [c for c in (*reading.columns, "_surplus") if c in there]
    con.execute(
        "CREATE OR REPLACE TABLE held_rows AS SELECT s.* FROM source s JOIN outcome o USING (row_no) "
        f"LEFT JOIN assigned a USING (row_no) WHERE {HELD}"
    )
    secret = identity_fields(resource)
    texts = _identity_texts(con, [c for c in cells if c in secret])
    con.execute("CREATE OR REPLACE TABLE held_secrets (text VARCHAR, sealed VARCHAR, masked VARCHAR)")
    made = pa.table(  # noqa: F841  (DuckDB reads it by its name)
        {
            "text": pa.array(texts, pa.string()),
            "sealed": pa.array([seal_text(sealer, t) for t in texts], pa.string()),
            "masked": pa.array([mask(t) for t in texts], pa.string()),
        }
    )
    con.execute("INSERT INTO held_secrets SELECT * FROM made")
    _place(con, reading)
    to_postgres(con, _held_query(cells, secret, several), "exchange_held", COLUMNS)


def _held_query(cells: list[str], secret: frozenset[str], several: Several) -> str:
    batch = several.batch("h.row_no")
    pick = "(SELECT any_value(x.{0}) FROM held_secrets x WHERE x.text = {1})"
    packed = ", ".join(f'"{c}" := ' + (pick.format("sealed", f'h."{c}"') if c in secret else f'h."{c}"') for c in cells)
    fields = ", ".join(f"'{c}'" for c in secret) or "''"
    value = f"CASE WHEN i.field IN ({fields}) THEN {pick.format('masked', 'i.value')} ELSE i.value END"
    failing = "o.bucket IN ('quarantined', 'unlinked')"
    return (
        f"SELECT {batch}, {several.number('h.row_no')}, p.position, CASE WHEN {failing} THEN o.bucket ELSE 'unlinked' END, "
        f"to_json(struct_pack({packed})), to_json(coalesce(f.found, [])), coalesce(t.stated, '{{}}'), "
        f"coalesce(t.key, ''), CASE WHEN NOT ({failing}) THEN {batch} END, "
        f"CASE WHEN NOT ({failing}) THEN a.decision END FROM held_rows h JOIN outcome o USING (row_no) "
        "JOIN held_places p USING (row_no) LEFT JOIN stated t USING (row_no) LEFT JOIN assigned a USING (row_no) "
        "LEFT JOIN (SELECT i.row_no, list(struct_pack(code := i.code, severity := i.severity, field := i.field, "
        f"value := {value}, check_key := i.check_key) ORDER BY i.severity, i.code, i.field, i.check_key) AS found "
        "FROM issues i SEMI JOIN held_rows USING (row_no) GROUP BY i.row_no) f USING (row_no) ORDER BY h.row_no"
    )


def _place(con: duckdb.DuckDBPyConnection, reading: Placed) -> None:
    """Make ``held_places(row_no, position)``: where each held row stands in the department's file."""
    numbers = [n for (n,) in con.execute("SELECT row_no FROM held_rows ORDER BY row_no").fetchall()]
    places = pa.table(  # noqa: F841  (DuckDB reads it by its name)
        {
            "row_no": pa.array(numbers, pa.int64()),
            "position": pa.array([reading.position(n) for n in numbers], pa.string()),
        }
    )
    con.execute("CREATE OR REPLACE TABLE held_places AS SELECT * FROM places")


def _identity_texts(con: duckdb.DuckDBPyConnection, fields: list[str]) -> list[str]:
    query = " UNION ".join(f'SELECT "{f}" FROM held_rows WHERE "{f}" IS NOT NULL' for f in fields)
    return [t for (t,) in con.execute(query).fetchall()] if query else []


def _columns_of(con: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()}


def seal_text(sealer: Sealer, text: str) -> str:
    """A sealed text as text."""
    return SEALED + base64.b64encode(sealer.seal(text)).decode()


def open_text(sealer: Sealer, text: str | None) -> str | None:
    """The text as the department wrote it."""
    if text is None or not text.startswith(SEALED):
        return text
    return sealer.unseal(base64.b64decode(text.removeprefix(SEALED)))


def stage(con: duckdb.DuckDBPyConnection, rows: list[Held], sealer: Sealer, workdir: Path) -> list[str]:
    """Make ``source`` of held rows again, as a file would; return its columns. Row numbers are the held rows' ids."""
    cells = list(dict.fromkeys(c for row in rows for c in row.original if c != "_surplus"))
    path = workdir / "replay.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for row in rows:
            opened: dict[str, Any] = {c: open_text(sealer, row.original.get(c)) for c in cells}
            surplus = {"_surplus": row.original.get("_surplus")}
            out.write(json.dumps({"row_no": row.pk} | opened | surplus, ensure_ascii=False) + "\n")
    columns = ", ".join(f"'{c}': 'VARCHAR'" for c in [*cells, "_surplus"])
    con.execute(
        f"CREATE OR REPLACE TABLE source AS SELECT * FROM read_json('{path}', format = 'newline_delimited', "
        f"columns = {{'row_no': 'BIGINT', {columns}}})"
    )
    return cells
