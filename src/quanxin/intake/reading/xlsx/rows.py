"""The rows of a sheet, one after the other.

Invariant: a row is what its cells hold; the rows come in the order of the sheet with the numbers that a table program
shows; what follows a row is not looked at before that row was taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from quanxin.intake.reading import table
from quanxin.intake.reading.result import CELL_LIMIT
from quanxin.intake.reading.xlsx.formats import GENERAL, Kind
from quanxin.intake.reading.xlsx.package import Package, corrupt, local, new_parser
from quanxin.intake.reading.xlsx.strings import Strings, unescaped

ROWS, COLUMNS = 1 << 20, 1 << 14  # of a sheet in the format
_ROW_LIMIT = 32 * CELL_LIMIT
_KINDS = {"b": Kind.BOOL, "e": Kind.ERROR, "n": Kind.NUMBER}
_DIGITS = "0123456789"


class Cell(NamedTuple):
    """A cell with content: its text as it is stored (a number's digits, a date's serial number), what it is, and the
    code of its number format."""

    text: str
    kind: Kind
    format: str = GENERAL


class Row(NamedTuple):
    """A row with content: its number (from 1), its cells by column (from 0), and whether it is hidden."""

    number: int
    cells: Mapping[int, Cell]
    hidden: bool


class Styles(NamedTuple):
    """For each style of the workbook: its number format, and what a number in it is."""

    formats: Sequence[str]
    kinds: Sequence[Kind]


class _Reader:
    """Turns the elements of a sheet into rows."""

    def __init__(self, sheet: str, strings: Strings, styles: Styles) -> None:
        self.sheet, self._strings, self._styles = sheet, strings, styles
        self.made: list[Row] = []
        self.hidden_columns: set[int] = set()
        self._letters: dict[str, int] = {}
        self._number, self._hidden, self._cells, self._size = 0, False, dict[int, Cell](), 0
        self._column, self._type, self._style = -1, "n", 0
        self._parts: list[str] = []
        self._within, self._phonetic = False, 0
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data

    def _start(self, tag: str, with_: dict[str, str]) -> None:
        if ":" in tag:
            tag = local(tag)
        if tag == "c":
            self._type = with_.get("t", "n")
            self._style = self._whole(with_["s"]) if "s" in with_ else 0
            self._column = self._place(with_["r"]) if "r" in with_ else self._column + 1
            self._parts = []
        elif tag == "v" or (tag == "t" and not self._phonetic):
            self._within = True
        elif tag == "row":
            self._begin(with_)
        elif tag == "rPh":
            self._phonetic += 1
        elif tag == "col" and _unseen(with_, "width"):
            first, last = self._whole(with_.get("min", "")), self._whole(with_.get("max", ""))
            self.hidden_columns |= set(range(first - 1, min(last, COLUMNS)))

    def _data(self, text: str) -> None:
        if self._within:
            self._size += len(text)
            if self._size > _ROW_LIMIT:
                raise table.too_long(self._number, self.sheet)
            self._parts.append(text)

    def _end(self, tag: str) -> None:
        if ":" in tag:
            tag = local(tag)
        if tag == "c":
            if self._parts:
                self._keep("".join(self._parts))
        elif tag in ("v", "t"):
            self._within = False
        elif tag == "row":
            if self._cells:
                self.made.append(Row(self._number, self._cells, self._hidden))
        elif tag == "rPh":
            self._phonetic -= 1

    def _begin(self, with_: dict[str, str]) -> None:
        number = self._whole(with_["r"]) if "r" in with_ else self._number + 1
        if not self._number < number <= ROWS:
            raise corrupt(f"{self.sheet}：第 {number} 行位置不对", f"row {number} is out of place")
        self._number, self._hidden = number, _unseen(with_, "ht")
        self._cells, self._column, self._size = {}, -1, 0

    def _keep(self, text: str) -> None:
        kind, code = _KINDS.get(self._type, Kind.TEXT), GENERAL
        if self._style:
            if self._style >= len(self._styles.formats):
                raise corrupt(f"没有样式 {self._style}", f"there is no style {self._style}")
            code = self._styles.formats[self._style]
            kind = self._styles.kinds[self._style] if kind is Kind.NUMBER else kind
        if self._type == "s":
            text = self._strings[self._whole(text)]
            self._size += len(text)
            if self._size > _ROW_LIMIT:
                raise table.too_long(self._number, self.sheet)
        elif kind is Kind.TEXT:
            text = unescaped(text)
        if self._column in self._cells:
            raise corrupt(f"{self.sheet} 第 {self._number} 行有两个同名单元格", f"a cell of row {self._number} twice")
        if text:
            self._cells[self._column] = Cell(text, kind, code)

    def _place(self, reference: str) -> int:
        letters = reference.rstrip(_DIGITS)
        column = self._letters.get(letters)
        if column is None:
            column = self._letters[letters] = column_of(letters)
        return column

    def _whole(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise corrupt(f"{self.sheet} 第 {self._number} 行：{text[:20]!r}")
        return int(text)


def _unseen(with_: Mapping[str, str], size: str) -> bool:
    """Whether a row or column is hidden, or drawn so small that nobody sees it."""
    return with_.get("hidden") in ("1", "true") or (size in with_ and not with_[size].strip("0."))


def column_of(letters: str) -> int:
    """The column (from 0) that letters name; raises ``IntakeError`` for one that no sheet has."""
    column = 0
    for letter in letters if len(letters) <= 3 else "":
        column = column * 26 + ord(letter) - 64 if "A" <= letter <= "Z" else COLUMNS + 1
    if not 0 < column <= COLUMNS:
        raise corrupt(f"没有“{letters[:20]}”列", f"there is no column {letters[:20]}")
    return column - 1


def read_rows(
    package: Package, part: str, sheet: str, strings: Strings, styles: Styles, hidden: set[int] | None = None
) -> Iterator[Row]:
    """The rows with content of a sheet's part; the columns that it hides are added to ``hidden`` on the way."""
    reader = _Reader(sheet, strings, styles)
    if hidden is not None:
        reader.hidden_columns = hidden
    for piece in package.pieces(part):
        reader.parser.Parse(piece, False)
        if reader.made:
            yield from reader.made
            reader.made.clear()
    reader.parser.Parse(b"", True)
    yield from reader.made
