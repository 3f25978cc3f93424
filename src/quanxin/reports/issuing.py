"""Issuing a report: what it says is made, set, signed and kept, once for each request.

Invariant: a report that was issued is never made again: its number stands for the same bytes for ever. Who issues one was seen
to be entitled, and each has its line, its access line and its leaf of the public log.
"""

from __future__ import annotations

import datetime as dt

from quanxin.accounts import Actor
from quanxin.documents import issuing
from quanxin.documents.issuing import Draft
from quanxin.documents.models import Document
from quanxin.documents.typesetting import Sheet
from quanxin.reports import sheet
from quanxin.reports.asked import Asked
from quanxin.reports.content import content

SHEET = Sheet("quanxin.reports", "report.typ")
ABOUT = "report:"  # with which what a report is about begins
LONGEST = 24  # characters of an applicant in a watermark


def issue(
    actor: Actor, asked: Asked, *, key: str, applicant: str, purpose: str = "", until: dt.date | None = None
) -> Document:
    """Issue what was asked for, or return the report that this request (``key``) was given before.

    ``purpose`` says for what, where that is more than the use; ``until`` is the last day of it, where that is not the kind's.
    The caller has seen to it that the actor may. Raises ``NoSuchSubject`` and ``DocumentError``; then nothing was issued.
    """
    made = Document.objects.filter(key=ABOUT + key).first()
    if made is not None:
        return made
    said = content(asked)
    return issuing.issue(
        actor,
        Draft(
            kind=asked.report.document,
            key=ABOUT + key,
            title=said["title"],
            about=ABOUT + key,
            content=said,
            sheet=SHEET,
            data=sheet.data(said, applicant),
            subject=asked.subject.pk,
            language=asked.lang,
            cut_off=asked.known_at,
            applicant=applicant[:200],
            purpose=(purpose or said["use"])[:400],
            until=until,
            watermark=applicant[:LONGEST],
        ),
    )
