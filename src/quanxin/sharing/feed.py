"""The change feed: what became of records, in the order in which it became true for everyone.

Invariant: a consumer that follows the timepoints misses nothing and is told nothing twice. Events have positions that
no later commit slips behind; within an event, records come by their ids. What is no longer current when it is read is
named without its content: what was withdrawn or repaired is never handed out again. Natural persons are not in the feed.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from quanxin.accounts import Actor
from quanxin.archive import access, viewers
from quanxin.archive.definitions import definition
from quanxin.archive.models import Event, Restriction
from quanxin.archive.restrictions import DISPUTED, HIDDEN
from quanxin.archive.viewers import Viewer
from quanxin.calendar import now, today
from quanxin.identifiers.divisions import places_of
from quanxin.intake.errors import IntakeError
from quanxin.runtime.bridge import pg_cursor
from quanxin.sharing.models import Consumer, Subscription

MOST = 1000  # items of a page
EVENTS = 200  # events looked at for a page
_TIMEPOINT = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,18}))?")
END = 2**62  # past every record of an event

# Whether a record may be handed out with its content now, and whether it is disputed now.
STANDS = f"r.superseded_at IS NULL AND NOT {HIDDEN}, {DISPUTED}"
RECORD = """
SELECT r.id, r.subject_id, r.id, r.resource, r.provider, r.batch_id, r.version, r.event_date, r.payload,
       {stands}, t.code, t.name, t.type, NULL, NULL
FROM {source} JOIN subjects_subject s ON s.id = r.subject_id
JOIN subjects_subject t ON t.id = coalesce(s.merged_into_id, s.id)
WHERE NOT s."natural" AND r.resource = ANY(%(resources)s) AND s.region LIKE ANY(%(regions)s) AND {which}
ORDER BY r.id LIMIT %(limit)s
"""
OF_BATCH = RECORD.format(
    stands=STANDS,
    source="archive_record r",
    which="r.batch_id = %(batch)s AND r.id > %(after)s AND r.recorded_at = %(at)s",
)
MOVED = RECORD.format(
    stands=STANDS,
    source="unnest(%(subjects)s::bigint[], %(ids)s::bigint[]) m(subject_id, id) "
    "JOIN archive_record r ON r.subject_id = m.subject_id AND r.id = m.id",
    which="r.id > %(after)s",
)
# A withdrawn record, or the version that stands in its place where taking a batch back restored one.
WITHDRAWN = f"""
SELECT w.record_id, r.subject_id, r.id, r.resource, r.provider, r.batch_id, r.version, r.event_date, r.payload,
       {STANDS}, t.code, t.name, t.type,
       CASE WHEN w.restored_id IS NULL THEN a.kind END, CASE WHEN w.restored_id IS NULL THEN a.reason END
FROM archive_withdrawal a JOIN archive_withdrawnrecord w ON w.withdrawal_id = a.id
JOIN archive_record r ON r.subject_id = w.subject_id AND r.id = coalesce(w.restored_id, w.record_id)
JOIN subjects_subject s ON s.id = r.subject_id
JOIN subjects_subject t ON t.id = coalesce(s.merged_into_id, s.id)
WHERE a.event_id = %(event)s AND w.record_id > %(after)s AND NOT s."natural" AND r.resource = ANY(%(resources)s)
  AND s.region LIKE ANY(%(regions)s)
ORDER BY w.record_id LIMIT %(limit)s
"""
TRANSFERRED = RECORD.format(
    stands=STANDS,
    source="archive_transfer a JOIN archive_transferredrecord m ON m.transfer_id = a.id "
    "JOIN archive_record r ON r.subject_id = m.subject_id AND r.id = m.made_id",
    which="a.event_id = %(event)s AND r.id > %(after)s",
)
CURRENT = f"""
SELECT r.id, r.subject_id, r.id, r.resource, r.provider, r.batch_id, r.version, r.event_date, r.payload,
       {STANDS}, t.code, t.name, t.type, NULL, NULL
FROM archive_record r JOIN subjects_subject s ON s.id = r.subject_id
JOIN subjects_subject t ON t.id = coalesce(s.merged_into_id, s.id)
WHERE r.superseded_at IS NULL AND NOT s."natural" AND r.resource = %(resource)s AND s.region LIKE ANY(%(regions)s)
  AND (r.subject_id, r.id) > (%(subject)s, %(record)s) AND NOT {HIDDEN}
