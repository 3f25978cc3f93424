"""Ending records that their provider withdraws or whose cause was undone, and giving back what stood before.

Invariant: a withdrawal rewrites nothing. It sets the moment at which its records ended and says which they were, why
and by whom; what it gives back comes as new versions. Done twice, it finds nothing left to do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from quanxin.accounts import Actor
from quanxin.archive import events, versions
from quanxin.archive.models import Batch, Event, Record, Transfer, Withdrawal, WithdrawnRecord
from quanxin.calendar import now
from quanxin.runtime.bridge import pg_cursor, temporary

END = """
WITH locked AS (
    SELECT r.subject_id, r.id FROM archive_record r JOIN pg_temp.ending e ON r.subject_id = e.subject_id AND r.id = e.id
    WHERE r.superseded_at IS NULL ORDER BY r.subject_id, r.id FOR UPDATE OF r
), ended AS (
    UPDATE archive_record r SET superseded_at = %(at)s FROM locked e WHERE r.subject_id = e.subject_id AND r.id = e.id
    RETURNING r.subject_id, r.id, r.key_hash, r.version
)
INSERT INTO archive_withdrawnrecord (withdrawal_id, subject_id, record_id, key_hash, version)
SELECT %(withdrawal)s, subject_id, id, key_hash, version FROM ended
"""

# What stood before a record that a batch brought: its last version from a batch that was not itself taken back,
# unless the provider had withdrawn that.
BEFORE = """
CREATE TEMP TABLE giving_back ON COMMIT DROP AS
SELECT w.id AS withdrawn, w.version + 1 AS version, row_number() OVER (ORDER BY w.subject_id, w.key_hash) AS place,
       p.subject_id, p.id, p.provider
FROM archive_withdrawnrecord w
CROSS JOIN LATERAL (
    SELECT r.* FROM archive_record r JOIN archive_batch b ON b.id = r.batch_id
    WHERE r.subject_id = w.subject_id AND r.key_hash = w.key_hash AND r.resource = %(resource)s
      AND r.version < w.version AND (b.taken_back_at IS NULL OR r.provider <> b.provider)
    ORDER BY r.version DESC LIMIT 1
) p
WHERE w.withdrawal_id = %(withdrawal)s
  AND NOT EXISTS (SELECT 1 FROM archive_withdrawnrecord x WHERE x.record_id = p.id)
