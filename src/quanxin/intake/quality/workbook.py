"""The bulletin as a workbook.

Invariant: counts are numbers and rates are percentages that a table program can reckon with; nothing is a formula.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from quanxin.intake.quality.present import Presented

_SHEET_NAME = 31


def write_workbook(shown: Presented) -> bytes:
    """A sheet for each table, and one with the notes."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    title, head = (
        book.add_format({"bold": True, "font_size": 14}),
        book.add_format({"bold": True, "bg_color": "#E3EEEF"}),
    )
    number, rate = book.add_format({"num_format": "#,##0"}), book.add_format({"num_format": "0.00%"})
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    for table in shown.tables:
        sheet = book.add_worksheet(table.title[:_SHEET_NAME])
        sheet.write_string(0, 0, shown.title, title)
        sheet.write_string(1, 0, shown.known, text)
        sheet.freeze_panes(3, 1)
        sheet.set_column(0, 1, 24)
        for column, name in enumerate(table.header):
            sheet.write_string(2, column, name, head)
        for row, cells in enumerate(table.rows, start=3):
            for column, cell in enumerate(cells):
                match cell:
                    case int():
                        sheet.write_number(row, column, cell, number)
                    case Decimal():
                        sheet.write_number(row, column, float(cell / 100), rate)
                    case dt.date():
                        sheet.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), day)
                    case str():
                        sheet.write_string(row, column, cell, text)
        if not table.rows:
            sheet.write_string(3, 0, table.empty)
    notes = book.add_worksheet("说明")
    for row, note in enumerate((shown.title, shown.known, *shown.notes)):
        notes.write_string(row, 0, note, text)
    book.close()
    return out.getvalue()
