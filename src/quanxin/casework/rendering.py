"""Notices as people read them.

Invariant: a notice reads the same for ever: its wording is that of the pack on the day on which it was told, filled with what
was kept with it, or with what the law said of its record on that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence, Set
from typing import Any, Literal

from quanxin.archive.models import Record
from quanxin.archive.windows import windows_of
from quanxin.calendar import day_of
from quanxin.casework import notices
from quanxin.casework.models import Notice
from quanxin.engine.windows import Window
from quanxin.policy.model import Text
from quanxin.policy.rights import NoticeText
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

Language = Literal["zh", "en"]
_WITHOUT_END = {"zh": "另有规定的日期", "en": "a day that other rules give"}
_NOT_HERE = {"zh": "（不适用）", "en": "(not applicable)"}


def rendered(notice: Notice, language: Language) -> tuple[str, str]:
    """Title and body of a notice in a language."""
    return all_rendered([notice], language)[0]


def all_rendered(told: Sequence[Notice], language: Language) -> list[tuple[str, str]]:
    """The same of several, in their order, with two questions however many they are."""
    bare = {n.pk: (n.subject_id or 0, n.record_id or 0, _day(n)) for n in told if not n.particulars}
    filled = _of_records(set(bare.values()), language) if bare else {}
    return [
        _wording(n).filled(
            language,
            {k: notices.said(v, language) for k, v in (filled[bare[n.pk]] if n.pk in bare else n.particulars).items()},
        )
        for n in told
    ]


def heading(notice: Notice) -> Text:
    """The title of a notice as its wording has it, without what fills it: enough for a list."""
    return _wording(notice).title


def _wording(notice: Notice) -> NoticeText:
    return current_pack().on(_day(notice)).notices[notice.key]


def _day(notice: Notice) -> dt.date:
    return day_of(notice.at)


def _of_records(
    about: Set[tuple[int, int, dt.date]], language: Language
) -> dict[tuple[int, int, dt.date], dict[str, Any]]:
    """What the law said, on the day of a notice, of the record that it is about: by subject, record and day."""
    numbers = {number for number, _, _ in about}
    held = Record.objects.filter(subject_id__in=numbers, id__in={record for _, record, _ in about})
    records = {(record.subject_id, record.id): record for record in held}
    subjects = Subject.objects.in_bulk(numbers)
    kinds = {pk: subject.type for pk, subject in subjects.items()}
    found: dict[tuple[int, int, dt.date], dict[str, Any]] = {}
    for day in sorted({day for _, _, day in about}):
        of_day = [records[number, record] for number, record, on in about if on == day]
        windows = windows_of(of_day, day, kinds)
        found |= {
            (r.subject_id, r.id, day): _filling(r, subjects[r.subject_id], windows[r.id], language) for r in of_day
        }
    return found


def _filling(record: Record, subject: Subject, window: Window, language: Language) -> dict[str, Any]:
    filled = notices.of_record(record) | {
        "subject": subject.name,
        "authority": notices.authority(record.provider),
        "until_day": window.public_until or _WITHOUT_END[language],
        "from_day": window.repairable_from or _NOT_HERE[language],
        "link": notices.MY_RECORD.format(record.subject_id, record.id),
    }
    return notices.kept(filled)
