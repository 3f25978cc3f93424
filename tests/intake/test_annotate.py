"""The annotated workbook: every row, every finding, and ready to be handed in again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from quanxin.intake import annotate as annotating
from quanxin.intake.annotate import Finding, RowOutcome, annotate
from quanxin.intake.errors import IntakeError
from tests.intake.example import Bench

HEADERS = ["企业名称", "code", "备注"]
COLUMNS = ["subject_name", "uscc", "remark"]
RECEIPT: dict[str, Any] = {
    "batch": "20260401-000001", "resource": "penalty", "file": "一月.csv", "received": 3, "accepted": 1, "updated": 0,
    "duplicate": 0, "quarantined": 1, "unlinked": 1, "codes": {"uscc-check-digit": 1, "text-control-characters": 1},
}  # fmt: skip
ROWS = [
    RowOutcome(1, "第 2 行", "accepted", ["=1+1", "9137", None], []),
    RowOutcome(
        3, "第 4 行", "quarantined", ["乙", "9138", "换\n行"],
        [
            Finding("text-control-characters", "warning", "remark", "换\n行", "备注中有换行"),
            Finding("uscc-check-digit", "error", "uscc", "9138", "统一社会信用代码校验位应为 5"),
            Finding("no-subject-identifier", "error", None, None, "没有可以识别主体的代码"),
        ],
    ),
    RowOutcome(4, "第 5 行", "unlinked", [None, "9139", None], []),
]  # fmt: skip


def test_every_row_says_what_became_of_it_and_the_cells_are_marked(tmp_path: Path) -> None:
    out = tmp_path / "回执.xlsx"
    annotate(out, headers=HEADERS, columns=COLUMNS, rows=ROWS, receipt=RECEIPT)
    sheet = openpyxl.load_workbook(out)["数据"]
    assert [[c.value for c in row] for row in sheet.iter_rows()] == [
        ["处理结果", "问题说明", "文件位置", *HEADERS],
        ["已接收", None, "第 2 行", "=1+1", "9137", None],
        [
            "待更正",
            "备注中有换行\n统一社会信用代码校验位应为 5\n没有可以识别主体的代码",
            "第 4 行",
            "乙",
            "9138",
            "换\n行",
        ],
        ["待关联", None, "第 5 行", None, "9139", None],
    ]
    assert sheet["D2"].data_type == "s"
    assert (sheet["E3"].fill.fgColor.rgb, sheet["F3"].fill.fgColor.rgb) == ("FFF8CBAD", "FFFFE699")
    assert sheet["D3"].fill.fill_type is None
    assert "校验位" in sheet["E3"].comment.text
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("D2", "A1:F4")
    assert list(tmp_path.iterdir()) == [out]


def test_the_sheet_of_explanations_counts_and_explains(tmp_path: Path) -> None:
    annotate(tmp_path / "a.xlsx", headers=HEADERS, columns=COLUMNS, rows=ROWS, receipt=RECEIPT)
    lines = {row[0].value: row for row in openpyxl.load_workbook(tmp_path / "a.xlsx")["说明"].iter_rows()}
    assert [lines[name][1].value for name in ("收到行数", "已接收", "待更正", "待关联", "重复")] == [3, 1, 1, 1, 0]
    assert [c.value for c in lines["uscc-check-digit"]] == ["uscc-check-digit", 1, "统一社会信用代码校验位应为 5"]


def test_the_workbook_can_be_handed_in_again(bench: Bench) -> None:
    out = bench.folder / "a.xlsx"
    annotate(out, headers=HEADERS, columns=COLUMNS, rows=ROWS, receipt=RECEIPT)
    reading = bench.read(out)
    assert bench.rows(*COLUMNS) == [("=1+1", "9137", None), ("乙", "9138", "换\n行"), (None, "9139", None)]
    assert (reading.sheets, reading.skipped) == (("数据",), ("说明",))


def test_rows_beyond_a_sheet_go_on_in_the_next(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotating, "SHEET_ROWS", 2)
    rows = [RowOutcome(n, f"第 {n} 行", "accepted", [f"名{n}", str(n), None], []) for n in range(1, 6)]
    out = bench.folder / "a.xlsx"
    annotate(out, headers=HEADERS, columns=COLUMNS, rows=rows, receipt=RECEIPT)
    assert bench.read(out).sheets == ("数据", "数据 2", "数据 3")
    assert bench.rows("uscc") == [(str(n),) for n in range(1, 6)]


def test_a_text_that_no_cell_can_hold_is_cut_and_says_so(tmp_path: Path) -> None:
    row = RowOutcome(1, "第 2 行", "accepted", ["长" * 40_000, "\x01_x0041_", None], [])
    annotate(tmp_path / "a.xlsx", headers=HEADERS, columns=COLUMNS, rows=[row], receipt=RECEIPT)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["数据"]
    value = str(sheet["D2"].value)
    assert len(value) == annotating.CELL_CHARACTERS
    assert value.endswith("此处截断）")


def test_a_failure_leaves_no_half_workbook(tmp_path: Path) -> None:
    wrong = RowOutcome(1, "第 2 行", "accepted", ["甲"], [])
    with pytest.raises(ValueError, match="shorter"):
        annotate(tmp_path / "a.xlsx", headers=HEADERS, columns=COLUMNS, rows=[wrong], receipt=RECEIPT)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(IntakeError) as refused:
        annotate(tmp_path / "none" / "a.xlsx", headers=HEADERS, columns=COLUMNS, rows=ROWS, receipt=RECEIPT)
    assert refused.value.code == "file-missing"
