"""A workbook: its sheets in their order, whether they are shown, its epoch and styles.

Invariant: each sheet that a table program lists is listed, worksheet or not; nothing of a sheet is read before it is
asked for.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quanxin.intake.reading.xlsx.formats import BUILT_IN, EPOCH_1900, EPOCH_1904, GENERAL, kind_of
from quanxin.intake.reading.xlsx.package import Package, corrupt, local, new_parser, package
from quanxin.intake.reading.xlsx.rows import Row, Styles, column_of, read_rows
from quanxin.intake.reading.xlsx.strings import Strings, read_strings, strings_in

BOOK = "xl/workbook.xml"
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
_MERGES = b"mergeCell"
_MOST_MERGES = 1 << 16

Merge = tuple[int, int, int, int]  # first row (from 1), first column (from 0), last row, last column


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it is listed. ``part`` is None for one that holds no cells, as a chart does."""

    name: str
    hidden: bool
    part: str | None


class Workbook:
    """An open workbook. ``epoch`` is the day that number 0 stands for."""

    def __init__(self, parts: Package, strings: Strings) -> None:
        self._parts, self._strings = parts, strings
        self.epoch: dt.date = EPOCH_1900
        self.sheets: tuple[Sheet, ...] = ()
        self._relations = _relations(parts, "xl/_rels/workbook.xml.rels")
        self._list_sheets()
        targets = dict(self._relations.values())
        self._styles = _styles(parts, targets["styles"]) if targets.get("styles", "") in parts else Styles((), ())
        if targets.get("sharedStrings", "") in parts:
            read_strings(parts, targets["sharedStrings"], strings)

    def rows(self, sheet: Sheet, hidden_columns: set[int] | None = None) -> Iterator[Row]:
        """The rows of a sheet that hold anything. ``hidden_columns`` takes the columns (from 0) that are hidden."""
        if sheet.part is not None:
            yield from read_rows(self._parts, sheet.part, sheet.name, self._strings, self._styles, hidden_columns)

    def merges(self, sheet: Sheet, within: int) -> list[Merge]:
        """The merged ranges of a sheet that begin within its first rows."""
        if sheet.part is None or not self._mentions(sheet.part, _MERGES):
            return []
        found: list[Merge] = []

        def start(tag: str, with_: dict[str, str]) -> None:
            if local(tag) == "mergeCell" and (ends := _RANGE.fullmatch(with_.get("ref", ""))):
                first, last = int(ends[2]), int(ends[4])
                if first <= within and len(found) < _MOST_MERGES:
                    found.append((first, column_of(ends[1]), last, column_of(ends[3])))

        parser = new_parser()
        parser.StartElementHandler = start
        self._parts.parse(sheet.part, parser)
        return found

    def _mentions(self, part: str, word: bytes) -> bool:
        """Whether a part may hold a word: one that is not in an encoding of single bytes always may."""
        before = b""
        for piece in self._parts.pieces(part):
            if word in before + piece or b"\0" in piece:
                return True
            before = piece[-len(word) :]
        return False

    def _list_sheets(self) -> None:
        sheets: list[Sheet] = []

        def start(tag: str, with_: dict[str, str]) -> None:
            tag = local(tag)
            if tag == "workbookPr" and with_.get("date1904") in ("1", "true", "on"):
                self.epoch = EPOCH_1904
            elif tag == "sheet":
                relation = next((v for k, v in with_.items() if ":" in k and local(k) == "id"), "")
                if relation not in self._relations:
                    raise corrupt(f"工作表“{with_.get('name', '')}”没有内容", "a sheet has no part")
                kind, part = self._relations[relation]
                hidden = with_.get("state", "visible") != "visible"
                sheets.append(Sheet(with_.get("name", ""), hidden, part if kind == "worksheet" else None))

        parser = new_parser()
        parser.StartElementHandler = start
        self._parts.parse(BOOK, parser)
        self.sheets = tuple(sheets)


@contextmanager
def opened(path: Path, workdir: Path, limit: int) -> Iterator[Workbook]:
    """A workbook of which at most ``limit`` bytes are unpacked; raises ``IntakeError`` for what is none."""
    with strings_in(workdir) as strings, package(path, limit) as parts:
        yield Workbook(parts, strings)


def _relations(parts: Package, name: str) -> dict[str, tuple[str, str]]:
    """The workbook's parts by the mark that it knows them by: of what kind each is, and its name."""
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, with_: dict[str, str]) -> None:
        if local(tag) == "Relationship" and with_.get("TargetMode") != "External":
            kind = with_.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("/xl", with_.get("Target", ""))).lstrip("/")
            found[with_.get("Id", "")] = (kind, target)

    parser = new_parser()
    parser.StartElementHandler = start
    parts.parse(name, parser)
    return found


def _styles(parts: Package, name: str) -> Styles:
    """The number formats of the workbook's styles, in their order."""
    codes: dict[str, str] = {}
    ids: list[str] = []
    within: list[str] = []

    def start(tag: str, with_: dict[str, str]) -> None:
        within.append(local(tag))
        if within[-1] == "numFmt":
            codes[with_.get("numFmtId", "")] = with_.get("formatCode", "")
        elif within[-2:] == ["cellXfs", "xf"]:
            ids.append(with_.get("numFmtId", "0"))

    def end(_: str) -> None:
        within.pop()

    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parts.parse(name, parser)
    built_in = {str(number): code for number, code in BUILT_IN.items()}
    formats = [codes.get(i) or built_in.get(i, GENERAL) for i in ids]
    kinds = {code: kind_of(code) for code in set(formats)}
    return Styles(tuple(formats), tuple(kinds[code] for code in formats))
