"""XLSX workbooks, as people fill them in.

Invariant: a cell is read as what a person sees in it, a number without the noise of its binary form and a date as ISO
text; a row is named by its sheet and its true row; sheets without the resource's headers are named, not read.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from quanxin.intake.errors import IntakeError
from quanxin.intake.reading import table, units
from quanxin.intake.reading.bounds import bounds
from quanxin.intake.reading.delimited import HEADER_WITHIN, SURPLUS_MARK
from quanxin.intake.reading.headers import Layout, Matcher
from quanxin.intake.reading.plain import room
from quanxin.intake.reading.result import Hidden, Places, Reading
from quanxin.intake.reading.xlsx import Cell, Kind, Row, Sheet, Workbook, moment, months_only, opened
from quanxin.policy.model import FieldDef, FieldType

_HEADER_DEPTH = 3
_FAR = 100_000  # empty rows after which a row is no part of the table above it
# Serial days that are a date and nothing else in a date column: 1927-05-18 to 2119-01-11. A year is no serial.
_SERIALS = range(10_000, 80_012)

Top = list[list[str]]  # the first rows of a sheet, as texts


@dataclass(frozen=True, slots=True)
class _Found:
    """A sheet whose headers match: its layout, the column (from 0) that this begins in, the row (from 1) of its last
    header."""

    sheet: Sheet
    layout: Layout
    left: int
    last: int


def read_workbook(con: duckdb.DuckDBPyConnection, path: Path, matcher: Matcher, workdir: Path) -> Reading:
    """Make ``source`` of a workbook's sheets; raises ``IntakeError`` for what concerns the file as a whole."""
    room(workdir, path.stat().st_size * 8)
    with opened(path, workdir, bounds().unpacked) as book:
        sheets, skipped = _look(book, matcher)
        columns = tuple(dict.fromkeys(c for s in sheets for c in s.layout.columns))
        headers: dict[str, str] = {}
        for key in columns:
            writing = next(w for s in sheets for w, k in s.layout.headers.items() if k == key)
            headers[writing] = key
        places = Places()
        hidden: list[Hidden] = []
        rows = table.fill(columns, _rows(book, sheets, columns, matcher, places, hidden), workdir)
    if not rows:
        raise IntakeError("file-empty", what="只有表头", what_en="there is nothing below the header")
    table.publish(con, columns, workdir)
    return Reading(
        format="xlsx",
        encoding=None,
        rows=rows,
        columns=columns,
        headers=headers,
        ignored=tuple(dict.fromkeys(i for s in sheets for i in s.layout.ignored)),
        position=places,
        sheets=tuple(s.sheet.name for s in sheets),
        skipped=tuple(skipped),
        skipped_rows=tuple(skipped.values()),
        hidden=tuple(hidden),
    )


def _look(book: Workbook, matcher: Matcher) -> tuple[list[_Found], dict[str, int]]:
    """The sheets that match, and those that do not by name with their rows; ``IntakeError`` if none matches.

    A hidden sheet, such as a dictionary for drop-downs, is passed over where its headers are not all of the resource.
    """
    matching: list[_Found] = []
    skipped: dict[str, int] = {}
    seen: list[str] = []
    for sheet in book.sheets:
        first, left, top = _top(book, sheet)
        header = _find_header(_spread(top, first, left, book, sheet), matcher)
        layout = _layout(sheet, top, header, matcher) if header else None
        if header is None or layout is None:
            skipped[sheet.name] = sum(1 for _ in book.rows(sheet))
            seen += next((row for row in top if any(row)), [])
        else:
            matching.append(_Found(sheet, layout, left, first + header[1] - 1))
    if not matching:
        raise matcher.unmatched(seen)
    return matching, skipped


def _layout(sheet: Sheet, top: Top, header: tuple[int, int, list[str]], matcher: Matcher) -> Layout | None:
    """The columns of a sheet; None for a hidden one with columns of something else."""
    start, _, names = header
    try:
        return matcher.layout(names, [text for row in top[:start] for text in row])
    except IntakeError:
        if sheet.hidden:
            return None
        raise


def _top(book: Workbook, sheet: Sheet) -> tuple[int, int, Top]:
    """The first rows of a sheet: the number of the first with content, the first column with content, the texts."""
    rows: list[Row] = []
    for row in book.rows(sheet):
        if rows and row.number >= rows[0].number + HEADER_WITHIN + _HEADER_DEPTH:
            break
        rows.append(row)
    if not rows:
        return 1, 0, []
    first, left = rows[0].number, min(min(row.cells) for row in rows)
    width = max(max(row.cells) for row in rows) + 1 - left
    top = [[""] * width for _ in range(rows[-1].number - first + 1)]
    for row in rows:
        for column, cell in row.cells.items():
            top[row.number - first][column - left] = text_of(cell, book.epoch)
    return first, left, top


def _find_header(top: Top, matcher: Matcher) -> tuple[int, int, list[str]] | None:
    """The header's first row, the first below it, and the headers, each as the row that names a field best writes it.

    A header may stand in up to three rows whose cells are merged: a column is then called by all of them, from the
    top (行政相对人 + 名称), or by the lowest alone.
    """
    best: tuple[int, int, int, list[str]] | None = None
    for row in range(min(HEADER_WITHIN, len(top))):
        for depth in range(1, min(_HEADER_DEPTH, len(top) - row) + 1):
            names = [_name(column, matcher) for column in zip(*top[row : row + depth], strict=True)]
            score = matcher.score(names)
            if score and (best is None or score > best[0]):
                best = (score, row, row + depth, names)
    return best[1:] if best else None


