"""Workbooks as people fill them in: titles, merged headers, several sheets, numbers and dates of any kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from quanxin.intake.errors import IntakeError
from quanxin.intake.reading import Reading
from quanxin.intake.reading.workbook import number_text, text_of
from quanxin.intake.reading.xlsx import Cell, Kind
from quanxin.intake.reading.xlsx.formats import EPOCH_1900, kind_of
from tests.intake.example import HEADERS, Bench


def handed_in(bench: Bench, fill: Callable[[openpyxl.Workbook], None]) -> Reading:
    """A workbook filled by ``fill``, read."""
    book = openpyxl.Workbook()
    fill(book)
    path = bench.folder / "a.xlsx"
    book.save(path)
    return bench.read(path)


def sheet_of(book: openpyxl.Workbook) -> Worksheet:
    return book.worksheets[0]


def test_cells_are_read_as_a_person_sees_them(bench: Bench) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = sheet_of(book)
        sheet.append(HEADERS)
        sheet.append(["甲公司", "913701001234567890", 2024001, dt.date(2024, 1, 2), 0.1, True])
        sheet.append(["乙公司", 913701001234567, "文\n号", 45_293, 1200.0, dt.datetime(2024, 1, 2, 3, 4, 5)])
        sheet.append([" 丙 ", None, None, "2024年1月2日", 2024, "=1+1"])

    reading = handed_in(bench, fill)
    assert bench.rows("subject_name", "uscc", "document_number", "decision_date", "fine", "remark") == [
        ("甲公司", "913701001234567890", "2024001", "2024-01-02", "0.1", "TRUE"),
        ("乙公司", "913701001234567", "文\n号", "2024-01-02", "1200", "2024-01-02 03:04:05"),
        (" 丙 ", None, None, "2024年1月2日", "2024", None),
    ]
    assert (reading.format, reading.rows, reading.position(3)) == ("xlsx", 3, "Sheet 第 4 行")


def test_a_header_of_two_merged_rows_below_a_title_is_found(bench: Bench) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = sheet_of(book)
        sheet.append(["2024 年行政处罚信息表"])
        sheet.append(["序号", "行政相对人", None, "处罚决定日期", "备注"])
        sheet.append([None, "名称", "统一社会信用代码", None, None])
        sheet.merge_cells("A1:E1")
        sheet.merge_cells("B2:C2")
        for column in "ADE":
            sheet.merge_cells(f"{column}2:{column}3")
        sheet.append([1, "甲公司", "9137", dt.date(2024, 1, 2), None])
        sheet.append([2, None, None, None, None])
        sheet.append([3, "乙公司", "9138", None, "注"])

    reading = handed_in(bench, fill)
    assert reading.headers == {
        "行政相对人名称": "subject_name",
        "统一社会信用代码": "uscc",
        "处罚决定日期": "decision_date",
        "备注": "remark",
    }
    assert bench.rows("row_no", "subject_name", "uscc", "decision_date", "remark") == [
        (1, "甲公司", "9137", "2024-01-02", None),
        (2, "乙公司", "9138", None, "注"),
    ]
    assert [reading.position(n) for n in (1, 2)] == ["Sheet 第 4 行", "Sheet 第 6 行"]


def test_every_sheet_with_the_headers_is_read_and_the_others_are_named(bench: Bench) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet_of(book).title = "填表说明"
        sheet_of(book).append(["请如实填写"])
        first, second = book.create_sheet("一月"), book.create_sheet("二月")
        book.create_sheet("空")
        first.append(["行政相对人名称", "统一社会信用代码"])
        first.append(["甲", "1"])
        second["C3"], second["D3"], second["E3"] = "备注", "企业名称", None
        second["C4"], second["D4"], second["E4"] = "注", "乙", "多余"

    reading = handed_in(bench, fill)
    assert (reading.sheets, reading.skipped) == (("一月", "二月"), ("填表说明", "空"))
    assert reading.columns == ("subject_name", "uscc", "remark")
    assert bench.rows("subject_name", "uscc", "remark", "_surplus") == [
        ("甲", "1", None, None),
        ("乙", None, "注", "多余"),
    ]
    assert [reading.position(n) for n in (1, 2)] == ["一月 第 2 行", "二月 第 4 行"]


def test_a_hidden_dictionary_refuses_no_file_and_its_rows_are_told(bench: Bench) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet_of(book).append(HEADERS[:2])
        sheet_of(book).append(["甲", "1"])
        dictionary = book.create_sheet("字典")
        dictionary.append(["企业名称", "天气"])
        dictionary.append(["1", "有效"])
        dictionary.sheet_state = "hidden"

    reading = handed_in(bench, fill)
    assert (reading.rows, reading.sheets, reading.skipped, reading.skipped_rows) == (1, ("Sheet",), ("字典",), (2,))


def test_no_sheet_with_the_headers_is_an_error_that_says_what_was_found(bench: Bench) -> None:
    with pytest.raises(IntakeError) as refused:
        handed_in(bench, lambda book: sheet_of(book).append(["天气", "温度"]))
    assert refused.value.code == "file-headers-unmatched"
    assert "天气、温度" in refused.value.zh


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.1"),
        (0.1 + 0.2, "0.3"),
        (5.0, "5"),
        (1e22, "10000000000000000000000"),
        (-2.5, "-2.5"),
        (1e-7, "0.0000001"),
        (9.137010012345678e17, "913701001234568000"),
        (float("nan"), "#NUM!"),
    ],
)
def test_a_number_is_its_fifteen_digits(number: float, text: str) -> None:
    assert number_text(number) == text
    assert text == "#NUM!" or float(text) == float(f"{number:.15g}")  # the digits that table programs keep


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Cell("0", Kind.BOOL), "FALSE"),
        (Cell("7", Kind.NUMBER), "7"),
        (Cell("0.12777777777", Kind.DATE), "03:04:00"),
        (Cell("1.0416666667", Kind.DURATION), "25:00:00"),
        (Cell("45418", Kind.DATE), "2024-05-06"),
        (Cell("60", Kind.DATE), "60"),
        (Cell("59", Kind.DATE), "1900-02-28"),
        (Cell("61", Kind.DATE), "1900-03-01"),
        (Cell("-1", Kind.DATE), "-1"),
        (Cell("1e300", Kind.DATE), "1" + "0" * 300),
        (Cell("#N/A", Kind.ERROR), "#N/A"),
    ],
)
def test_a_cell_of_any_kind_has_a_text(cell: Cell, text: str) -> None:
    assert text_of(cell, EPOCH_1900) == text


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", Kind.NUMBER),
        ("#,##0.00", Kind.NUMBER),
        ('0"万元"', Kind.NUMBER),
        ('0.0"day"', Kind.NUMBER),
        ("0.00E+00", Kind.NUMBER),
        ("[Red]0;[Green]-0", Kind.NUMBER),
        ("[$¥-804]#,##0.00", Kind.NUMBER),
        ("@", Kind.NUMBER),
        ("yyyy-mm-dd", Kind.DATE),
        ('yyyy"年"m"月"d"日"', Kind.DATE),
        ("[$-804]e/m/d;@", Kind.DATE),
        ("h:mm", Kind.DATE),
        ("[DBNum1][$-804]yyyy", Kind.DATE),
        ("[h]:mm:ss", Kind.DURATION),
        ("[mm]", Kind.DURATION),
    ],
)
def test_a_format_says_what_a_number_is(code: str, kind: Kind) -> None:
    assert kind_of(code) is kind
