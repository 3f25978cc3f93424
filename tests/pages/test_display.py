"""How days, amounts and names are written on pages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from quanxin.pages import display
from quanxin.policy.model import FieldDef, FieldType, Text


def field(kind: FieldType) -> FieldDef:
    return FieldDef(key="item", title=Text(zh="项目", en="Item"), type=kind)


def test_a_day_is_written_as_chinese_offices_do() -> None:
    with translation.override("zh-hans"):
        assert display.day(dt.date(2026, 3, 5)) == "2026年3月5日"


def test_a_day_is_written_out_in_english() -> None:
    with translation.override("en"):
        assert display.day(dt.date(2026, 3, 5)) == "5 March 2026"


def test_a_moment_is_shown_in_the_platforms_time_zone() -> None:
    moment = dt.datetime(2026, 3, 4, 16, 5, tzinfo=dt.UTC)
    with translation.override("zh-hans"):
        assert display.moment(moment) == "2026年3月5日 00:05"


def test_a_count_is_grouped_by_thousands() -> None:
    assert display.number(1286500) == "1,286,500"


def test_an_empty_value_is_a_dash_as_in_the_national_report() -> None:
    assert display.field_value(field(FieldType.TEXT), "") == "— —"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FieldType.DATE, "2026年3月5日"),
        (FieldType.MONEY_WAN, "1,286.5 万元"),
        (FieldType.TEXT, "当事人未按规定公示"),
    ],
)
def test_in_chinese_a_value_stays_as_the_archive_shows_it(kind: FieldType, text: str) -> None:
    with translation.override("zh-hans"):
        assert display.field_value(field(kind), text) == text


@pytest.mark.parametrize(
    ("kind", "text", "english"),
    [
        (FieldType.DATE, "2026年3月5日", "5 March 2026"),
        (FieldType.DATE, "长期", "no end date"),
        (FieldType.DATETIME, "2026年3月5日 08:30:00", "5 March 2026 08:30:00"),
        (FieldType.MONTH, "2026年3月", "March 2026"),
        (FieldType.YEAR, "2024年", "2024"),
        (FieldType.MONEY_WAN, "1,286.5 万元", "1,286.5 × 10,000 CNY"),
        (FieldType.MONEY_YUAN, "320 元", "320 CNY"),
        (FieldType.CAPITAL, "26 万人民币", "26 × 10,000 CNY"),
        (FieldType.CAPITAL, "500 万美元", "500 × 10,000 美元"),
        (FieldType.BOOLEAN, "是", "Yes"),
        (FieldType.TEXT, "罚款 2 万元", "罚款 2 万元"),
    ],
)
def test_in_english_days_and_units_are_english_and_a_departments_words_stay(
    kind: FieldType, text: str, english: str
) -> None:
    with translation.override("en"):
        assert display.field_value(field(kind), text) == english


def test_every_type_of_field_has_a_name_in_both_languages() -> None:
    assert set(display.FIELD_TYPES) == set(FieldType)
    with translation.override("en"):
        assert all(str(name).isascii() for name in display.FIELD_TYPES.values())


def test_a_code_is_grouped_for_the_eye_and_copies_whole() -> None:
    shown = display.code_groups("91370100MA3C0K2T4X")
    assert shown == "<span>91</span><span>370100</span><span>MA3C0K2T4</span><span>X</span>"


def test_an_old_registration_number_is_not_broken_into_groups() -> None:
    assert display.code_groups("370100200012345") == "<span>370100200012345</span>"


def test_what_was_searched_for_is_marked_whatever_its_width_or_case() -> None:
    assert display.highlighted("济南ＡＢＣ科技", "abc") == "济南<mark>ＡＢＣ</mark>科技"


def test_a_name_is_escaped_when_it_is_marked() -> None:
    assert display.highlighted("<b>泉</b>畔小馆", "小馆") == "&lt;b&gt;泉&lt;/b&gt;畔<mark>小馆</mark>"


def test_a_name_that_does_not_hold_the_query_is_left_unmarked() -> None:
    assert display.highlighted("济南泉畔小馆", "明湖") == "济南泉畔小馆"


def test_chapters_are_numbered_as_reports_number_them() -> None:
    with translation.override("zh-hans"):
        assert display.chapter_number(9) == "九、"
    with translation.override("en"):
        assert display.chapter_number(9) == "9. "
