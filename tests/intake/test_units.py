"""Numbers whose unit, digits or errors depend on where they stand."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from quanxin import engine
from quanxin.calendar import today
from quanxin.intake.reading import read, units
from quanxin.runtime.pack import current_pack
from tests.intake.example import Bench

REGISTER, PENALTY = "enterprise-registration", "administrative-penalty"
Verdict = tuple[str, str | None, set[str]]


def verdicts(bench: Bench, path: Path, resource: str, key: str) -> list[Verdict]:
    """Of each row of a file what was read for a field, what it became, and the errors told of that field."""
    rules = current_pack().on(today())
    reading = read(bench.con, path, rules.resources[resource], workdir=bench.workdir)
    engine.check(bench.con, engine.compile(rules.resources[resource], rules, columns=reading.columns), "source")
    rows = bench.con.execute(
        f"SELECT s.{key}, CAST(c.{key} AS VARCHAR), (SELECT list(code) FROM issues i WHERE i.row_no = c.row_no "
        f"AND i.field = '{key}' AND severity = 'error') FROM checked c JOIN source s USING (row_no) ORDER BY c.row_no"
    ).fetchall()
    return [(text, value, set(codes or ())) for text, value, codes in rows]


def table(folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]], *, above: str = "") -> Path:
    path = folder / "rows.csv"
    lines = [above] if above else []
    path.write_text("\n".join([*lines, ",".join(header), *(",".join(f'"{c}"' for c in row) for row in rows)]), "utf-8")
    return path


@pytest.mark.parametrize(
    "header",
    [
        "注册资本（万元）",
        "注册资本(万元)",
        "注册资本 单位：万元",
        "注册资本（单位：万元）",
        "注册资本【万元】",
        "注册资本万元",
    ],
)
def test_the_unit_of_the_header_is_the_unit_of_its_bare_numbers(bench: Bench, header: str) -> None:
    rows = [["甲公司", "500"], ["乙公司", "1,286.5"], ["丙公司", "5000元"], ["丁公司", "1,5"], ["戊公司", "３００"]]
    found = verdicts(bench, table(bench.folder, ["企业名称", header], rows), REGISTER, "capital")
    assert [value for _, value, _ in found] == [
        "{'amount': 500.000000, 'currency': CNY}", "{'amount': 1286.500000, 'currency': CNY}",
        "{'amount': 0.500000, 'currency': CNY}", None, "{'amount': 300.000000, 'currency': CNY}",
    ]  # fmt: skip
    assert found[3][2] == {"capital-unreadable"}


def test_a_header_in_yuan_is_not_read_as_ten_thousands(bench: Bench) -> None:
    path = table(bench.folder, ["行政相对人名称", "罚款金额（元）"], [["甲", "5000"], ["乙", "1.5万元"], ["丙", "$3"]])
    found = verdicts(bench, path, PENALTY, "fine")
    assert [(value, codes) for _, value, codes in found] == [
        ("0.500000", set()),
        ("1.500000", set()),
        (None, {"money-foreign"}),
    ]
    assert found[0][0] == "5000元"


def test_a_unit_above_the_table_counts_where_the_header_states_none(bench: Bench) -> None:
    path = table(bench.folder, ["行政相对人名称", "罚款金额"], [["甲", "5000"]], above="处罚统计表,单位：元")
    assert verdicts(bench, path, PENALTY, "fine")[0][1] == "0.500000"


def test_a_bare_number_without_any_unit_is_held_or_has_the_catalogues(bench: Bench) -> None:
    path = table(
        bench.folder, ["企业名称", "注册资本"], [["甲", "500"], ["乙", "500()"], ["丙", "#N/A"], ["丁", "＃ＲＥＦ！"]]
    )
    told = [codes for _, _, codes in verdicts(bench, path, REGISTER, "capital")]
    assert told == [{"unit-missing"}, {"unit-missing"}, {"cell-error"}, {"cell-error"}]
    path = table(bench.folder, ["行政相对人名称", "罚款金额"], [["甲", "0.5"]])
    assert verdicts(bench, path, PENALTY, "fine") == [("0.5", "0.500000", set())]


def test_what_no_engine_carries_is_held(bench: Bench) -> None:
    sums = ["9999999999.999999", "10000000000", "100000000000", "12345678901234567890", "1000000亿元", "100000000亿元"]
    path = table(bench.folder, ["行政相对人名称", "罚款金额"], [["甲", text] for text in sums])
    told = [
        codes & {"number-out-of-range", "money-unreadable"} for _, _, codes in verdicts(bench, path, PENALTY, "fine")
    ]
    beyond = {"number-out-of-range"}
    assert told == [set(), beyond, beyond, beyond, beyond, {"money-unreadable"}]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_numbers_of_machines_are_read_exactly_or_held(bench: Bench, form: str) -> None:
    sums = [1e-05, 1e20, 0.1, float("nan"), float("inf")]
    found = verdicts(bench, machine(bench.folder, form, {"罚款金额": sums}), PENALTY, "fine")
    assert [(value, codes - {"check-failed"}) for _, value, codes in found] == [
        ("0.000010", set()), (None, {"number-out-of-range"}), ("0.100000", set()), (None, {"cell-error"}),
        (None, {"cell-error"}),
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_code_that_is_a_number_has_lost_digits(bench: Bench, form: str) -> None:
    path = machine(bench.folder, form, {"工商注册号": [913701021465186000, 370102146518600], "罚款金额": [1, 2]})
    found = verdicts(bench, path, PENALTY, "registration_number")
    assert [codes for _, _, codes in found] == [{"digits-lost"}, set()]
    assert [text for text, _, _ in found] == ["9.13701021465186000E+17", "370102146518600"] or form == "jsonl"


def test_a_moment_is_the_citys_day_in_every_format(bench: Bench) -> None:
    written = [
        "2025-03-01T23:30:00Z",
        "2025-03-02T07:30:00+08:00",
        "2025-03-01T23:30:00.000+0000",
        "2025-03-01T23:30:00",
    ]
    days = ["2025-03-02", "2025-03-02", "2025-03-02", "2025-03-01"]
    for form in ("jsonl", "parquet"):
        path = machine(bench.folder, form, {"处罚决定日期": written})
        assert [value for _, value, _ in verdicts(bench, path, PENALTY, "decision_date")] == days
    path = table(bench.folder, ["行政相对人名称", "处罚决定日期"], [["甲", text] for text in written])
    assert [value for _, value, _ in verdicts(bench, path, PENALTY, "decision_date")] == days


def machine(folder: Path, form: str, columns: Mapping[str, Sequence[object]]) -> Path:
    """A file of columns as a machine writes it, each row with a name."""
    count = len(next(iter(columns.values())))
    whole: dict[str, Sequence[object]] = {"行政相对人名称": [f"样例{n}" for n in range(count)], **columns}
    path = folder / f"rows.{form}"
    if form == "parquet":
        pq.write_table(pa.table({name: list(values) for name, values in whole.items()}), path)
    else:
        rows = (dict(zip(whole, row, strict=True)) for row in zip(*whole.values(), strict=True))
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ('0"万元"', "万元"),
        ('#,##0.00"万元"', "万元"),
        (r"#,##0\万\元", "万元"),
        ("0.00万元", "万元"),
        ('[$-804]0"元"', "元"),
        ("General", None),
        ("#,##0.00", None),
        ('yyyy"年"m"月"', None),
        ('0"天"', None),
    ],
)
def test_a_number_format_may_write_a_unit(code: str, unit: str | None) -> None:
    assert units.of_format(code) == unit


def test_a_workbooks_formats_and_digits_say_what_its_numbers_are(bench: Bench) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["企业名称", "注册资本", "成立日期", "工商注册号"])
    rows: list[tuple[object, str, object, str, object]] = [
        (500, '#,##0.00"万元"', dt.date(2015, 11, 1), "yyyy-mm-dd", "370102146518600"),
        (5_000_000, '0"元"', dt.date(2015, 11, 1), 'yyyy"年"m"月"', 370102146518600),
        (500, "General", 2015.11, "General", 913701021465186000),
        (0.1 + 0.2, '0.0"亿元"', 42328, "General", "#N/A"),
    ]
    for n, (capital, money, day, date, number) in enumerate(rows, 2):
        sheet.append([f"样例{n}", capital, day, number])
        sheet.cell(n, 2).number_format, sheet.cell(n, 3).number_format = money, date
    path = bench.folder / "rows.xlsx"
    book.save(path)
    found = [verdicts(bench, path, REGISTER, key) for key in ("capital", "established", "registration_number")]
    assert [value and value[11:].partition(",")[0] for _, value, _ in found[0]] == [
        "500.000000",
        "500.000000",
        None,
        "3000.000000",
    ]
    assert [codes for _, _, codes in found[0]] == [set(), set(), {"unit-missing"}, set()]
    assert [value for _, value, _ in found[1]] == ["2015-11-01", None, None, "2015-11-20"]
    assert [codes for _, _, codes in found[1]] == [set(), {"date-incomplete"}, {"date-incomplete"}, set()]
    assert [codes for _, _, codes in found[2]] == [set(), set(), {"digits-lost"}, {"cell-error"}]