def _name(stack: Sequence[str], matcher: Matcher) -> str:
    """What a column is called by the cells of its header, from the top."""
    parts = list(dict.fromkeys(text for text in stack if text.strip()))
    names = ["".join(parts[i:]) for i in range(len(parts))]
    return next((n for n in names if matcher.find(n)), names[-1] if names else "")


def _spread(top: Top, first: int, left: int, book: Workbook, sheet: Sheet) -> Top:
    """The rows with the text of each merged cell in all the cells that it covers."""
    spread = [list(row) for row in top]
    for upper, west, lower, east in book.merges(sheet, first + len(top) - 1) if top else ():
        if upper >= first and west >= left:
            text = top[upper - first][west - left] if west - left < len(top[0]) else ""
            for row in range(upper - first, min(lower - first + 1, len(top))):
                for column in range(west - left, min(east - left + 1, len(top[0]))):
                    spread[row][column] = text
    return spread


def _rows(
    book: Workbook,
    sheets: list[_Found],
    columns: tuple[str, ...],
    matcher: Matcher,
    places: Places,
    hidden: list[Hidden],
) -> Iterator[list[str | None]]:
    """The rows of all sheets: one text per column, then the surplus. ``hidden`` takes what of them nobody sees."""
    fields = {f.key: f for f in matcher.resource.fields}
    row_no = 0
    for found in sheets:
        layout, name = found.layout, found.sheet.name
        slots = {key: found.left + i for i, key in enumerate(layout.keys) if key}
        order = [(slots.get(c), fields[c], layout.beside.get(c)) for c in columns]
        dull = {found.left + i for i in layout.serial}
        # what stands in a column with a header belongs to it, what stands in any other is surplus
        headed = {found.left + i for i in range(len(layout.written)) if i not in layout.blank}
        before, unseen, unseen_columns = row_no, 0, set[int]()
        for row in _near(book.rows(found.sheet, unseen_columns), found):
            texts = {column: text_of(cell, book.epoch) for column, cell in row.cells.items()}
            if not any(text and not text.isspace() for column, text in texts.items() if column not in dull):
                continue
            row_no += 1
            unseen += row.hidden
            places.note(row_no, row.number, name)
            table.fits(list(texts.values()), row.number, name)
            made: list[str | None] = [
                None if at is None or at not in row.cells else _told(row.cells[at], texts[at], field, unit, book.epoch)
                for at, field, unit in order
            ]
            surplus = (texts[column] for column in sorted(texts.keys() - headed) if texts[column])
            yield [*made, SURPLUS_MARK.join(surplus)]
        told = Hidden(
            sheet=name,
            whole=row_no - before if found.sheet.hidden else 0,
            rows=unseen,
            columns=len(unseen_columns & set(slots.values())),
        )
        if told["whole"] or told["rows"] or told["columns"]:
            hidden.append(told)


def _near(rows: Iterable[Row], found: _Found) -> Iterator[Row]:
    """The rows below the header; raises ``IntakeError`` where one lies so far below that nobody knows what is missing."""
    last = found.last
    for row in rows:
        if row.number <= found.last:
            continue
        if row.number - last > _FAR:
            raise IntakeError("file-row-far", sheet=found.sheet.name, row=row.number, last=last)
        last = row.number
        yield row


def _told(cell: Cell, text: str, field: FieldDef, unit: str | None, epoch: dt.date) -> str:
    """The text of a cell in the column of a field, whose bare numbers are of a unit: that of the cell's own number format
    comes before it. A bare serial number in a column of dates is its day."""
    if cell.kind is not Kind.NUMBER:
        return units.with_unit(text, unit)
    if field.type in (FieldType.DATE, FieldType.DATETIME) and (day := date_of(cell, epoch)):
        return day
    if not units.counted(field):
        return units.number_text(text, counts=False)
    stated = units.of_format(cell.format) if field.type in units.MONEY else None
    return units.with_unit(text, units.beside(field, stated) if stated else unit)


def text_of(cell: Cell, epoch: dt.date) -> str:
    """A cell as a person reads it: numbers by their shortest decimal form, dates and times as ISO text."""
    if cell.kind is Kind.BOOL:
        return "TRUE" if cell.text == "1" else "FALSE"
    if cell.kind in (Kind.TEXT, Kind.ERROR):
        return cell.text
    try:
        number = float(cell.text)
    except ValueError:
        return cell.text
    if cell.kind is Kind.DATE and (at := moment(number, epoch)) is not None:
        if isinstance(at, dt.datetime):
            if at.day == 1 and months_only(cell.format):  # 2015年11月: the first is the program's, and nobody sees it
                return f"{at:%Y-%m}"
            return f"{at:%Y-%m-%d}" if at.time() == dt.time() else at.isoformat(" ", "seconds")
        return at.isoformat("seconds")
    if cell.kind is Kind.DURATION and math.isfinite(number):
        minutes, seconds = divmod(round(number * 86_400), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return number_text(number)


def number_text(number: float) -> str:
    """A number to the fifteen digits that table programs keep, without an exponent: ``0.1``, ``5``, ``913000000000001000``."""
    return units.number_text(f"{number:.15g}", counts=True)


def date_of(cell: Cell, epoch: dt.date) -> str | None:
    """The day that a bare number in a date column stands for, or None if the cell is anything else."""
    if cell.kind is not Kind.NUMBER:
        return None
    try:
        number = float(cell.text)
    except ValueError:
        return None
    at = moment(number, epoch) if number in _SERIALS else None
    return f"{at:%Y-%m-%d}" if isinstance(at, dt.datetime) else None
