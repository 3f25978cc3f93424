"""The workbook that a department fills in.

Invariant: its first sheet has the catalogue's headers and nothing else, so that what is written below them is read
as it stands; the sheets beside it only explain. Cells are text where a table program would round or reformat.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from quanxin.intake.forms.words import Explained, explain
from quanxin.policy import Rules
from quanxin.policy.model import CodeSet, FieldType, Resource

DATA, GUIDE, CODES = "数据", "填写说明", "代码表"
PREPARED_ROWS = 10_000  # rows below the header that carry formats and drop-downs
_NUMBERS = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY_WAN, FieldType.MONEY_YUAN)
_PROMPT = 255  # characters of a hint in a table program
_TITLE = 32
_GUIDE_HEADER = ("列与名称", "要求", "类型与格式", "示例", "校验规则", "说明", "English")


def write_template(resource: Resource, rules: Rules, out: IO[bytes]) -> None:
    """Write the template of a resource under the rules of a day to a binary stream."""
    kept = BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True})
    fields = explain(resource, rules)
    sets = list({e.codes.key: e.codes for e in fields if e.codes}.values())
    sheet = book.add_worksheet(DATA)
    _guide(book, resource, fields)
    _code_sets(book, sets)
    _data(book, sheet, fields, {s.key: i for i, s in enumerate(sets)})
    book.set_properties({"title": f"{resource.title.zh} 报送模板", "subject": resource.key})
    book.close()
    out.write(kept.getvalue())


def _data(book: xlsxwriter.Workbook, sheet: Worksheet, fields: list[Explained], sets: dict[str, int]) -> None:
    look = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "border_color": "#B7C9CC"}
    must = book.add_format(look | {"bg_color": "#1F4E5F", "font_color": "#FFFFFF"})
    may = book.add_format(look | {"bg_color": "#E3EEEF", "font_color": "#16393F"})
    text, number = book.add_format({"num_format": "@"}), book.add_format({"num_format": "General"})
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 44)
    for column, one in enumerate(fields):
        kind = number if one.field.type in _NUMBERS else text
        sheet.set_column(column, column, _width(one), kind)
        # the mark is dropped by the reader of headers: it is no part of a name
        header = one.field.title.zh + ("*" if one.field.required is True else "")
        sheet.write_string(0, column, header, must if one.field.required is True else may)
        _hint(sheet, column, one, sets)


def _width(one: Explained) -> int:
    return min(max(12, 2 * len(one.field.title.zh) + 2), 34)


def _hint(sheet: Worksheet, column: int, one: Explained, sets: dict[str, int]) -> None:
    """The hint that appears beside a chosen cell, and the drop-down where one value of a code set is asked for."""
    words = [one.need.zh, one.type.zh, *(limit.zh for limit in one.limits)]
    options: dict[str, object] = {
        "input_title": one.field.title.zh[:_TITLE],
        "input_message": "；".join(words)[:_PROMPT],
        "validate": "any",
    }
    if one.codes is not None and one.field.type is not FieldType.CODES:
        at = xlsxwriter.utility.xl_col_to_name(sets[one.codes.key])
        options |= {
            "validate": "list",
            "source": f"={CODES}!${at}$2:${at}${len(one.codes.codes) + 1}",
            "error_type": "warning",  # a code, an alias or an allowed free value is read as well
            "error_title": "不在代码表中",
            "error_message": "所填内容不在下拉列表中。确认填写代码或其他允许的写法时，可以保留。",
        }
    sheet.data_validation(1, column, PREPARED_ROWS, column, options)


def _guide(book: xlsxwriter.Workbook, resource: Resource, fields: list[Explained]) -> None:
    """Each field in words. No cell is a name alone, so that this sheet is never taken for data."""
    sheet = book.add_worksheet(GUIDE)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#E3EEEF"})
    for column, width in enumerate((36, 14, 40, 22, 40, 40, 30)):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, f"{resource.title.zh}：填写说明", bold)
    sheet.write_string(
        1, 0, "在“数据”表中从第 2 行起每行填一条，不改动表头。带 * 的列必填。其余各表只作说明，不会被读取。"
    )
    for row, basis in enumerate(resource.basis, start=2):
        sheet.write_string(row, 0, f"依据：《{basis.title.strip('《》')}》{basis.article or ''}")
    top = 3 + len(resource.basis)
    for column, name in enumerate(_GUIDE_HEADER):
        sheet.write_string(top, column, name, head)
    for row, one in enumerate(fields, start=top + 1):
        cells = (
            f"{xlsxwriter.utility.xl_col_to_name(row - top - 1)} 列 {one.field.title.zh}", one.need.zh,
            "类型：" + "；".join(words.zh for words in (one.type, *one.limits)), one.example,
            "\n".join(rule.zh for rule in one.rules), one.field.note or "", f"en: {one.field.title.en}",
        )  # fmt: skip
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell, wrap)


def _code_sets(book: xlsxwriter.Workbook, sets: list[CodeSet]) -> None:
    """Each code set in a column, its name at the top; drop-downs point here."""
    if not sets:
        return
    sheet = book.add_worksheet(CODES)
    head: Format = book.add_format({"bold": True, "bg_color": "#E3EEEF", "text_wrap": True})
    for column, codes in enumerate(sets):
        sheet.set_column(column, column, 26)
        sheet.write_string(0, column, f"代码表：{codes.title.zh}（{codes.edition}）", head)
        for row, code in enumerate(codes.codes, start=1):
            sheet.write_string(row, column, code.title.zh)
    sheet.freeze_panes(1, 0)
