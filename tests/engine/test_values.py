"""How a cell is read, in the forms in which departments write it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from quanxin.engine import values
from quanxin.engine.values import value
from quanxin.policy import load
from quanxin.policy.model import FieldDef, FieldType, Text

SETS = load("jinan").on(dt.date(2026, 11, 23)).code_sets


def read(kind: FieldType, text: str, code_set: str | None = None, **more: object) -> object:
    field = FieldDef(key="x", title=Text(zh="某", en="x"), type=kind, **more)  # type: ignore[arg-type]
    query = f"SELECT {value(field, 'x', SETS[code_set] if code_set else None)} FROM (SELECT ? AS x)"
    return duckdb.execute(query, [text]).fetchall()[0][0]


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-05",
        "2024/1/5",
        "2024.1.5",
        "20240105",
        "2024年1月5日",
        "2024年01月05日",
        "2024-01-05 08:30:00",
        "２０２４－０１－０５",
        "二〇二四年一月五日",
        "2024-1-5 0:00",
        "2024/01/05 00:00:00",
    ],
)
def test_a_date_is_read_in_all_its_forms(text: str) -> None:
    assert read(FieldType.DATE, text) == dt.date(2024, 1, 5)


@pytest.mark.parametrize(
    "text", ["2024-02-30", "2025年13月40日", "infinity", "epoch", "today", "91320508137835500N", "202401", "1", "月日"]
)
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert read(FieldType.DATE, text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二三年十二月三十一日", (2023, 12, 31)),
        ("二〇二三年十月二十日", (2023, 10, 20)),
        ("二〇二三年二月十日", (2023, 2, 10)),
    ],
)
def test_a_date_in_chinese_numerals_is_read(text: str, day: tuple[int, int, int]) -> None:
    assert read(FieldType.DATE, text) == dt.date(*day)


def test_long_term_is_one_day_however_it_is_written() -> None:
    for text in ("长期", "2099-12-31", "2099/12/31"):
        assert read(FieldType.DATE, text, long_term=("2099-12-31", "2099/12/31", "长期")) == dt.date(2099, 12, 31)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1,286.5000(万)", "1286.5", "CNY"),
        ("26万元", "26", "CNY"),
        ("500(万美元)", "500", "USD"),
        ("9万人民币元", "9", "CNY"),
        ("9(万元人民币)", "9", "CNY"),
        ("9（万元）", "9", "CNY"),
        ("300000元", "30", "CNY"),
        ("3亿元", "30000", "CNY"),
        ("12(万港元)", "12", "HKD"),
        ("7万新加坡元", "7", "SGD"),
        ("1000万日元", "1000", "JPY"),
    ],
)
def test_capital_is_read_to_the_last_digit(text: str, amount: str, currency: str) -> None:
    assert read(FieldType.CAPITAL, text) == {"amount": Decimal(amount), "currency": currency}


@pytest.mark.parametrize("text", ["万人民币", "约三万", "1.2.3万", "9万龙元", "-5万元"])
def test_what_is_no_capital_is_not_read(text: str) -> None:
    assert read(FieldType.CAPITAL, text) is None


@pytest.mark.parametrize(
    ("text", "wan"),
    [
        ("0.5", "0.5"),
        ("5000元", "0.5"),
        ("1,234.5678", "1234.5678"),
        ("３万元", "3"),
        ("1亿元", "10000"),
        ("￥20", "20"),
        ("0.000001", "0.000001"),
    ],
)
def test_money_is_exact(text: str, wan: str) -> None:
    found = read(FieldType.MONEY_WAN, text)
    assert isinstance(found, Decimal)
    assert found == Decimal(wan)


@pytest.mark.parametrize("text", ["0.0000001", "1e5", "约三万", "3万左右", "NaN", "0x10"])
def test_money_that_would_lose_a_digit_or_is_none_is_not_read(text: str) -> None:
    assert read(FieldType.MONEY_WAN, text) is None


def test_yuan_has_two_decimals() -> None:
    assert read(FieldType.MONEY_YUAN, "12.30") == Decimal("12.30")
    assert read(FieldType.MONEY_YUAN, "1.5万元") == Decimal("15000.00")
    assert read(FieldType.MONEY_YUAN, "0.001") is None


def test_codes_are_read_by_value_title_and_alias() -> None:
    assert read(FieldType.CODE, "01", "licence-kind") == "普通"
    assert read(FieldType.CODE, "其他-备案", "licence-kind") == "其他-备案"
    assert read(FieldType.CODE, "其他-", "licence-kind") is None
    assert read(FieldType.CODE, "没有这个", "licence-kind") is None
    assert read(FieldType.CODES, "罚款；警告、暂扣执照", "penalty-kind") == sorted(["罚款", "警告", "暂扣许可证件"])
    assert read(FieldType.CODES, "罚款;没有这个", "penalty-kind") is None
    assert read(FieldType.DIVISION, "历下", "division-jinan") == "370102"


@pytest.mark.parametrize(
    ("text", "month"), [("2024-01", "2024-01"), ("202401", "2024-01"), ("2024年1月", "2024-01"), ("2024-13", None)]
)
def test_a_month_is_read(text: str, month: str | None) -> None:
    assert read(FieldType.MONTH, text) == month


@pytest.mark.parametrize(("text", "truth"), [("是", True), ("否", False), ("1", True), ("y", True), ("待定", None)])
def test_yes_and_no_are_read(text: str, truth: bool | None) -> None:
    assert read(FieldType.BOOLEAN, text) is truth


def test_whole_numbers_are_whole() -> None:
    assert read(FieldType.INTEGER, "1,200") == 1200
    assert read(FieldType.INTEGER, "12.0") == 12
    assert read(FieldType.INTEGER, "12.5") is None
    assert read(FieldType.YEAR, "2024年") == 2024


def test_no_type_is_a_binary_float() -> None:
    assert not any("DOUBLE" in kind or "FLOAT" in kind for kind in values.TYPES.values())


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def test_a_code_is_known_in_any_width_and_with_blanks() -> None:
    field = FieldDef(key="x", title=Text(zh="某", en="x"), type=FieldType.CODE)
    for key in SETS:
        words = [word for code in SETS[key].codes[:10] for word in (code.value, code.title.zh)]
        query = f"SELECT {value(field, 'x', SETS[key])} FROM (SELECT unnest(?) AS x, unnest(range({len(words)})) AS n) ORDER BY n"
        forms = (words, [full_width(w) for w in words], [f"{w[:1]} {w[1:]}" for w in words])
        plain, wide, spaced = ([row[0] for row in duckdb.execute(query, [form]).fetchall()] for form in forms)
        assert plain == wide == spaced
        assert None not in plain


def test_an_open_kind_is_known_in_any_width_and_keeps_what_follows() -> None:
    assert read(FieldType.CODE, "其他－责令　改正", "penalty-kind") == "其他-责令　改正"
    assert read(FieldType.CODES, "罚款；其他－责令改正", "penalty-kind") == ["其他-责令改正", "罚款"]
    assert read(FieldType.CODE, "其他－", "penalty-kind") is None
    assert read(FieldType.BOOLEAN, "Ｙ") is True
