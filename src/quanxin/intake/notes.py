"""What a receipt notes about a file beside what became of its rows: rows that were not read, rows that nobody sees.

Invariant: every row of a workbook is either in a bucket of the receipt or in a note; whoever shows a receipt shows its
notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quanxin.intake.errors import IntakeError
from quanxin.intake.forms.template import CODES, GUIDE

_WORDS = {
    "sheet-not-read": (
        "工作表“{sheet}”中没有本资源的表头，有 {rows} 行没有读取；需要报送的，请补上表头后重新提交。",
        "The sheet {sheet} has no header of this resource; {rows} rows of it were not read. Give it a header and hand it "
        "in again if they are to be taken in.",
    ),
    "hidden-sheet-read": (
        "隐藏的工作表“{sheet}”也读取了，有 {rows} 行；不应报送的，请删除后重新提交。",
        "The hidden sheet {sheet} was read too, {rows} rows of it. Delete it if it was not to be handed in.",
    ),
    "hidden-rows-read": (
        "工作表“{sheet}”中隐藏或筛选掉的 {rows} 行也读取了；不应报送的，请删除后重新提交。",
        "{rows} rows of the sheet {sheet} that are hidden or filtered out were read too. Delete them if they were not to "
        "be handed in.",
    ),
    "hidden-columns-read": (
        "工作表“{sheet}”中隐藏的 {columns} 列也读取了；不应报送的，请删除后重新提交。",
        "{columns} hidden columns of the sheet {sheet} were read too. Delete them if they were not to be handed in.",
    ),
}


@dataclass(frozen=True, slots=True)
class Note:
    """A stable code, and what there is to know and to do in both languages."""

    code: str
    zh: str
    en: str

    @classmethod
    def of(cls, code: str, **particulars: object) -> Note:
        """The note of a code with its particulars filled in."""
        zh, en = _WORDS[code]
        return cls(code, zh.format(**particulars), en.format(**particulars))


def notes(reading: Mapping[str, Any]) -> list[Note]:
    """The notes of a reading, as a receipt describes it; sheets in their order."""
    return [*_not_read(reading), *_hidden(reading)]


def unread(reading: Mapping[str, Any]) -> dict[str, int]:
    """The sheets that were not read, and how many rows have something on them; those of our own template say nothing."""
    found = zip(reading.get("skipped", ()), reading.get("skipped_rows", ()), strict=False)
    return {sheet: rows for sheet, rows in found if rows and sheet not in (GUIDE, CODES)}


def nothing_unread(reading: Mapping[str, Any]) -> None:
    """Raise ``IntakeError`` for a file that is to replace what there is, and of which a sheet was not read."""
    for sheet, rows in unread(reading).items():
        raise IntakeError("replace-sheet-unread", sheet=sheet, rows=rows)


def _not_read(reading: Mapping[str, Any]) -> Iterator[Note]:
    for sheet, rows in unread(reading).items():
        yield Note.of("sheet-not-read", sheet=sheet, rows=rows)


def _hidden(reading: Mapping[str, Any]) -> Iterator[Note]:
    for found in reading.get("hidden", ()):
        sheet = found["sheet"]
        if found["whole"]:
            yield Note.of("hidden-sheet-read", sheet=sheet, rows=found["whole"])
        if found["rows"]:
            yield Note.of("hidden-rows-read", sheet=sheet, rows=found["rows"])
        if found["columns"]:
            yield Note.of("hidden-columns-read", sheet=sheet, columns=found["columns"])