ORDER BY r.subject_id, r.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Page:
    """Items, the timepoint (or the snapshot's cursor) to go on from, and whether there is more now."""

    items: list[dict[str, Any]]
    next: str
    more: bool
    timepoint: str = ""


def live(consumer: Consumer) -> dict[str, Subscription]:
    """A consumer's subscriptions of today by resource."""
    day = today()
    found = Subscription.objects.filter(consumer=consumer, ended_at=None, from_date__lte=day)
    return {s.resource: s for s in found if s.until_date is None or day <= s.until_date}


def latest() -> int:
    """The position of the latest event that everyone can see; 0 before the first."""
    found = Event.objects.exclude(position=None).order_by("-position").values_list("position", flat=True).first()
    return found or 0


def changes(subscriptions: Mapping[str, Subscription], since: str, actor: Actor, limit: int = MOST) -> Page:
    """What changed after ``since`` for a consumer with ``subscriptions`` (by resource), at most ``limit`` items.

    ``since`` is the ``next`` of an earlier page, the timepoint of a snapshot, or "0". Raises ``IntakeError``:
    ``timepoint-unknown`` for what is no timepoint, ``timepoint-too-old`` before the horizon.
    """
    position, after = read_timepoint(since)
    items: list[dict[str, Any]] = []
    read: list[tuple[Any, ...]] = []
    events = list(_events(position, after))
    for event in events[:EVENTS]:
        start = after if event.position == position else 0
        for row in _expand(event, subscriptions, start, limit - len(items)):
            items.append(_item(event, row, subscriptions, actor))
            read.append(row)
        position, after = int(event.position or 0), END
        if len(items) == limit:
            break
    _note(read, subscriptions, actor)
    if len(items) == limit:
        return Page(items, items[-1]["timepoint"], more=True)
    return Page(items, str(position) if after == END else since, more=len(events) > EVENTS)


def snapshot(subscription: Subscription, cursor: str, actor: Actor, limit: int = MOST) -> Page:
    """The current records under a subscription, a page at a time, and the timepoint to follow the feed from.

    The timepoint is read before the first page: what changes meanwhile comes with the feed once more, which a
    consumer that keeps the highest version of each record takes in without harm.
    """
    found = re.fullmatch(r"([0-9]{1,18})\.([0-9]{1,18})\.([0-9]{1,18})", cursor) if cursor else None
    if cursor and not found:
        raise IntakeError("timepoint-unknown", since=cursor)
    point, subject, record = (int(part) for part in found.groups()) if found else (latest(), 0, 0)
    wanted = {"resource": subscription.resource, "regions": _regions([subscription]), "subject": subject}
    with pg_cursor() as rows:
        rows.execute(CURRENT, wanted | {"record": record, "limit": limit + 1})
        page = rows.fetchall()
    event = Event(kind=Event.Kind.BATCH_COMMITTED, position=point, at=now())
    items = [_item(event, row, {subscription.resource: subscription}, actor) for row in page[:limit]]
    _note(page[:limit], {subscription.resource: subscription}, actor)
    last = page[:limit][-1] if page else None
    onward = f"{point}.{last[1]}.{last[2]}" if last and len(page) > limit else ""
    return Page(items, onward, more=bool(onward), timepoint=str(point))


def read_timepoint(since: str) -> tuple[int, int]:
    """The position and the record after which to go on; a position alone means the end of its event."""
    found = _TIMEPOINT.fullmatch(since)
    if found is None or int(found[1]) > latest():
        raise IntakeError("timepoint-unknown", since=since)
    position = int(found[1])
    horizon = now() - dt.timedelta(days=settings.FEED_DAYS)
    if Event.objects.filter(position__gt=position, at__lt=horizon).exists():
        raise IntakeError("timepoint-too-old", since=since, days=settings.FEED_DAYS)
    return position, int(found[2]) if found[2] else END


def _events(position: int, after: int) -> Iterator[Event]:
    """The events to look at, in order: the one that was left half-read, then those behind it."""
    found = (
        Event.objects.filter(position__gt=position) if after == END else Event.objects.filter(position__gte=position)
    )
    yield from found.order_by("position").select_related("batch")[: EVENTS + 1]


