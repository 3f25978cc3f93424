"""The clock, calendar months, working days with 调休, and deadlines that are not settled yet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from chinese_calendar import is_workday
from hypothesis import given
from hypothesis import strategies as st

from quanxin.calendar import (
    ZONE,
    FixedHoliday,
    Override,
    WorkingCalendar,
    add_months,
    day_of,
    load,
    local,
    now,
    today,
    travel,
)
from quanxin.calendar import sql as calendar_sql

CALENDAR = WorkingCalendar(fixed_holidays=[FixedHoliday(1, 1, "b"), FixedHoliday(5, 1, "b"), FixedHoliday(10, 1, "b")])


def test_the_clock_is_of_china_and_can_be_set() -> None:
    assert now().tzinfo is ZONE
    with travel(dt.date(2025, 1, 31)):
        assert today() == dt.date(2025, 1, 31)
    with pytest.raises(ValueError, match="zone"), travel(dt.datetime(2025, 1, 1)):
        pass


def test_the_day_of_a_moment_is_china_s_however_the_moment_is_written() -> None:
    morning = dt.datetime(2026, 4, 1, 7, tzinfo=ZONE)
    for written in (morning, morning.astimezone(dt.UTC), morning.astimezone(dt.timezone(dt.timedelta(hours=-9)))):
        assert day_of(written) == dt.date(2026, 4, 1)
        assert local(written).isoformat() == "2026-04-01T07:00:00+08:00"
    assert day_of(dt.datetime(2026, 3, 31, 15, 59, tzinfo=dt.UTC)) == dt.date(2026, 3, 31)
    for ask in (day_of, local):
        with pytest.raises(ValueError, match="zone"):
            ask(dt.datetime(2026, 4, 1, 7))


def test_months_clamp_at_their_ends() -> None:
    assert add_months(dt.date(2025, 8, 31), 3) == dt.date(2025, 11, 30)
    assert add_months(dt.date(2024, 2, 29), 12) == dt.date(2025, 2, 28)
    assert add_months(dt.date(2025, 1, 31), -2) == dt.date(2024, 11, 30)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)), st.integers(-120, 120))
def test_months_are_the_same_in_sql(day: dt.date, months: int) -> None:
    found = duckdb.execute(f"SELECT {calendar_sql.add_months(f'DATE {day.isoformat()!r}', months)}").fetchall()
    assert found == [(add_months(day, months),)]


@given(st.dates(dt.date(2019, 1, 1), dt.date(2026, 12, 31)))
def test_announced_days_are_as_announced(day: dt.date) -> None:
    found = CALENDAR.is_working_day(day)
    assert found.working == is_workday(day)
    assert not found.provisional


def test_a_term_runs_over_the_holidays_and_the_days_worked_instead() -> None:
    # 2025: 1–8 October off, Sunday 28 September and Saturday 11 October worked
    assert CALENDAR.add_working_days(dt.date(2025, 9, 26), 7).date == dt.date(2025, 10, 13)
    assert CALENDAR.working_days_between(dt.date(2025, 9, 26), dt.date(2025, 10, 13)).days == 7
    assert CALENDAR.add_working_days(dt.date(2025, 9, 26), 0).date == dt.date(2025, 9, 26)


def test_a_term_into_a_year_not_announced_is_provisional_until_it_is() -> None:
    found = CALENDAR.add_working_days(dt.date(2026, 12, 28), 10)
    assert found.provisional
    assert found.date == dt.date(2027, 1, 12)
    announced = WorkingCalendar(
        fixed_holidays=[FixedHoliday(1, 1, "b")],
        overrides=[Override(dt.date(2027, 1, 1), False, "n"), Override(dt.date(2027, 1, 4), False, "n")],
        announced={2027: "国办发明电"},
    )
    settled = announced.settle(found)
    assert (settled.date, settled.provisional) == (dt.date(2027, 1, 13), False)
    assert announced.settle(settled) == settled


def test_nobody_is_late_by_a_provisional_calendar() -> None:
    assert CALENDAR.lateness(dt.date(2026, 12, 20), dt.date(2027, 2, 20), 7).late is None
    assert CALENDAR.lateness(dt.date(2025, 3, 3), dt.date(2025, 3, 12), 7).late is False
    assert CALENDAR.lateness(dt.date(2025, 3, 3), dt.date(2025, 3, 13), 7).late is True


def test_what_lies_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working_days(dt.date(2025, 1, 1), -1)
    with pytest.raises(ValueError, match="outside"):
        CALENDAR.is_working_day(dt.date(1850, 1, 1))


def test_a_calendar_is_read_from_a_file_with_its_bases(tmp_path: Path) -> None:
    path = tmp_path / "calendar.yaml"
    path.write_text(
        "fixed_holidays:\n"
        "  - {title: {zh: 元旦, en: New Year}, days: [01-01], in_force: {}, basis: {title: 全国年节及纪念日放假办法}}\n"
        "announced: [{year: 2027, basis: {title: 国务院办公厅通知}}]\n"
        "overrides: [{date: 2027-01-02, is_workday: true, basis: {title: 国务院办公厅通知}}]\n",
        encoding="utf-8",
    )
    made = load(path)
    assert made.is_working_day(dt.date(2027, 1, 2)) == made.is_working_day(dt.date(2027, 1, 4))
    path.write_text("holidays: []\n", encoding="utf-8")
    with pytest.raises(ValueError, match="holidays"):
        load(path)
