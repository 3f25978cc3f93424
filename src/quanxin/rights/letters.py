"""Notices as people read them.

Invariant: a notice reads the same for ever: its wording is that of the pack on the day on which it was told, filled with what
was kept with it, or with what the law said of its record on that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from quanxin.archive.models import Record
from quanxin.calendar import ZONE
from quanxin.engine.windows import Window
from quanxin.policy.model import Text
from quanxin.policy.rights import NoticeText
from quanxin.rights import notices
from quanxin.rights.models import Notice
from quanxin.rights.repairs import windows_of
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
    bare = [n for n in told if not n.particulars and n.subject_id is not None and n.record_id is not None]
    numbers, ids = {n.subject_id for n in bare}, {n.record_id for n in bare}
    records = {(r.subject_id, r.id): r for r in Record.objects.filter(subject_id__in=numbers, id__in=ids)} if bare else {}
    subjects = Subject.objects.in_bulk(numbers) if bare else {}
    windows: dict[tuple[int, int, dt.date], Window] = {}
    kinds = {pk: subject.type for pk, subject in subjects.items()}
    for day in sorted({_day(n) for n in bare}):
        about = [records[n.subject_id, n.record_id] for n in bare if _day(n) == day]
        found = windows_of(about, day, kinds)
        windows |= {(r.subject_id, r.id, day): found[r.id] for r in about}
    filled = []
    for notice in told:
        kept: Mapping[str, Any] = notice.particulars
        if not kept and notice.subject_id is not None and notice.record_id is not None:
            key = notice.subject_id, notice.record_id
            kept = _of_its_record(records[key], subjects[key[0]], windows[*key, _day(notice)], language)
        said = {name: notices.said(value, language) for name, value in kept.items()}
        filled.append(_wording(notice).filled(language, said))
    return filled


def heading(notice: Notice) -> Text:
    """The title of a notice as its wording has it, without what fills it: enough for a list."""
    return _wording(notice).title


def _wording(notice: Notice) -> NoticeText:
    return current_pack().on(_day(notice)).notices[notice.key]


def _day(notice: Notice) -> dt.date:
    return notice.at.astimezone(ZONE).date()


def _of_its_record(record: Record, subject: Subject, window: Window, language: Language) -> dict[str, Any]:
    """What the law said, on the day of the notice, of the record that it is about."""
    filled = notices.of_record(record) | {
        "subject": subject.name, "authority": notices.authority(record.provider),
        "until_day": window.public_until or _WITHOUT_END[language],
        "from_day": window.repairable_from or _NOT_HERE[language],
        "link": notices.MY_RECORD.format(record.subject_id, record.id),
    }  # fmt: skip
    return notices.kept(filled)
