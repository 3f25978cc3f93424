"""Terms of clocks: when they lapse and warn over holidays and the days worked instead, extended, settled, provisional."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanxin.calendar import (
    ZONE,
    FixedHoliday,
    OfficeHours,
    Override,
    WorkingCalendar,
    extend,
    load,
    remaining,
    settle,
    term,
)

HOURS = OfficeHours(dt.time(9), dt.time(17), "b")
CALENDAR = WorkingCalendar(fixed_holidays=[FixedHoliday(1, 1, "b")], hours=HOURS)
WARN = (Decimal(1), Decimal("0.5"))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("started", "days", "due", "warnings"),
    [
        # 2025: 1–8 October off, Sunday 28 September and Saturday 11 October worked
        ("2025-09-26T15:00", 1, "2025-09-28T17:00", ["2025-09-28T09:00", "2025-09-28T13:00"]),
        ("2025-09-30T16:59", 1, "2025-10-09T17:00", ["2025-10-09T09:00", "2025-10-09T13:00"]),
        ("2025-09-30T10:00", 3, "2025-10-11T17:00", ["2025-10-11T09:00", "2025-10-11T13:00"]),
        ("2025-09-26T10:00", 10, "2025-10-16T17:00", ["2025-10-16T09:00", "2025-10-16T13:00"]),
        ("2025-10-03T10:00", 1, "2025-10-09T17:00", ["2025-10-09T09:00", "2025-10-09T13:00"]),  # on a holiday
        ("2025-09-26T23:30", 3, "2025-09-30T17:00", ["2025-09-30T09:00", "2025-09-30T13:00"]),  # after closing
        ("2025-09-30T12:00", 0, "2025-09-30T17:00", ["2025-09-30T13:00"]),  # one day before would be before its start
    ],
)
def test_a_term_runs_over_holidays_and_the_days_worked_instead(
    started: str, days: int, due: str, warnings: list[str]
) -> None:
    found = term(CALENDAR, at(started), working_days=days, warn=WARN)
    assert found.due == at(due)
    assert found.warnings == tuple(map(at, warnings))
    assert not found.provisional


def test_warnings_go_back_over_the_days_off() -> None:
    found = term(CALENDAR, at("2025-09-26T10:00"), working_days=4, warn=(Decimal(2), Decimal("1.5"), Decimal("2.25")))
    assert found.due == at("2025-10-09T17:00")
    # two days before the end of Thursday 9 October is the opening of Tuesday 30 September
    assert found.warnings == tuple(map(at, ("2025-09-29T15:00", "2025-09-30T09:00", "2025-09-30T13:00")))


def test_a_moment_counts_by_the_day_that_it_is_in_china() -> None:
    utc = dt.datetime(2025, 9, 29, 16, 30, tzinfo=dt.UTC)  # half past midnight of the 30th
    assert term(CALENDAR, utc, working_days=1).due == at("2025-10-09T17:00")
    with pytest.raises(ValueError, match="zone"):
        term(CALENDAR, dt.datetime(2025, 9, 29, 16, 30), working_days=1)


@pytest.mark.parametrize(
    ("started", "months", "due"),
    [
        ("2025-07-31T10:00", 1, "2025-09-01T17:00"),  # 31 August is a Sunday
        ("2025-08-31T10:00", 3, "2025-12-01T17:00"),  # clamped to 30 November, a Sunday
        ("2025-09-01T10:00", 1, "2025-10-09T17:00"),  # in the holidays
        ("2025-08-28T10:00", 1, "2025-09-28T17:00"),  # a Sunday that is worked
    ],
)
def test_a_term_of_months_lapses_on_a_working_day(started: str, months: int, due: str) -> None:
    assert term(CALENDAR, at(started), months=months).due == at(due)


def test_a_term_is_said_once_and_is_not_negative() -> None:
    for said in ({}, {"working_days": 1, "months": 1}, {"months": -1}, {"working_days": 1, "extension": -1}):
        with pytest.raises(ValueError, match="term"):
            term(CALENDAR, at("2025-09-26T10:00"), **said)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="working days"):
        term(CALENDAR, at("2025-09-26T10:00"), working_days=-1)


def test_an_extended_term_counts_on_from_its_end_and_warns_anew() -> None:
    given_ = term(CALENDAR, at("2025-09-15T10:00"), working_days=10, warn=WARN)
    assert given_.due == at("2025-09-28T17:00")
    found = extend(CALENDAR, given_, 10)
    assert (found.due, found.warnings[0], found.extension) == (at("2025-10-17T17:00"), at("2025-10-17T09:00"), 10)
    assert extend(CALENDAR, found, 1).extension == 11


def test_a_term_into_a_year_not_announced_makes_nobody_late_until_it_is_settled() -> None:
    found = term(CALENDAR, at("2026-12-28T10:00"), working_days=10, warn=WARN)
    assert found.provisional
    assert (found.late(found.due), found.late(found.due + dt.timedelta(seconds=1))) == (False, None)
    announced = WorkingCalendar(
        overrides=[Override(dt.date(2027, 1, 4), False, "n")], announced={2027: "n"}, hours=HOURS
    )
    settled = settle(announced, found)
    assert not settled.provisional
    assert settled.due == term(announced, found.started, working_days=10).due
    assert settled.late(settled.due + dt.timedelta(seconds=1)) is True
    assert settle(WorkingCalendar(hours=HOURS), settled) is settled


@pytest.mark.parametrize(
    ("moment", "hours"),
    [
        ("2025-09-26T15:00", 2 + 8 + 8 + 8),
        ("2025-09-27T12:00", 8 + 8 + 8),  # a Saturday off
        ("2025-09-28T08:00", 8 + 8 + 8),  # before opening on a Sunday that is worked
        ("2025-09-30T13:00", 4),
        ("2025-09-30T17:00", 0),
        ("2025-10-05T12:00", 0),  # nothing is lost over the holidays
        ("2025-10-09T11:00", -2),
        ("2025-10-10T09:30", -8.5),
    ],
)
def test_what_remains_is_office_time(moment: str, hours: float) -> None:
    found = term(CALENDAR, at("2025-09-26T10:00"), working_days=3)
    assert found.due == at("2025-09-30T17:00")
    assert remaining(CALENDAR, found, at(moment)) == dt.timedelta(hours=hours)


starts = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2025, 6, 30)).map(lambda m: m.replace(tzinfo=ZONE))
parts = st.lists(st.integers(1, 40).map(lambda n: Decimal(n) / 4), max_size=4)


@given(starts, st.integers(1, 60), parts, st.integers(0, 20))
def test_a_term_keeps_the_laws_of_its_arithmetic(
    started: dt.datetime, days: int, warn: list[Decimal], extension: int
) -> None:
    found = term(CALENDAR, started, working_days=days, warn=warn, extension=extension)
    assert CALENDAR.working_days_between(started.date(), found.due.date()).days == days + extension
    assert CALENDAR.is_working_day(found.due.date()).working
    assert found.due.time() == HOURS.closes
    assert list(found.warnings) == sorted(set(found.warnings))
    for moment in found.warnings:
        assert started < moment < found.due
        assert remaining(CALENDAR, found, moment) in {
            HOURS.length * d.as_integer_ratio()[0] / d.as_integer_ratio()[1] for d in warn
        }
    # a warning is left out only where the whole term is no longer than it
    assert all(d >= days + extension for d in warn) or found.warnings
    assert remaining(CALENDAR, found, found.due) == dt.timedelta(0)
    assert not found.late(found.due)
    assert found == extend(CALENDAR, term(CALENDAR, started, working_days=days, warn=warn), extension)


def test_without_office_hours_a_working_day_is_the_whole_day() -> None:
    found = term(WorkingCalendar(), at("2025-09-26T10:00"), working_days=1, warn=WARN)
    assert found.due == at("2025-09-28T23:59:59.999999")
    assert found.warnings[0] == at("2025-09-28T00:00")


def test_office_hours_stand_in_the_file_and_open_before_they_close(tmp_path: Path) -> None:
    path = tmp_path / "calendar.yaml"
    path.write_text("office_hours: {opens: '08:30', closes: '17:30', basis: {title: 某办法}}", encoding="utf-8")
    assert load(path).hours == OfficeHours(dt.time(8, 30), dt.time(17, 30), "某办法")
    path.write_text("office_hours: {opens: '17:30', closes: '08:30', basis: {title: 某办法}}", encoding="utf-8")
    with pytest.raises(ValueError, match="opens before"):
        load(path)


def test_a_working_day_before_another_is_within_the_calendar() -> None:
    assert CALENDAR.working_day_before(dt.date(2025, 10, 9), 1) == dt.date(2025, 9, 30)
    assert CALENDAR.working_day_before(dt.date(2025, 10, 5), 0) == dt.date(2025, 10, 5)
    for day, count in ((dt.date(1900, 1, 1), 1), (dt.date(2025, 10, 9), -1)):
        with pytest.raises(ValueError, match="outside"):
            CALENDAR.working_day_before(day, count)