"""

# Those that were another provider's before, as a batch of a common register's that prevailed has them.
ANOTHERS = """
WITH made AS (
    INSERT INTO archive_transfer (kind, resource, from_provider, to_provider, act, basis, reason, actor, at)
    SELECT DISTINCT 'restored', %(resource)s, %(from)s, g.provider, %(act)s, '[]'::jsonb, %(reason)s, %(actor)s,
           %(at)s::timestamptz
    FROM giving_back g WHERE g.provider <> %(from)s RETURNING id, to_provider
)
INSERT INTO archive_transferredrecord (transfer_id, subject_id, record_id, made_id)
SELECT m.id, g.subject_id, w.record_id, %(first)s - 1 + g.place
FROM giving_back g JOIN made m ON m.to_provider = g.provider JOIN archive_withdrawnrecord w ON w.id = g.withdrawn
"""
GIVING_BACK = "giving_back m JOIN archive_record r ON r.subject_id = m.subject_id AND r.id = m.id"


def withdraw(
    query: str,
    parameters: Sequence[Any],
    *,
    kind: Withdrawal.Kind,
    resource: str,
    provider: str,
    reason: str,
    actor: Actor,
    at: dt.datetime,
    batch: Batch | None = None,
) -> tuple[Withdrawal, int] | None:
    """End the current records that ``query(subject_id, id)`` names, within the caller's transaction.

    Returns the withdrawal and how many records it ended; None, and nothing is written, where none was current.
    """
    with pg_cursor() as cursor:
        temporary(cursor, "ending", "subject_id bigint, id bigint")
        cursor.execute(f"INSERT INTO pg_temp.ending {query}", parameters)
        cursor.execute("ANALYZE pg_temp.ending")
        cursor.execute(
            "SELECT 1 FROM pg_temp.ending e JOIN archive_record r ON r.subject_id = e.subject_id AND r.id = e.id "
            "WHERE r.superseded_at IS NULL LIMIT 1"
        )
        if cursor.fetchone() is None:
            return None
        with events.recording(Event.Kind.RECORDS_WITHDRAWN, at, batch=batch) as event:
            made = Withdrawal.objects.create(
                kind=kind,
                resource=resource,
                provider=provider,
                batch=batch,
                event=event,
                reason=reason,
                actor=actor.name,
                at=at,
            )
            cursor.execute(END, {"at": at, "withdrawal": made.pk})
            count = int(cursor.rowcount)
            event.particulars = {"withdrawal": made.pk, "resource": resource, "records": count}
    return made, count


def give_back(withdrawal: Withdrawal) -> int:
    """Give the records of a withdrawal the content that stood before them, as new versions; return how many had one."""
    particulars = {"withdrawal": withdrawal.pk, "resource": withdrawal.resource, "at": withdrawal.at}
    with pg_cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.giving_back")
        cursor.execute(BEFORE, particulars)
        count = int(cursor.rowcount)
        if not count:
            return 0
        first = versions.next_ids(count)
        said = {"from": withdrawal.provider, "act": f"withdrawal:{withdrawal.pk}", "reason": withdrawal.reason}
        cursor.execute(ANOTHERS, particulars | said | {"first": first, "actor": withdrawal.actor})
        versions.insert(GIVING_BACK, {}, first=first, at=withdrawal.at)
        cursor.execute(
            "UPDATE archive_withdrawnrecord w SET restored_id = %s - 1 + g.place FROM giving_back g "
            "WHERE w.id = g.withdrawn",
            (first,),
        )
    return count


@dataclass(frozen=True, slots=True)
class TakenOut:
    """The ids of the versions that went, and of the new ones that brought earlier versions back."""

    gone: tuple[int, ...]
    restored: tuple[int, ...]


def take_out(rows: Iterable[tuple[str, int]], subjects: Iterable[int], *, actor: Actor, reason: str) -> TakenOut:
    """Take out the current records that the rows (batch, row number) brought, under any of ``subjects``.

    The caller holds the locks of the resources and runs this in its transaction.
    """
    brought = set(rows)
    batches = {batch for batch, _ in brought}
    found = Record.objects.filter(subject_id__in=list(subjects), batch_id__in=batches).order_by("subject_id", "id")
    theirs = [r for r in found if (r.batch_id, r.row_no) in brought]
    current = [r for r in theirs if r.superseded_at is None]
    if not current:
        return TakenOut((), ())
    pairs = [(r, e) for r in current if (e := _replaced(r, brought)) is not None]
    replaced, earlier = [r for r, _ in pairs], [e for _, e in pairs]
    moment = now()
    for resource, provider in sorted({(r.resource, r.provider) for r in current}):
        chosen = [r for r in current if (r.resource, r.provider) == (resource, provider)]
        withdraw(
            "SELECT * FROM unnest(%s::bigint[], %s::bigint[])",
            ([r.subject_id for r in chosen], [r.id for r in chosen]),
            kind=Withdrawal.Kind.UNDONE,
            resource=resource,
            provider=provider,
            reason=reason,
            actor=actor,
            at=moment,
        )
    last = {(r.subject_id, r.resource, r.key_hash): r.version for r in current}
    numbers = [last[r.subject_id, r.resource, r.key_hash] + 1 for r in earlier]
    again = versions.continued(earlier, moment, numbers)
    _name_owners(replaced, again, actor, reason, moment)
    Record.objects.bulk_create(again)
    for record in again:
        WithdrawnRecord.objects.filter(
            withdrawal__at=moment,
            withdrawal__resource=record.resource,
            subject_id=record.subject_id,
            key_hash=record.key_hash,
            version=record.version - 1,
        ).update(restored_id=record.id)
    return TakenOut(tuple(r.id for r in current), tuple(r.id for r in again))


def _name_owners(gone: list[Record], again: list[Record], actor: Actor, reason: str, at: dt.datetime) -> None:
    """Say of what comes back and is another provider's than what went by what act it does."""
    for ended, made in zip(gone, again, strict=True):
        if ended.provider != made.provider:
            transfer = Transfer.objects.create(
                kind=Transfer.Kind.RESTORED,
                resource=made.resource,
                from_provider=ended.provider,
                to_provider=made.provider,
                act=f"undone:{ended.batch_id}",
                reason=reason,
                actor=actor.name,
                at=at,
            )
            transfer.records.create(subject_id=made.subject_id, record_id=ended.id, made_id=made.id)


def _replaced(record: Record, brought: set[tuple[str, int]]) -> Record | None:
    """The version that ``record`` replaced, behind those that go with it; None if it replaced none."""
    seen: Record | None = record
    while seen is not None:
        seen = (
            Record.objects.filter(
                subject_id=seen.subject_id,
                resource=seen.resource,
                key_hash=seen.key_hash,
                superseded_at=seen.recorded_at,
                version=seen.version - 1,
            )
            .exclude(id=seen.id)
            .first()
        )
        if seen is not None and (seen.batch_id, seen.row_no) not in brought:
            return seen
    return None