def _expand(event: Event, subscriptions: Mapping[str, Subscription], after: int, limit: int) -> list[tuple[Any, ...]]:
    """The records that an event is about, as the subscriptions reach."""
    wanted: dict[str, Any] = {"after": after, "limit": limit}
    if event.kind == Event.Kind.BATCH_COMMITTED and event.batch is not None:
        query, wanted = OF_BATCH, wanted | {"batch": event.batch_id, "at": event.batch.recorded_at}
    elif event.kind == Event.Kind.RECORDS_WITHDRAWN:
        query, wanted = WITHDRAWN, wanted | {"event": event.pk}
    elif event.kind == Event.Kind.RECORDS_TRANSFERRED:
        query, wanted = TRANSFERRED, wanted | {"event": event.pk}
    else:
        moved = event.particulars.get("records") or []
        query, wanted = MOVED, wanted | {"subjects": [m[0] for m in moved], "ids": [m[1] for m in moved]}
    rows: list[tuple[Any, ...]] = []
    with pg_cursor() as cursor:
        for regions, resources in _reach(subscriptions):
            cursor.execute(query, wanted | {"resources": resources, "regions": regions})
            rows.extend(cursor.fetchall())
    return sorted(rows, key=lambda row: row[0])[:limit]


def _reach(subscriptions: Mapping[str, Subscription]) -> list[tuple[list[str], list[str]]]:
    """Resources that share the same districts, together."""
    reach: dict[tuple[str, ...], list[str]] = {}
    for key, subscription in sorted(subscriptions.items()):
        reach.setdefault(tuple(_regions([subscription])), []).append(key)
    return [(list(regions), resources) for regions, resources in reach.items()]


def _regions(subscriptions: list[Subscription]) -> list[str]:
    """LIKE patterns of the districts: NN0000 is a province, NNNN00 a city, none is everywhere."""
    codes = [code for subscription in subscriptions for code in subscription.districts]
    return [f"{places_of(code)}%" for code in codes] or ["%"]


def _note(rows: Iterable[tuple[Any, ...]], subscriptions: Mapping[str, Subscription], actor: Actor) -> None:
    """Leave, for each subject whose records go out with their content, the line that it sees."""
    read: dict[str, set[int]] = {}
    for row in rows:
        if row[9]:
            read.setdefault(row[3], set()).add(row[1])
    for resource, subjects in read.items():
        access.note_accesses(_viewer(subscriptions[resource], actor), subjects)


def _viewer(subscription: Subscription, actor: Actor) -> Viewer:
    return viewers.consumer(actor, subscription.purpose, frozenset(subscription.fields))


def _item(
    event: Event, row: tuple[Any, ...], subscriptions: Mapping[str, Subscription], actor: Actor
) -> dict[str, Any]:
    place, subject, record, resource, provider, batch, version, day, payload, current, disputed = row[:11]
    code, name, kind, withdrawal, reason = row[11:]
    change = _change(event, version, withdrawal)
    return {
        "change": change,
        "timepoint": f"{event.position}.{place}",
        "at": event.at,
        "record": f"{subject}-{record}",
        "resource": resource,
        "provider": provider,
        "batch": batch,
        "version": version,
        "subject": {"code": code, "name": name, "type": kind},
        "event_date": day,
        "disputed": disputed,
        "payload": _payload(json.loads(payload), batch, day, subscriptions[resource], actor) if current else None,
        "withdrawal": {"kind": withdrawal, "reason": reason} if withdrawal else None,
    }


def _change(event: Event, version: int, withdrawal: str | None) -> str:
    """What an item tells: what became of the record, or what a decision took from its reach or gave back."""
    if event.kind == Event.Kind.RECORDS_RESTRICTED:
        return str(event.particulars["restriction"])
    if event.kind == Event.Kind.RECORDS_RELEASED:
        return "settled" if event.particulars["restriction"] == Restriction.Kind.DISPUTED else "restored"
    return "withdrawn" if withdrawal else "committed" if version == 1 else "superseded"


def _payload(
    payload: dict[str, Any], batch: str, day: dt.date | None, subscription: Subscription, actor: Actor
) -> dict[str, Any] | None:
    """The items that the subscription lets out, through the accessor; None once the time of keeping has passed."""
    viewer, resource = _viewer(subscription, actor), definition(batch)
    if not access.may_see_record(viewer, resource, today(), day, natural=False):
        return None
    return {
        field.key: access.shown(viewer, payload.get(field.key))
        for field in resource.fields
        if access.may_see_field(viewer, field)
    }
