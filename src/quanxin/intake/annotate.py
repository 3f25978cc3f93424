"""The department's own file handed back, with what became of each row and what is wrong with it.

Invariant: every row given is in the workbook, with all its findings in words; the department's columns keep their
names and order, so that the workbook, corrected in place, can be handed in again. Nothing in it is a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quanxin.intake.errors import translated
from quanxin.intake.notes import notes

if TYPE_CHECKING:  # every process imports this module, and few write a workbook
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

BUCKETS = {
    "accepted": "已接收",
    "updated": "已更新",
    "duplicate": "重复",
    "quarantined": "待更正",
    "unlinked": "待关联",
}
OWN_HEADERS = ("处理结果", "问题说明", "文件位置")
SHEET_ROWS = 1_048_575  # what a sheet holds below its header
CELL_CHARACTERS = 32_767  # what a cell holds
# Comments lie in memory and slow a table program down; beyond this many the fill and 问题说明 say what is wrong.
COMMENTS = 10_000
_CUT = "……（原文过长，此处截断）"
_FILLS = {"error": "#F8CBAD", "warning": "#FFE699", "note": "#DDEBF7"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a row: its code, ``error``/``warning``/``note``, the field (None: the row as a whole), the
    text that stood there, and the sentence for the clerk."""

    code: str
    severity: str
    field: str | None
    value: str | None
    message: str


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of a row: its bucket, its cells in the order of the department's columns, all findings."""

    row_no: int
    position: str
    bucket: str
    cells: list[str | None]
    findings: list[Finding]


def annotate(
    out: Path,
    *,
    headers: Sequence[str],
    columns: Sequence[str],
    rows: Iterable[RowOutcome],
    receipt: Mapping[str, Any],
) -> None:
    """Write the workbook: ``headers`` as the department wrote them, ``columns`` their field keys, a receipt's JSON.

    The file appears whole or not at all. Raises ``IntakeError`` if the disk has no room or the place is not writable.
    """
    import xlsxwriter

    part = out.with_name(f".{out.name}.part")
    try:
        with translated(out):
            options = {"constant_memory": True, "tmpdir": str(out.parent)}
            book = xlsxwriter.Workbook(str(part), options)
            try:
                examples = _Writer(book, headers, columns).write(rows)
                _explain(book, receipt, examples)
            finally:
                _close(book)
            part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _close(book: xlsxwriter.Workbook) -> None:
    from xlsxwriter.exceptions import FileCreateError

    try:
        book.close()
    except FileCreateError as error:
        cause = error.args[0] if error.args else None
        raise cause if isinstance(cause, OSError) else OSError(str(error)) from error


@dataclass(slots=True)
class _Writer:
    """Writes rows to one sheet after another; ``examples`` are the first sentence of each code."""

    book: xlsxwriter.Workbook
    headers: Sequence[str]
    columns: Sequence[str]
    examples: dict[str, str] = field(default_factory=dict)
    comments: int = 0

    def write(self, rows: Iterable[RowOutcome]) -> dict[str, str]:
        """Write all rows and return an example of each code's sentence."""
        wrap = self.book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        fills = {s: self.book.add_format({"bg_color": c, "num_format": "@"}) for s, c in _FILLS.items()}
        text = self.book.add_format({"num_format": "@"})
        sheet, line, number = self._begin(1), 0, 1
        for row in rows:
            if line == SHEET_ROWS:
                self._end(sheet, line)
                number, line = number + 1, 0
                sheet = self._begin(number)
            line += 1
            put(sheet, line, 0, BUCKETS[row.bucket], text)
            put(sheet, line, 1, "\n".join(dict.fromkeys(f.message for f in row.findings)), wrap)
            put(sheet, line, 2, row.position, text)
            self._cells(sheet, line, row, fills, text)
        self._end(sheet, line)
        return self.examples

    def _cells(self, sheet: Worksheet, line: int, row: RowOutcome, fills: Mapping[str, Format], text: Format) -> None:
        marks: dict[str, list[Finding]] = {}
        for found in row.findings:
            self.examples.setdefault(found.code, found.message)
            if found.field is not None:
                marks.setdefault(found.field, []).append(found)
        for i, (key, cell) in enumerate(zip(self.columns, row.cells, strict=True), start=len(OWN_HEADERS)):
            here = marks.get(key, ())
            worst = next((s for s in _FILLS if any(f.severity == s for f in here)), None)
            if cell or worst:
                put(sheet, line, i, cell or "", fills[worst] if worst else text)
            if here and self.comments < COMMENTS:
                self.comments += 1
                sheet.write_comment(line, i, "\n".join(dict.fromkeys(f.message for f in here))[:CELL_CHARACTERS])

    def _begin(self, number: int) -> Worksheet:
        sheet = self.book.add_worksheet("数据" if number == 1 else f"数据 {number}")
        head = self.book.add_format({"bold": True, "bg_color": "#1F4E5F", "font_color": "#FFFFFF", "num_format": "@"})
        sheet.set_column(0, 0, 10)
        sheet.set_column(1, 1, 48)
        sheet.set_column(2, 2, 14)
        sheet.set_column(3, 2 + max(len(self.headers), 1), 20)
        sheet.freeze_panes(1, len(OWN_HEADERS))
        for i, header in enumerate((*OWN_HEADERS, *self.headers)):
            put(sheet, 0, i, header, head)
        return sheet

    def _end(self, sheet: Worksheet, line: int) -> None:
        sheet.autofilter(0, 0, line, len(OWN_HEADERS) + len(self.headers) - 1)


def put(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Write a text as text; what a cell cannot hold is cut, and says so."""
    if len(text) > CELL_CHARACTERS:
        text = text[: CELL_CHARACTERS - len(_CUT)] + _CUT
    if text:
        sheet.write_string(row, column, text, style)
    else:
        sheet.write_blank(row, column, None, style)


def _explain(book: xlsxwriter.Workbook, receipt: Mapping[str, Any], examples: Mapping[str, str]) -> None:
    """The sheet 说明: whose receipt this is, the counts that add up, each code with its rows and what it says."""
    sheet = book.add_worksheet("说明")
    bold = book.add_format({"bold": True, "num_format": "@"})
    text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 14)
    sheet.set_column(2, 2, 80)
    lines: list[tuple[str, object, str]] = [
        ("回执", "", f"批次 {receipt.get('batch', '')}，{receipt.get('resource', '')}，{receipt.get('file', '')}"),
        ("收到行数", receipt.get("received", ""), "以下五项之和等于收到行数。"),
        *((title, receipt.get(bucket, ""), "") for bucket, title in BUCKETS.items()),
        ("", "", ""),
        ("问题代码", "行数", "说明（示例）"),
        *((code, count, examples.get(code, "")) for code, count in dict(receipt.get("codes", {})).items()),
        ("", "", ""),
        *((note.code, "", note.zh) for note in notes(receipt.get("reading", {}))),
        ("如何更正", "", "红色为必须更正，黄色为提醒，蓝色为说明。在“数据”表中改正后保存，即可重新提交本文件。"),
        ("批注", "", f"批注最多 {COMMENTS} 处；全部问题见“问题说明”列。"),
    ]
    for row, (name, count, words) in enumerate(lines):
        put(sheet, row, 0, name, bold)
        if isinstance(count, int):
            sheet.write_number(row, 1, count, text)
        else:
            put(sheet, row, 1, str(count), bold)
        put(sheet, row, 2, words, text)
