"""Rows that are in no bucket, and rows that nobody sees, are told wherever a receipt is shown."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from pytest_django import Settings
from rich.console import Console

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.intake import drop_scan, receipts
from quanxin.intake.api.shapes import ReceiptOut
from quanxin.intake.cli.batches import _show_receipt
from quanxin.intake.errors import IntakeError
from quanxin.intake.notes import notes
from quanxin.intake.pipeline import intake
from quanxin.intake.submissions import SUBMISSIONS
from quanxin.work import engine
from tests.city import penalty, write
from tests.desk.people import signed_in

PENALTY = "administrative-penalty"
TOLD = [
    "工作表“二月”中没有本资源的表头，有 2 行没有读取",
    "工作表“一月”中隐藏或筛选掉的 1 行也读取了",
    "工作表“一月”中隐藏的 2 列也读取了",
    "隐藏的工作表“三月”也读取了，有 1 行",
]


def workbook(folder: Path, out: Path) -> None:
    """Three sheets: one with a hidden row and two hidden columns; one without a header; a hidden
    one. None of the rows' subjects is known."""
    with write(folder, PENALTY, [penalty(0, "一号"), penalty(1, "二号")]).open(encoding="utf-8") as file:
        header, first, second = csv.reader(file)
    book = openpyxl.Workbook()
    january = book.worksheets[0]
    january.title = "一月"
    february, march = book.create_sheet("二月"), book.create_sheet("三月")
    for sheet, rows in ((january, [header, first, second]), (february, [first, second]), (march, [header, second])):
        for row in rows:
            sheet.append(row)
    january.row_dimensions[3].hidden = True
    january.column_dimensions["C"].hidden = True
    january.column_dimensions["D"].hidden = True
    january.column_dimensions["ZZ"].hidden = True  # nothing stands there
    march.sheet_state = "hidden"
    book.save(out)


@pytest.fixture
def answered(tmp_path: Path, settings: Settings) -> Path:
    """The folder of the answers to that workbook, which was dropped."""
    settings.DROP_DIR = tmp_path / "drop"
    settings.DROP_QUIET_SECONDS = 0
    folder = tmp_path / "drop" / "market-regulation" / PENALTY
    folder.mkdir(parents=True)
    workbook(tmp_path, folder / "处罚.xlsx")
    drop_scan.scan()
    for submission in drop_scan.waiting():
        engine.perform(SUBMISSIONS, submission)
    assert drop_scan.scan().taken
    return tmp_path / "drop" / "results" / "market-regulation" / PENALTY


@pytest.mark.django_db
def test_what_was_not_read_and_what_nobody_sees_is_told_everywhere(answered: Path) -> None:
    told: dict[str, Any] = json.loads((answered / "处罚.xlsx.receipt.json").read_text(encoding="utf-8"))
    assert (told["received"], told["unlinked"]) == (3, 2)  # the third says the same as the second
    assert_told("".join(note["zh"] for note in told["notes"]), "receipt of the drop folder")
    assert "2 rows of it were not read" in told["notes"][0]["en"]
    batch = told["batch"]
    assert receipts.receipt_of(batch).to_json()["notes"] == told["notes"]
    assert ReceiptOut.model_validate(told).notes
    book = openpyxl.load_workbook(answered / "处罚.xlsx.receipt.xlsx")
    assert_told("".join(str(cell.value) for row in book["说明"].iter_rows() for cell in row), "annotated workbook")
    terminal = StringIO()
    Console(width=400, file=terminal).print(_show_receipt(told))
    assert_told(terminal.getvalue(), "terminal")
    clerk: Client = signed_in(Role.INTAKE, provider="market-regulation", name="clerk")
    assert_told(clerk.get(f"/desk/batches/{batch}").content.decode(), "page")


def assert_told(text: str, where: str) -> None:
    assert [words for words in TOLD if words not in text] == [], where


@pytest.mark.parametrize("reading", [{"format": "replay", "columns": []}, {"skipped": ["图"], "skipped_rows": [0]}])
def test_there_is_nothing_to_note_where_every_row_is_in_a_bucket(reading: Mapping[str, Any]) -> None:
    assert notes(reading) == []


@pytest.mark.django_db
def test_what_was_not_read_is_not_taken_for_what_is_gone(tmp_path: Path) -> None:
    workbook(tmp_path, tmp_path / "处罚.xlsx")
    with pytest.raises(IntakeError) as told:
        intake(tmp_path / "处罚.xlsx", resource=PENALTY, provider="market-regulation", actor=operator(), mode="replace")
    assert told.value.code == "replace-sheet-unread"
    assert "二月" in told.value.zh
    assert "2" in told.value.zh


def test_the_sheets_of_our_own_template_are_no_rows_that_were_left_out() -> None:
    assert notes({"skipped": ["填写说明", "代码表"], "skipped_rows": [30, 40]}) == []
