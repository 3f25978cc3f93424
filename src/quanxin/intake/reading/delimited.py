"""CSV and TSV, as departments write them.

Invariant: every record of the file with text in it is one row, in order: a short one is padded, the surplus of a long
one is kept in ``_surplus``, and no cell moves to another column. DuckDB parses what is regular, all threads at once;
what it refuses is read by Python's csv module instead.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from quanxin.intake.errors import IntakeError
from quanxin.intake.reading import table
from quanxin.intake.reading.detect import HEAD
from quanxin.intake.reading.headers import Layout, Matcher
from quanxin.intake.reading.plain import Plain, plain, whole
from quanxin.intake.reading.result import CELL_LIMIT, Places, Reading, place
from quanxin.intake.reading.units import with_unit, with_unit_sql

HEADER_WITHIN = 10
_DELIMITERS = (",", "\t", ";", "|", "，")
_QUOTES = ('"', "'")
_LINE_LIMIT = 32 * CELL_LIMIT
# What joins the texts of a row that stand beyond its columns.
SURPLUS_MARK = " | "
# Every blank that Python knows: the two ways of reading must agree on what an empty row is.
_BLANKS = " || ".join(f"chr({point})" for point in range(0x3001) if chr(point).isspace())


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the file is written, and where its header stands: the record (1-based) and the line that it ends in."""

    delimiter: str
    quote: str
    record: int
    line: int


def read_delimited(con: duckdb.DuckDBPyConnection, path: Path, matcher: Matcher, workdir: Path) -> Reading:
    """Make ``source`` of a delimited text file; raises ``IntakeError`` for what concerns the file as a whole."""
    text = plain(path, workdir)
    dialect, header, above = find_header(text, matcher)
    layout = matcher.layout(header, above)
    rows = _by_duckdb(con, text, dialect, layout, workdir)
    position: Callable[[int], str]
    if rows is not None:
        position = Positions(text.path, dialect, layout, rows)
    else:
        text, position = whole(text, workdir), Places()
        rows = table.fill(layout.columns, _by_python(text.path, dialect, layout, position), workdir)
        table.publish(con, layout.columns, workdir)
    if not rows:
        raise IntakeError("file-empty", what="只有表头", what_en="there is nothing below the header")
    return Reading(
        format="csv",
        encoding=text.encoding,
        rows=rows,
        columns=layout.columns,
        headers=layout.headers,
        ignored=layout.ignored,
        position=position,
        delimiter=dialect.delimiter,
    )


def find_header(text: Plain, matcher: Matcher) -> tuple[Dialect, list[str], list[str]]:
    """The dialect, the header row and the cells above it: of all ways to read the first records, the one where most
    cells name a field."""
    with text.path.open("rb") as file:
        head = file.read(HEAD).decode("utf-8-sig", "ignore")
    best: tuple[tuple[int, int], Dialect, list[str], list[str]] | None = None
    widest: list[str] = []
    for delimiter in _DELIMITERS:
        for quote in _QUOTES:
            above: list[str] = []
            for dialect, cells in _first_records(head, delimiter, quote):
                widest = max(widest, cells, key=len)
                fields = matcher.score(cells)
                # A quote that the reading does not know stays in the cells; it is not told by the fields.
                score = (fields, -sum(c[:1] in _QUOTES for c in cells))
                if fields and (best is None or score > best[0]):
                    best = (score, dialect, cells, list(above))
                above += cells
    if best is None:
        raise matcher.unmatched(widest)
    return best[1], best[2], best[3]


def _first_records(head: str, delimiter: str, quote: str) -> Iterator[tuple[Dialect, list[str]]]:
    lines = _Lines(io.StringIO(head, newline=""))
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter, quotechar=quote), start=1):
            if number > HEADER_WITHIN:
                return
            yield Dialect(delimiter, quote, number, lines.count), cells
    except (csv.Error, IntakeError):
        return


