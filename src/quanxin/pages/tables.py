"""Tables of figures, as pages show them and as files carry them.

Invariant: a page, its CSV and its XLSX show the same cells in the same order; nothing in a file is a formula, and a chart
draws only what stands in a table beside it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse

from quanxin.runtime.cells import harmless

Cell = str | int | Decimal | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX, "json": "application/json"}
NOTHING = "—"
_SHEET_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its words, the chart that draws it (None: none), and how its cells are told apart (a CSS class each).

    A ``folded`` one is long and repeats what its chart shows at a glance: the page unfolds it when asked.
    """

    key: str
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    said: Sequence[str] = ()
    chart: dict[str, Any] | None = None
    empty: str = ""
    classes: Sequence[Sequence[str]] = field(default=())
    folded: bool = False

    @property
    def chart_id(self) -> str:
        """The id of the element that holds the chart's figures."""
        return f"c-{self.key}"

    @property
    def shown(self) -> list[list[tuple[str, str]]]:
        """The cells as text, each with its class; the first of a row is its head."""
        return [
            [(as_text(cell), self.classes[n][m] if self.classes else "") for m, cell in enumerate(row)]
            for n, row in enumerate(self.rows)
        ]


def as_text(cell: Cell) -> str:
    """A cell as a page shows it."""
    if cell is None:
        return NOTHING
    if isinstance(cell, int):
        return f"{cell:,}"
    return f"{cell:f}" if isinstance(cell, Decimal) else cell


def as_file(table: Table, kind: str, name: str) -> HttpResponse:
    """The table as a file to be kept: ``csv`` or ``xlsx``."""
    return download(content_of(table, kind), f"{name}.{kind}", MEDIA[kind])


def content_of(table: Table, kind: str) -> bytes:
    """The table as the bytes of a ``csv``, ``xlsx`` or ``json`` file."""
    return {"csv": _csv, "xlsx": _xlsx, "json": _json}[kind](table)


def download(content: bytes, name: str, media: str) -> HttpResponse:
    """A file to be kept."""
    header = f"attachment; filename*=UTF-8''{quote(name)}"
    return HttpResponse(content, content_type=media, headers={"Content-Disposition": header})


def _json(table: Table) -> bytes:
    """An object for each row, under the words of the header."""
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    return json.dumps(rows, default=str, ensure_ascii=False, indent=1).encode()


def _csv(table: Table) -> bytes:
    """UTF-8 with its mark, which table programs need to read Chinese."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(name) for name in table.header])
    writer.writerows(
        [["" if c is None else harmless(c) if isinstance(c, str) else c for c in row] for row in table.rows]
    )
    return out.getvalue().encode("utf-8-sig")


def _xlsx(table: Table) -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    head, whole = book.add_format({"bold": True, "bg_color": "#E3EEEF"}), book.add_format({"num_format": "#,##0"})
    plain = book.add_format({"num_format": "@"})  # a text stays one when its cell is edited
    sheet = book.add_worksheet(table.title.translate(_FORBIDDEN)[:_SHEET_NAME])
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, max(1, len(table.header) - 1), 14)
    for column, name in enumerate(table.header):
        sheet.write_string(0, column, name, head)
    for row, cells in enumerate(table.rows, start=1):
        for column, cell in enumerate(cells):
            match cell:
                case int():
                    sheet.write_number(row, column, cell, whole)
                case Decimal():
                    sheet.write_number(row, column, float(cell))
                case str():
                    sheet.write_string(row, column, cell, plain)
    for row, text in enumerate(table.said, start=len(table.rows) + 2):
        sheet.write_string(row, 0, text, plain)
    book.close()
    return out.getvalue()
