"""What a check looks at: the records of its item, of one subject or of a hundred thousand, by one question.

Invariant: every record came through the accessor for the item's purpose. What a decision took out of reach is found by
nobody, by the department that handed it in no more than by others. What follows from a record is reckoned by
``measures.reckoning`` and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import duckdb
import pyarrow as pa
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from quanxin.archive import access, restrictions
from quanxin.archive.definitions import definitions
from quanxin.archive.models import Record
from quanxin.archive.viewers import Viewer
from quanxin.calendar import add_months
from quanxin.checks.asked import Asked
from quanxin.engine import database
from quanxin.engine.days import date_literal, dated, on_day
from quanxin.engine.grounds import LISTED
from quanxin.engine.grounds_run import Ground
from quanxin.engine.normalise import quoted
from quanxin.engine.payload import item as item_of
from quanxin.measures import reckoning
from quanxin.measures.reckoning import Consequence
from quanxin.policy import expressions
from quanxin.policy.checks import CheckItem
from quanxin.policy.checks import Reading as Wanted
from quanxin.policy.model import Resource
from quanxin.runtime.bridge import put
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Found:
    """A record that a check found: until when it counts, the list that it is a membership of ("": none), and the measures
    of the item that follow from it. ``disputed``: a decision about it is pending, and nothing follows."""

    record: Record
    until: dt.date | None
    list: str
    disputed: bool
    follows: tuple[Consequence, ...]


def found(viewer: Viewer, item: CheckItem, asked: Sequence[Asked], day: dt.date) -> dict[int, list[Found]]:
    """What is found of each subject by its id, the latest first: memberships of the item's lists, and records."""
    subjects = {number: one.subject for one in asked if one.read and one.subject for number in one.ids}
    # told by their numbers, the few subjects lie in few of the parts that the table has
    read = standing(viewer, sorted(subjects), item, day) if subjects else ()
    records = _shown(viewer, list(read), subjects, day)
    following: dict[int, list[Consequence]] = {}
    kinds = {number: subject.type for number, subject in subjects.items()}
    grounds, consequences = reckoning.both_of(records, day, kinds) if records else ([], [])
    for one in consequences:
        if one.measure in item.measures:
            following.setdefault(one.record, []).append(one)
    by_subject: dict[int, list[Found]] = {}
    for record, until, membership in (*_memberships(item, records, grounds, day), *_events(item, records, day)):
        counted = tuple(c for c in following.get(record.id, ()) if c.ground == LISTED + membership or not membership)
        made = Found(record, until, membership, bool(record.held), counted)  # type: ignore[attr-defined]
        by_subject.setdefault(subjects[record.subject_id].pk, []).append(made)
    for each in by_subject.values():
        each.sort(key=lambda one: (one.record.event_date or dt.date.min, one.record.id, one.list), reverse=True)
    return by_subject


def looked_at(item: CheckItem, day: dt.date) -> tuple[list[str], list[str]]:
    """The resources and the lists that a check by an item looks at on a day, by their keys."""
    lists = current_pack().on(day).lists
    return [one.resource for one in item.reads], [key for key in item.lists if key in lists]


def standing(viewer: Viewer, subjects: RawSQL | Sequence[int], item: CheckItem, day: dt.date) -> QuerySet[Record]:
    """The records of ``subjects`` (the ids under which they are kept) that an item looks at, each with what ``held`` it."""
    resources, lists = looked_at(item, day)
    rules = current_pack().on(day).lists
    records = Record.objects.filter(
        Q(event_date=None) | Q(event_date__lte=day),
        subject_id__in=subjects,
        resource__in={*resources, *(rules[key].resource for key in lists)},
    ).exclude(restrictions.hidden())
    return access.standing_records(viewer, records, day).annotate(held=restrictions.kinds())


def _shown(viewer: Viewer, records: Sequence[Record], subjects: Mapping[int, Subject], day: dt.date) -> list[Record]:
    """The records whose resource may be shown to the viewer for its purpose."""
    whole = definitions(record.batch_id for record in records)
    kept = []
    for record in records:
        subject = subjects[record.subject_id]
        natural, region = subject.natural, subject.region
        own = access.handed_in(viewer, record, region)
        if access.may_see_record(viewer, whole[record.batch_id], day, record.event_date, natural=natural, own=own):
            kept.append(record)
    return kept


Counted = tuple[Record, dt.date | None, str]


def _memberships(item: CheckItem, records: Sequence[Record], grounds: Sequence[Ground], day: dt.date) -> list[Counted]:
    """The records by which somebody is on one of the item's lists, each with its last day."""
    lists = {LISTED + key: key for key in looked_at(item, day)[1]}
    by_id = {record.id: record for record in records}
    return [(by_id[one.id], one.until, lists[one.ground]) for one in grounds if one.ground in lists and one.holds(day)]


def _events(item: CheckItem, records: Sequence[Record], day: dt.date) -> list[Counted]:
    """The records that hold on the day, or lie within the years that the item looks back."""
    made: list[Counted] = []
    for wanted in item.reads:
        of_it = [record for record in records if record.resource == wanted.resource and _in_time(wanted, record, day)]
        holding = _holding(wanted, of_it, day)
        made += [(record, record.valid_until, "") for record in of_it if record.id in holding]
    return made


def _in_time(wanted: Wanted, record: Record, day: dt.date) -> bool:
    if wanted.years is None:
        return record.valid_until is None or record.valid_until >= day
    return record.event_date is not None and record.event_date > add_months(day, -12 * wanted.years)


def _holding(wanted: Wanted, records: Sequence[Record], day: dt.date) -> set[int]:
    """The ids of the records for which the item's condition holds on a day."""
    if wanted.when == "true" or not records:
        return {record.id for record in records}
    fields = [f for f in _latest(wanted.resource).fields if f.key in expressions.columns(wanted.when)]
    cells = "".join(f", {item_of(field, 'r.payload')} AS {quoted(field.key)}" for field in fields)
    when = on_day(dated(wanted.when), date_literal(day))
    given = pa.table({
        "id": pa.array([record.id for record in records], pa.int64()),
        "payload": pa.array([json.dumps(record.payload, ensure_ascii=False) for record in records], pa.string()),
    })  # fmt: skip
    with _LOCK:
        put(_database(), "raw", given, "id, CAST(payload AS JSON) AS payload")
        asked = f"SELECT id FROM (SELECT r.id{cells} FROM raw AS r) AS typed WHERE {when}"
        return {row[0] for row in _database().execute(asked).fetchall()}


def _latest(resource: str) -> Resource:
    return current_pack().resource_history(resource)[-1]


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One database in memory for all conditions, under the lock; nothing stays in it that counts."""
    return database.connect(threads=1)
