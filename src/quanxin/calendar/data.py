"""Reading a calendar from a pack's YAML.

Invariant: no holiday without its basis, and no key that is not understood; the law on holidays stands in the file.

The file has ``fixed_holidays`` (title, days as MM-DD, in_force, basis), ``announced`` (year, basis) for years that
``chinesecalendar`` does not know yet, ``overrides`` (date, is_workday, basis), and ``office_hours`` (opens, closes, basis).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from quanxin.calendar.days import FIRST, LAST, WHOLE_DAY, FixedHoliday, OfficeHours, Override, WorkingCalendar


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Basis(_Part):
    title: str
    article: str | None = None
    reference: str | None = None

    @property
    def text(self) -> str:
        return " ".join(part for part in (self.title, self.article, self.reference) if part)


class _Title(_Part):
    zh: str
    en: str


class _InForce(_Part):
    from_: dt.date = Field(alias="from", default=FIRST)
    until: dt.date = LAST


class _Fixed(_Part):
    title: _Title
    days: tuple[str, ...]
    in_force: _InForce
    basis: _Basis


class _Announced(_Part):
    year: int
    basis: _Basis


class _Override(_Part):
    date: dt.date
    is_workday: bool
    basis: _Basis


class _Hours(_Part):
    opens: dt.time
    closes: dt.time
    basis: _Basis

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("an office opens before it closes")
        return self


class _File(_Part):
    fixed_holidays: tuple[_Fixed, ...] = ()
    announced: tuple[_Announced, ...] = ()
    overrides: tuple[_Override, ...] = ()
    office_hours: _Hours | None = None


def load(path: Path) -> WorkingCalendar:
    """The calendar that a file describes. Raises pydantic's ValidationError (a ValueError) for a file that is wrong."""
    data = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    fixed = [
        FixedHoliday(*_month_and_day(day), rule.basis.text, rule.in_force.from_, rule.in_force.until)
        for rule in data.fixed_holidays
        for day in rule.days
    ]
    return WorkingCalendar(
        fixed_holidays=fixed,
        overrides=[Override(o.date, o.is_workday, o.basis.text) for o in data.overrides],
        announced={a.year: a.basis.text for a in data.announced},
        hours=OfficeHours(hours.opens, hours.closes, hours.basis.text) if (hours := data.office_hours) else WHOLE_DAY,
    )


def _month_and_day(text: str) -> tuple[int, int]:
    day = dt.date.fromisoformat(f"2000-{text}")
    return day.month, day.day
