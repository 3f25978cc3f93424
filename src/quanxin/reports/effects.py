"""The effects of asking for a report: it is checked, and issued.

Invariant: what is issued is what the form of the beginning asked for; who reads is the party that stands for the subject, or the
applicant whom it authorised, once the centre has seen the consent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from quanxin.archive import viewers
from quanxin.archive.viewers import Viewer
from quanxin.casework.effects import Given, Performing, effect
from quanxin.casework.models import Case
from quanxin.reports.asked import Asked, asked
from quanxin.reports.issuing import issue

DOCUMENT = "document"  # where a case keeps the number of its report


@effect("reports.ask")
def ask(performing: Performing, _given: Given) -> None:
    """Refuse what could not be issued: a report for others, another's use, a period that is none."""
    fields = performing.fields
    _asked(performing, fields, _authorised(performing, str(fields["applicant"])))


@effect("reports.issue")
def issue_one(performing: Performing, _given: Given) -> None:
    """Issue the report that the case asks for, and keep its number with the case."""
    party, case = performing.party, performing.case
    if party is not None:
        fields, viewer = performing.fields, party.viewer
        applicant = f"{party.subject.name}（{party.on_behalf}）" if party.agent else party.subject.name
    else:
        fields = _of_beginning(case)
        applicant = str(fields["applicant"])
        viewer = _authorised(performing, applicant)
    made = issue(performing.actor, _asked(performing, fields, viewer), key=case.number, applicant=applicant)
    case.particulars[DOCUMENT] = made.number
    performing.kept[DOCUMENT] = made.number


def _asked(performing: Performing, fields: Mapping[str, Any], viewer: Viewer) -> Asked:
    subject = performing.party.subject if performing.party else performing.case.subject
    return asked(
        str(fields["report"]),
        subject,
        viewer,
        use=str(fields.get("use") or ""),
        domains=tuple(fields.get("domains") or ()),
        since=_day(fields.get("since")),
        until=_day(fields.get("until")),
        lang="en" if fields.get("language") == "en" else "zh",
    )


def _authorised(performing: Performing, applicant: str) -> Viewer:
    """The applicant as an agent of the subject: its consent is among the papers of the case."""
    return viewers.itself(performing.actor, performing.case.subject, how="agent", note=applicant)


def _of_beginning(case: Case) -> Mapping[str, Any]:
    first = case.steps.order_by("pk").first()
    found: Mapping[str, Any] = first.particulars.get("form", {}) if first is not None else {}
    return found


def _day(text: Any) -> dt.date | None:
    return dt.date.fromisoformat(str(text)) if text else None
