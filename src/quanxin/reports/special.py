"""What a special report says: for each domain, whether there is anything, and what.

Invariant: it speaks of the domains and the period that its subject chose, of the resources that the pack names, and of nothing
else; what was repaired is marked so, what is shielded is left out; none means none in what it names.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from quanxin.archive.models import Restriction
from quanxin.archive.shapes import RecordView
from quanxin.pages.display import chapter_number, day
from quanxin.policy.reports import Domain, Section, Shown
from quanxin.reports.asked import Asked
from quanxin.reports.groups import group
from quanxin.runtime.language import said

Kind = Restriction.Kind
LEFT_OUT = frozenset({Kind.SHIELDED, Kind.DELETED})


def sections(asked: Asked, views: list[RecordView]) -> dict[str, Any]:
    """The domains in the pack's order, each with the records of every section within the period."""
    first, last = asked.since, asked.until
    if first is None or last is None:
        raise ValueError("a special report has a period")
    within = [view for view in views if _within(view, first, last) and not LEFT_OUT & set(view.marks)]
    made = [_domain(asked, domain, within, number) for number, domain in enumerate(asked.domains, start=1)]
    return {
        "period": [first.isoformat(), last.isoformat()],
        "period_words": [day(first), day(last)],
        "matters": [said(section.title) for section in asked.report.sections],
        "summary": [{"key": one["key"], "title": one["title"], "count": one["count"]} for one in made],
        "chapters": made,
        "last": "",
    }


def _within(view: RecordView, first: dt.date, last: dt.date) -> bool:
    """Whether a record's event lies in the period, both days included; one without a day does."""
    return view.event_date is None or first <= view.event_date <= last


def _domain(asked: Asked, domain: Domain, views: list[RecordView], number: int) -> dict[str, Any]:
    own = [view for view in views if view.provider in domain.providers]
    groups = [made for section in asked.report.sections for made in _section(section, own)]
    return {
        "key": domain.key,
        "number": chapter_number(number) if number <= 10 else f"{number}. ",
        "title": said(domain.title),
        "count": sum(len(made["records"]) for made in groups),
        "groups": groups,
    }


def _section(section: Section, views: list[RecordView]) -> list[dict[str, Any]]:
    found = ((key, [view for view in views if view.resource == key]) for key in section.resources)
    return [group(own, Shown(key=key, layout="cards")) for key, own in found if own]
