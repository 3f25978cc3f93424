"""What subjects are told because something happened in the archive (两书同达).

Invariant: events are followed by ``archive.followers``; of each new record that the regime of the day covers, and
that still is or may become public, its subject is told once, with from when on and how it can be repaired.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.utils.translation import gettext_lazy as _

from quanxin.archive import events
from quanxin.archive.handlers import Now, soon
from quanxin.archive.models import Event, Record
from quanxin.calendar import add_months, day_of, now, today
from quanxin.casework import notices
from quanxin.rights.repairs import prospects, regime_of
from quanxin.runtime.bridge import pg_cursor
from quanxin.runtime.pack import current_pack

CHUNK = 500  # records looked at together
CLAMPED = 4  # days that a month end may stand for
NOTICE, OPEN = "repair-notice", "repair-open"

# One notice for each new record of a batch; its wording is filled when it is read.
TELL = """
INSERT INTO casework_notice (key, subject_id, role, provider, record_id, particulars, once, at, read_by, mail_attempts)
SELECT %(key)s, r.subject_id, '', '', r.id, '{}', %(key)s || ':' || r.subject_id || '-' || r.id, %(at)s, '', 0
FROM archive_record r
WHERE r.batch_id = %(batch)s AND r.recorded_at = %(recorded)s AND r.version = 1 AND r.superseded_at IS NULL
  AND r.resource = ANY(%(resources)s) AND (r.public_until IS NULL OR r.public_until >= %(today)s)
ON CONFLICT (once) DO NOTHING
"""


def follow() -> int:
    """Tell the subjects of new records; return how many were told. Two at once are safe: one of them does nothing."""
    return events.follow(NOTICES)


def tell_open() -> int:
    """Tell the subjects of records that may be repaired from today on; return how many records those are."""
    day, found = today(), 0
    for resource, event_day in _candidates(day):
        standing = Record.objects.filter(resource=resource, event_date=event_day, superseded_at=None)
        for chunk in _batched(standing.order_by("subject_id", "id").iterator(CHUNK), CHUNK):
            due = [p.record for p in prospects(chunk, day) if p.open and p.window.repairable_from == day]
            found += len(due)
            for record in due:
                _tell_that_open(record)
    return found


def _tell_that_open(record: Record) -> None:
    notices.tell_subject(
        record.subject_id,
        OPEN,
        once=f"{OPEN}:{record.subject_id}-{record.id}",
        at=now(),
        about=record.id,
        authority=notices.authority(record.provider),
        link=notices.MY_RECORD.format(record.subject_id, record.id),
        **notices.of_record(record),
    )


def _tell(event: Event) -> int:
    hand_on([event])
    regime = regime_of(day_of(event.at))
    if event.kind != Event.Kind.BATCH_COMMITTED or event.batch is None or regime is None:
        return 0
    covered = sorted({key for coverage in regime.covers for key in coverage.resources})
    if event.batch.resource not in covered:
        return 0
    with pg_cursor() as cursor:
        cursor.execute(
            TELL,
            {
                "key": NOTICE,
                "at": now(),
                "batch": event.batch_id,
                "recorded": event.batch.recorded_at,
                "resources": covered,
                "today": today(),
            },
        )
        return int(cursor.rowcount)


HAND_ON = """
WITH theirs AS (
    SELECT c.id, a.to_provider
    FROM archive_transfer a JOIN archive_transferredrecord t ON t.transfer_id = a.id
    JOIN archive_record r ON r.subject_id = t.subject_id AND r.id = t.made_id
    JOIN casework_case c ON c.subject_id = r.subject_id AND c.resource = r.resource AND c.key_hash = r.key_hash
    WHERE (a.event_id = ANY(%(events)s) OR a.act = ANY(%(acts)s)) AND c.provider = a.from_provider
      AND c.open
    ORDER BY c.id FOR UPDATE OF c SKIP LOCKED
)
UPDATE casework_case c SET provider = theirs.to_provider FROM theirs WHERE c.id = theirs.id
"""


def hand_on(happened: Sequence[Event]) -> int:
    """Let the open cases about records that became another provider's be that one's to decide; return how many.

    A case on which somebody acts at this moment is left to the pass that follows: its lock comes before a record's.
    """
    acts = [f"batch:{event.batch_id}" for event in happened if event.batch_id]
    with pg_cursor() as cursor:
        cursor.execute(HAND_ON, {"events": [e.pk for e in happened], "acts": acts})
        return int(cursor.rowcount)


MOVING = frozenset({Event.Kind.RECORDS_TRANSFERRED, Event.Kind.BATCH_COMMITTED})
HANDED_ON = Now("rights.hand-on", MOVING, hand_on)
NOTICES = soon("rights", _("通知"), _tell)


def _candidates(day: dt.date) -> list[tuple[str, dt.date]]:
    """The resources and days of decision whose shortest publication may end on a day."""
    pack, regime = current_pack(), regime_of(day)
    found: list[tuple[str, dt.date]] = []
    for coverage in regime.covers if regime is not None else ():
        for resource in coverage.resources:
            months = {coverage.months, *(t.minimum_months for e in pack.tiers_of(resource) for t in e.tiers)}
            months |= {c.earliest_removal_months for c in pack.lists if c.resource == resource}
            months |= {o.minimum_months for o in pack.overrides if o.resource == resource}
            # terms clamp at month ends: one that ends on 30 November may have begun on the 30th or the 31st of August
            starts = {add_months(day, -m) + dt.timedelta(days=n) for m in months if m for n in range(CLAMPED)}
            found += [(resource, start) for start in sorted(starts)]
    return found


def _batched(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    """Records some at a time."""
    rest = iter(records)
    while chunk := list(islice(rest, size)):
        yield chunk
