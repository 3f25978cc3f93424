"""What state subjects are in (存续, 歇业, 吊销, 注销, 迁出 and the like), and since when.

Invariant: it is what the latest fact of any resource that tells of it says, among those that the viewer may see on the day;
which resources and fields tell of it, the pack says (``subject.standing``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from quanxin.archive import access
from quanxin.archive.models import Record
from quanxin.archive.shapes import State
from quanxin.archive.viewers import Viewer
from quanxin.calendar import today
from quanxin.policy import Rules
from quanxin.policy.model import Resource, Text
from quanxin.runtime.pack import current_pack
from quanxin.subjects import queries as register

COURSE = "course"  # the attribute of a code of a state: live, paused, broken or ended


def told(rules: Rules) -> dict[str, Resource]:
    """The resources of a day that tell of the state of their subjects, by key."""
    return {key: one for key, one in rules.resources.items() if one.subject.standing is not None}


def latest(records: Iterable[Record], viewer: Viewer, rules: Rules) -> State | None:
    """The state of a subject on the day of the rules, of its records that the viewer may see; None where none tells of one."""
    resources = told(rules)
    found = [
        (since or dt.date.min, record.recorded_at, record.pk, state)
        for record in records
        if (resource := resources.get(record.resource)) is not None
        for state, since in [_said(record, resource, viewer, rules)]
        if state is not None and (since is None or since <= rules.day)
    ]
    return max(found, key=lambda one: one[:3])[3] if found else None


def states_of(subjects: Collection[int], viewer: Viewer) -> dict[int, State]:
    """The present states of subjects by their ids, of what was merged into them too, by few questions for all of them."""
    day = today()
    rules = current_pack().on(day)
    by_subject: dict[int, list[Record]] = {pk: [] for pk in subjects}
    main = {pk: pk for pk in by_subject} | register.absorbed_by(by_subject)
    asked = Record.objects.filter(superseded_at=None, resource__in=sorted(told(rules)), subject_id__in=main)
    for record in access.visible_records(viewer, asked, day):
        by_subject[main[record.subject_id]].append(record)
    states = {pk: latest(records, viewer, rules) for pk, records in by_subject.items()}
    return {pk: state for pk, state in states.items() if state is not None}


def _said(record: Record, resource: Resource, viewer: Viewer, rules: Rules) -> tuple[State | None, dt.date | None]:
    told_by = resource.subject.standing
    fields = {f.key: f for f in resource.fields}
    field = fields[told_by.state] if told_by and told_by.state else None
    value = record.payload.get(field.key) if field else None
    if told_by is None or field is None or not value or not access.may_see_field(viewer, field):
        return None, None
    if not access.may_see_record(viewer, resource, today(), record.event_date, natural=False):
        return None, None
    since = _day(record.payload.get(told_by.since)) or _day(record.payload.get(told_by.established or ""))
    codes = rules.code_sets.get(field.code_set or "")
    code = next((one for one in codes.codes if one.value == value), None) if codes else None
    title = code.title if code else Text(zh=str(value), en=str(value))
    return State(str(value), title, since, str(code.attributes.get(COURSE, "live")) if code else "live"), since


def _day(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) and value else None