def _by_duckdb(
    con: duckdb.DuckDBPyConnection, text: Plain, dialect: Dialect, layout: Layout, workdir: Path
) -> int | None:
    """Make ``source`` of a regular file and return its number of rows; None if it is not one, and Python has to read it.

    Not regular: a record with fewer or more cells, a stray quotation mark, mixed line ends, a damaged byte, a record
    longer than a cell may be; line breaks above the header; a record of empty cells, which is no row.
    """
    if dialect.record != dialect.line or _lines_of(text.path) is None:
        return None
    width = len(layout.written)
    spec = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    cells = [f"{with_unit_sql(f'c{i}', layout.units[i])} AS {table.quoted(k)}" for i, k in enumerate(layout.keys) if k]
    blank = ", ".join(f"c{i}" for i in layout.blank)
    surplus = f"nullif(concat_ws('{SURPLUS_MARK}', {blank}), '')" if blank else "NULL::VARCHAR"
    query = (
        f"SELECT {', '.join(cells)}, {surplus} AS {table.SURPLUS} FROM read_csv({table.literal(str(text.path))}, "
        f"auto_detect = false, columns = {{{spec}}}, header = false, skip = {dialect.line}, compression = 'none', "
        f"delim = {table.literal(dialect.delimiter)}, quote = {table.literal(dialect.quote)}, "
        f"escape = {table.literal(dialect.quote)}, strict_mode = true, null_padding = false, "
        f"max_line_size = {CELL_LIMIT})"
    )
    try:
        rows = table.keep(con, query, layout.columns, workdir)
    except (duckdb.InvalidInputException, duckdb.NotImplementedException):
        return None
    empty = " AND ".join(f"coalesce(trim({table.quoted(c)}, {_BLANKS}), '') = ''" for c in layout.columns)
    return rows if con.execute(f"SELECT 1 FROM source WHERE {empty} LIMIT 1").fetchone() is None else None


class Positions:
    """Where the rows that DuckDB read stand, found out when first asked: it counts neither the lines that it passes
    over nor the line breaks within cells."""

    def __init__(self, path: Path, dialect: Dialect, layout: Layout, rows: int) -> None:
        self.path, self.dialect, self.layout, self.rows = path, dialect, layout, rows

    def __call__(self, row_no: int) -> str:
        return self._places(row_no)

    @cached_property
    def _places(self) -> Places:
        places = Places()
        if _lines_of(self.path) == self.dialect.line + self.rows:
            places.note(1, self.dialect.record + 1)
        else:
            deque(_by_python(self.path, self.dialect, self.layout, places), maxlen=0)
        return places


def _lines_of(path: Path) -> int | None:
    """How many lines a file has; None if one is so long that DuckDB may end there without a word."""
    found, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(HEAD):
            breaks = chunk.count(b"\n")
            if not breaks and len(chunk) == HEAD:
                return None
            found += breaks
            last = chunk[-1:]
    return found + (last != b"\n")


def _by_python(path: Path, dialect: Dialect, layout: Layout, places: Places) -> Iterator[list[str | None]]:
    """The rows of any file: one text per column, then the surplus."""
    width = len(layout.written)
    wanted = [i for i, key in enumerate(layout.keys) if key]
    dull = frozenset(layout.serial)
    row_no = 0
    for record, cells in _records(path, dialect):
        if not any(c and not c.isspace() for i, c in enumerate(cells) if i not in dull):
            continue
        row_no += 1
        places.note(row_no, record)
        table.fits(cells, record)
        surplus = [cells[i] for i in layout.blank if i < len(cells)] + cells[width:]
        padded: Sequence[str | None] = cells if len(cells) >= width else [*cells, *[None] * (width - len(cells))]
        made = (with_unit(cell, layout.units[i]) if (cell := padded[i]) else cell for i in wanted)
        yield [*made, SURPLUS_MARK.join(c for c in surplus if c)]


def _records(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """The records below the header with their numbers in the file."""
    before = csv.field_size_limit(CELL_LIMIT)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = _Lines(file)
        record = 0
        try:
            for record, cells in enumerate(
                csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote), start=1
            ):
                if lines.ended:
                    raise IntakeError("file-quote-open", position=place(record))
                if record > dialect.record:
                    yield record, cells
        except csv.Error as error:
            raise table.too_long(record + 1) from error
        finally:
            csv.field_size_limit(before)


class _Lines:
    """The lines of a text, counted; ``ended`` once a reader asked for more than there are."""

    def __init__(self, file: io.TextIOBase) -> None:
        self._file = file
        self.count = 0
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(_LINE_LIMIT)
        if not line:
            self.ended = True
            raise StopIteration
        self.count += 1
        if len(line) == _LINE_LIMIT:
            raise table.too_long(self.count)
        return line
