"""XLSX (and XLS, ODS) workbooks, as people fill them in.

Invariant: a cell is read as what a person sees in it, a number without the noise of its binary form and a date as ISO
text; a row is named by its sheet and its true row; sheets without the resource's headers are named, not read.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import duckdb
import python_calamine as calamine

from quanxin.exchange.errors import IntakeError, amount
from quanxin.exchange.reading import table
from quanxin.exchange.reading.delimited import HEADER_WITHIN, SURPLUS_MARK
from quanxin.exchange.reading.headers import Layout, Matcher
from quanxin.exchange.reading.plain import room
from quanxin.exchange.reading.result import Places, Reading
from quanxin.policy.model import FieldType

type_of_cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
# A sheet lies in memory while it is read; 2 GiB of XML are some 1.5 million rows of the penalty resource.
_UNPACKED_LIMIT = 1 << 31
_HEADER_DEPTH = 3
# Serial days that are a date and nothing else in a date column: 1927-05-18 to 2119-01-11. A year is no serial.
_SERIALS = range(10_000, 80_012)
_SERIAL_ZERO = dt.date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet whose headers match: its layout and the first row (0-based) below the header."""

    sheet: calamine.CalamineSheet
    layout: Layout
    below: int


def read_workbook(con: duckdb.DuckDBPyConnection, path: Path, matcher: Matcher, workdir: Path) -> Reading:
    """Make ``source`` of a workbook's sheets; raises ``IntakeError`` for what concerns the file as a whole."""
    _refuse_bombs(path)
    room(workdir, path.stat().st_size * 8)
    sheets, skipped = _open(path, matcher)
    columns = tuple(dict.fromkeys(c for s in sheets for c in s.layout.columns))
    headers: dict[str, str] = {}
    for key in columns:
        writing = next(w for s in sheets for w, k in s.layout.headers.items() if k == key)
        headers[writing] = key
    places = Places()
    rows = table.fill(con, columns, _rows(sheets, columns, matcher, places))
    if not rows:
        raise IntakeError.of("file-empty", what="只有表头", what_en="there is nothing below the header")
    table.publish(con, columns)
    return Reading(
        format="xlsx", encoding=None, rows=rows, columns=columns, headers=headers,
        ignored=tuple(dict.fromkeys(i for s in sheets for i in s.layout.ignored)), position=places,
        sheets=tuple(s.sheet.name for s in sheets), skipped=tuple(skipped),
    )  # fmt: skip


def _refuse_bombs(path: Path) -> None:
    if is_zipfile(path):
        with ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size > _UNPACKED_LIMIT:
            raise IntakeError.of("file-too-large", size=amount(size), limit=amount(_UNPACKED_LIMIT))


def _open(path: Path, matcher: Matcher) -> tuple[list[_Sheet], list[str]]:
    """The sheets that match and the names of those that do not; ``IntakeError`` if none matches."""
    matching: list[_Sheet] = []
    skipped: list[str] = []
    found: list[str] = []
    try:
        book = calamine.load_workbook(str(path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            header = _find_header(sheet, matcher)
            if header is None:
                skipped.append(name)
                found += next((r for r in _texts(sheet, HEADER_WITHIN) if any(r)), [])
            else:
                matching.append(_Sheet(sheet, matcher.layout(header[1]), header[0]))
    except calamine.PasswordError as error:
        raise IntakeError.of("file-encrypted") from error
    except calamine.CalamineError as error:
        raise IntakeError.of("file-corrupt", reason=str(error)) from error
    if not matching:
        raise matcher.unmatched(found)
    return matching, skipped


def _find_header(sheet: calamine.CalamineSheet, matcher: Matcher) -> tuple[int, list[str]] | None:
    """The first row below the header and the headers, each as the row that names a field best writes it.

    A header may stand in up to three rows whose cells are merged: a column is then called by all of them, from the
    top (行政相对人 + 名称), or by the lowest alone.
    """
    top = _texts(sheet, HEADER_WITHIN + _HEADER_DEPTH)
    spread = _spread(top, sheet)
    best: tuple[int, int, list[str]] | None = None
    for row in range(min(HEADER_WITHIN, len(top))):
        for depth in range(1, min(_HEADER_DEPTH, len(top) - row) + 1):
            names = [_name(column, matcher) for column in zip(*spread[row : row + depth], strict=True)]
            score = matcher.score(names)
            if score and (best is None or score > best[0]):
                best = (score, row + depth, names)
    return (best[1], best[2]) if best else None


def _name(stack: Sequence[str], matcher: Matcher) -> str:
    """What a column is called by the cells of its header, from the top."""
    parts = list(dict.fromkeys(text for text in stack if text.strip()))
    names = ["".join(parts[i:]) for i in range(len(parts))]
    return next((n for n in names if matcher.find(n)), names[-1] if names else "")


def _spread(rows: list[list[str]], sheet: calamine.CalamineSheet) -> list[list[str]]:
    """The rows with the text of each merged cell in all the cells that it covers."""
    spread = [list(row) for row in rows]
    left = sheet.start[1] if sheet.start else 0
    for (first, west), (last, east) in sheet.merged_cell_ranges or ():
        if first < len(rows) and west >= left:
            text = rows[first][west - left] if west - left < len(rows[first]) else ""
            for row in range(first, min(last + 1, len(rows))):
                for column in range(west - left, min(east - left + 1, len(rows[row]))):
                    spread[row][column] = text
    return spread


def _texts(sheet: calamine.CalamineSheet, count: int) -> list[list[str]]:
    return [[text_of(cell) for cell in row] for row in islice(sheet.iter_rows(), count)]


def _rows(
    sheets: list[_Sheet], columns: tuple[str, ...], matcher: Matcher, places: Places
) -> Iterator[list[str | None]]:
    """The rows of all sheets: one text per column, then the surplus."""
    dates = {f.key for f in matcher.resource.fields if f.type in (FieldType.DATE, FieldType.DATETIME)}
    row_no = 0
    for found in sheets:
        layout, name = found.layout, found.sheet.name
        slots = {key: i for i, key in enumerate(layout.keys) if key}
        order = [(slots.get(c), c in dates) for c in columns]
        serial = frozenset(layout.serial)
        for line, cells in enumerate(islice(found.sheet.iter_rows(), found.below, None), start=found.below + 1):
            texts = [text_of(cell) for cell in cells]
            if not any(t and not t.isspace() for i, t in enumerate(texts) if i not in serial):
                continue
            row_no += 1
            places.note(row_no, line, name)
            table.fits(texts, line, name)
            row: list[str | None] = [
                None if i is None else date_of(cells[i]) or texts[i] if date else texts[i] for i, date in order
            ]
            yield [*row, SURPLUS_MARK.join(texts[i] for i in layout.blank if texts[i])]


def text_of(cell: type_of_cell) -> str:
    """A cell as a person reads it: numbers by their shortest decimal form, dates and times as ISO text."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
    return str(cell) if isinstance(cell, int | dt.timedelta) else cell.isoformat()


def number_text(number: float) -> str:
    """The shortest decimal text that is this number, without an exponent: ``0.1``, ``5``, ``913701001234567800``."""
    if not math.isfinite(number):
        return ""
    return format(Decimal(repr(number)), "f").removesuffix(".0")


def date_of(cell: type_of_cell) -> str | None:
    """The day that a bare number in a date column stands for, or None if the cell is anything else."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell == int(cell) and int(cell) in _SERIALS:
        return (_SERIAL_ZERO + dt.timedelta(days=int(cell))).isoformat()
    return None
