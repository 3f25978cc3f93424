"""Workbooks as a stream: what memory they take, and what no table program would write."""

from __future__ import annotations

import datetime as dt
import io
import tracemalloc
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
import xlsxwriter

from quanxin.intake.errors import IntakeError
from quanxin.intake.reading.headers import Matcher
from quanxin.intake.reading.workbook import read_workbook
from quanxin.intake.reading.xlsx import Cell, Kind, opened
from tests.intake.example import HEADERS, Bench

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def package(sheet: str, *, book: str = "", strings: str = "", styles: str = "") -> bytes:
    """A workbook of one sheet, written by hand."""
    kinds = {"worksheet": "sheet1.xml", "sharedStrings": "strings.xml", "styles": "styles.xml"}
    relations = "".join(f'<Relationship Id="{k}" Type="{REL}/{k}" Target="{v}"/>' for k, v in kinds.items())
    parts = {
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
        "xl/workbook.xml": book
        or f'<workbook xmlns:r="{REL}"><sheets><sheet name="表" r:id="worksheet"/></sheets></workbook>',
        "xl/sheet1.xml": sheet,
        "xl/strings.xml": strings or "<sst/>",
        "xl/styles.xml": styles or "<styleSheet/>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def text(place: str, content: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{content}</t></is></c>'


def rows(*filled: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(filled)}</sheetData></worksheet>'


HEADER = f'<row r="1">{text("A1", HEADERS[0])}{text("B1", HEADERS[5])}</row>'
FIRST = f'<row r="2">{text("A2", "甲")}{text("B2", "注")}</row>'


@pytest.mark.parametrize(
    "far",
    [
        '<row r="1048576"><c r="XFD1048576" s="0"/></row>',
        '<row r="1048576"><c r="XFD1048576"><v></v></c></row>',
        '<row r="9"><c r="XFD9" s="0"/></row><row r="1048576"/>',
        f'<row r="9">{text("XFD9", " ")}</row>',
    ],
)
def test_a_cell_far_away_takes_no_memory(bench: Bench, far: str) -> None:
    path = bench.write(package(rows(HEADER, FIRST, far)), "a.xlsx")
    tracemalloc.start()
    try:
        reading = bench.read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (reading.rows, reading.columns) == (1, ("subject_name", "remark"))
    assert peak < 8 << 20


def test_something_far_below_a_table_refuses_the_file_in_words_and_without_memory(bench: Bench) -> None:
    path = bench.write(package(rows(HEADER, FIRST, f'<row r="1048576">{text("XFD1048576", " ")}</row>')), "a.xlsx")
    tracemalloc.start()
    try:
        with pytest.raises(IntakeError, match="第 1048576 行还有内容") as refused:
            read_workbook(bench.con, path, Matcher(bench.resource), bench.workdir)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.code == "file-row-far"
    assert peak < 8 << 20


def test_memory_follows_a_row_and_not_the_sheet(bench: Bench) -> None:
    path = bench.folder / "a.xlsx"
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    for row in range(3_000):
        sheet.write_row(row, 0, [f"文本 {row}-{column}" for column in range(12)])
    book.close()
    tracemalloc.start()
    try:
        with opened(path, bench.workdir, 1 << 30) as read:
            count = sum(len(row.cells) for row in read.rows(read.sheets[0]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 36_000
    assert peak < 3 << 20


def test_cells_are_as_an_independent_reader_finds_them(bench: Bench) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    values = ["文", 1, 0.1, True, "a\nb", 12345678901234567, dt.datetime(2011, 11, 21), "=1/0", "x" * 9]
    for column, value in enumerate(values, 1):
        sheet.cell(3, column, value)
    sheet.cell(3, 3).number_format = '0.0"万元"'
    sheet.cell(3, 2).style = "Percent"
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    path = bench.folder / "a.xlsx"
    book.save(path)
    hidden: set[int] = set()
    with opened(path, bench.workdir, 1 << 30) as read:
        found = list(read.rows(read.sheets[0], hidden))
        epoch = read.epoch
    assert [(row.number, row.hidden) for row in found] == [(3, True)]
    assert hidden == {1}
    assert epoch == dt.date(1904, 1, 1)
    cells = found[0].cells
    assert cells[1] == Cell("1", Kind.NUMBER, "0%")
    assert cells[2] == Cell("0.1", Kind.NUMBER, '0.0"万元"')
    assert (cells[3].kind, cells[5].text, cells[6].text, cells[6].kind) == (
        Kind.BOOL,
        "1.234567890123457e+16",
        "39406",
        Kind.DATE,
    )
    assert (cells[0].text, cells[4].text, 7 in cells, cells[8].text) == ("文", "a\nb", False, "x" * 9)


def test_sheets_are_listed_with_what_they_are(bench: Bench) -> None:
    path = bench.folder / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("数据").write(0, 0, "甲")
    book.add_worksheet("字典").hide()
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=数据!$A$1"})
    book.add_chartsheet("图").set_chart(chart)
    book.close()
    with opened(path, bench.workdir, 1 << 30) as read:
        assert [(s.name, s.hidden, s.part is None) for s in read.sheets] == [
            ("数据", False, False),
            ("字典", True, False),
            ("图", False, True),
        ]
        assert list(read.rows(read.sheets[2])) == []


def test_any_prefix_and_cells_without_references_are_read(bench: Bench) -> None:
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c></x:row>'
        '<x:row><x:c t="s"><x:v>1</x:v></x:c><x:c><x:v>1E-7</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    strings = "<sst><si><r><t>行政相对人</t></r><r><t>名称</t></r><rPh><t>xing</t></rPh></si><si><t>甲_x000D_乙</t></si></sst>"
    bench.read(bench.write(package(sheet, strings=strings), "a.xlsx"))
    assert bench.rows("subject_name", "_surplus") == [("甲\r乙", "0.0000001")]


def test_what_is_drawn_without_height_or_width_is_hidden(bench: Bench) -> None:
    columns = '<cols><col min="1" max="1" width="9"/><col min="2" max="2" width="0" customWidth="1"/></cols>'
    second = f'<row r="3" ht="0">{text("A3", "乙")}</row>'
    sheet = rows(HEADER, FIRST, second).replace("<sheetData>", f"{columns}<sheetData>")
    reading = bench.read(bench.write(package(sheet), "a.xlsx"))
    assert reading.hidden == ({"sheet": "表", "whole": 0, "rows": 1, "columns": 1},)


WRONG: dict[str, Callable[[], bytes]] = {
    "a document type": lambda: package(f'<!DOCTYPE a [<!ENTITY b "c">]>{rows(HEADER, FIRST)}'),
    "a cell twice": lambda: package(rows(HEADER, f'<row r="2">{text("A2", "甲")}{text("A2", "乙")}</row>')),
    "a row twice": lambda: package(rows(HEADER, FIRST, FIRST)),
    "a row beyond the last": lambda: package(rows(HEADER, f'<row r="1048577">{text("A1", "甲")}</row>')),
    "a column beyond the last": lambda: package(rows(HEADER, f'<row r="2">{text("XFE2", "甲")}</row>')),
    "a text that is not there": lambda: package(rows(HEADER, '<row r="2"><c r="A2" t="s"><v>7</v></c></row>')),
    "a style that is not there": lambda: package(rows(HEADER, '<row r="2"><c r="A2" s="7"><v>7</v></c></row>')),
    "a sheet that is not there": lambda: package(
        rows(HEADER), book=f'<workbook xmlns:r="{REL}"><sheets><sheet name="表" r:id="x"/></sheets></workbook>'
    ),
    "half a sheet": lambda: package(rows(HEADER, FIRST)[:-30]),
}


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_no_program_writes_is_refused_in_words(bench: Bench, wrong: str) -> None:
    with pytest.raises(IntakeError) as refused:
        bench.read(bench.write(WRONG[wrong](), "a.xlsx"))
    assert refused.value.code == "file-corrupt"
    assert bench.is_empty()


def test_a_part_that_unpacks_beyond_the_limit_is_refused_before_it_is(bench: Bench) -> None:
    path = bench.write(package(rows(HEADER, "<row/>" * 100_000)), "a.xlsx")
    with pytest.raises(IntakeError) as refused, opened(path, bench.workdir, 500_000):
        pass
    assert refused.value.code == "file-too-large"
