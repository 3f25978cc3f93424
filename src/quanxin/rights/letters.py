"""Notices as people read them.

Invariant: a notice reads the same for ever: its wording is that of the pack on the day on which it was told, filled with what
was kept with it, or with what the law said of its record on that day.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from quanxin.archive.models import Record
from quanxin.calendar import ZONE
from quanxin.rights import notices
from quanxin.rights.models import Notice
from quanxin.rights.repairs import prospects
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

Language = Literal["zh", "en"]
_WITHOUT_END = {"zh": "另有规定的日期", "en": "a day that other rules give"}
_NOT_HERE = {"zh": "（不适用）", "en": "(not applicable)"}


def rendered(notice: Notice, language: Language) -> tuple[str, str]:
    """Title and body of a notice in a language."""
    wording = current_pack().on(notice.at.astimezone(ZONE).date()).notices[notice.key]
    kept = notice.particulars
    if not kept and notice.subject_id is not None and notice.record_id is not None:
        record = Record.objects.get(subject_id=notice.subject_id, id=notice.record_id)
        kept = _of_its_record(record, notice.at.astimezone(ZONE).date(), language)
    return wording.filled(language, {key: notices.said(value, language) for key, value in kept.items()})


def _of_its_record(record: Record, day: dt.date, language: Language) -> dict[str, Any]:
    """What the law said, on the day of the notice, of the record that it is about."""
    (prospect,) = prospects([record], day)
    window = prospect.window
    subject = Subject.objects.get(pk=record.subject_id)
    filled = notices.of_record(record) | {
        "subject": subject.name, "authority": notices.authority(record.provider),
        "until_day": window.public_until or _WITHOUT_END[language],
        "from_day": window.repairable_from or _NOT_HERE[language],
        "link": notices.MY_RECORD.format(record.subject_id, record.id),
    }  # fmt: skip
    return notices.kept(filled)
