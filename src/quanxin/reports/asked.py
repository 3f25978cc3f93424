"""What is asked for: which report, of whom, for whom, of which moment, in which language.

Invariant: what is here was checked: the report is in force, made of such subjects, and given to such a reader; its moment has
passed. Whether the reader may read about this very subject, the accessor says as it is read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from quanxin.archive.viewers import Viewer
from quanxin.calendar import day_of, now, today
from quanxin.policy.reports import Domain, Report
from quanxin.reports.errors import ReportError
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject


@dataclass(frozen=True, slots=True)
class Asked:
    """A report that may be made. ``domains`` and the period (both days included) are of a special one alone."""

    report: Report
    subject: Subject
    viewer: Viewer
    known_at: dt.datetime
    use: str = ""
    domains: tuple[Domain, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    lang: Literal["zh", "en"] = "zh"

    @property
    def day(self) -> dt.date:
        return day_of(self.known_at)


def asked(
    key: str,
    subject: Subject,
    viewer: Viewer,
    *,
    use: str = "",
    domains: tuple[str, ...] = (),
    since: dt.date | None = None,
    until: dt.date | None = None,
    lang: Literal["zh", "en"] = "zh",
    known_at: dt.datetime | None = None,
) -> Asked:
    """What may be made of what somebody asks for; raises ``ReportError`` for what may not."""
    moment = known_at or now()
    if moment > now():
        raise ReportError("moment-ahead")
    report = report_on(key, day_of(moment))
    if subject.type not in report.subject_types:
        raise ReportError("report-not-for")
    if viewer.kind not in report.readers:
        raise ReportError("report-not-yours")
    if use and report.use(use) is None:
        raise ReportError("use-unknown")
    made = Asked(report, subject, viewer, moment, use=use, lang=lang)
    return made if report.kind != "special" else _special(made, domains, since, until)


def report_on(key: str, day: dt.date) -> Report:
    """The report of a key that is in force on a day; raises ``ReportError`` where there is none."""
    found = current_pack().on(day).reports.get(key)
    if found is None:
        raise ReportError("report-unknown")
    return found


def reports_for(subject: Subject, reader: str) -> list[Report]:
    """The reports of today that are made of such a subject and given to such a reader."""
    found = current_pack().on(today()).reports.values()
    return [one for one in found if subject.type in one.subject_types and reader in one.readers]


def earliest(report: Report, day: dt.date) -> dt.date:
    """The first day that a special report made on a day may speak of."""
    years = report.longest_years or 0
    return _years_before(day, years) + dt.timedelta(days=1)


def _special(made: Asked, keys: tuple[str, ...], since: dt.date | None, until: dt.date | None) -> Asked:
    found = [(key, made.report.domain(key)) for key in dict.fromkeys(keys)]
    missing = [key for key, domain in found if domain is None]
    if missing or not found:
        raise ReportError("domain-unknown", domain="、".join(missing) or "—")
    last = until or made.day
    first = since or earliest(made.report, last)
    if not earliest(made.report, made.day) <= first <= last <= made.day:
        raise ReportError("period-wrong", years=made.report.longest_years)
    domains = tuple(domain for domain in made.report.domains if domain.key in keys)
    return Asked(made.report, made.subject, made.viewer, made.known_at, made.use, domains, first, last, made.lang)


def _years_before(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February, or before the first year
        return day.replace(year=max(day.year - years, 1), day=28)
