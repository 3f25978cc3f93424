"""Making records of one provider another's.

Invariant: what a record says does not change, and what was decided about it stays with it. Its version under the one
provider ends and the same content goes on under the other, as a new version; any moment before shows whose it was then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from quanxin.accounts import Actor
from quanxin.archive import events, versions
from quanxin.archive.models import Event, Transfer
from quanxin.policy.model import Basis
from quanxin.runtime.bridge import pg_cursor

MOVING = """
CREATE TEMP TABLE moving ON COMMIT DROP AS
SELECT subject_id, id AS record_id, version + 1 AS version, row_number() OVER (ORDER BY subject_id, key_hash) AS place FROM (
    SELECT r.subject_id, r.id, r.key_hash, r.version FROM archive_record r {among}
    WHERE r.resource = %s AND r.provider = %s AND r.superseded_at IS NULL
    ORDER BY r.subject_id, r.id FOR UPDATE OF r  -- a withdrawal under way is waited for, and what it ends does not go on
) AS standing
"""
NAMED = "JOIN unnest(%s::bigint[], %s::bigint[]) n(subject_id, id) ON n.subject_id = r.subject_id AND n.id = r.id"
KEEP = """
INSERT INTO archive_transferredrecord (transfer_id, subject_id, record_id, made_id)
SELECT %(transfer)s, subject_id, record_id, %(first)s - 1 + place FROM moving
"""
END = """
UPDATE archive_record r SET superseded_at = %(at)s FROM moving m WHERE r.subject_id = m.subject_id AND r.id = m.record_id
"""
GOING_ON = "moving m JOIN archive_record r ON r.subject_id = m.subject_id AND r.id = m.record_id"


def transfer(
    actor: Actor,
    kind: Transfer.Kind,
    *,
    resource: str,
    giver: str,
    taker: str,
    act: str,
    basis: Sequence[Basis],
    reason: str,
    at: dt.datetime,
    only: Sequence[tuple[int, int]] | None = None,
) -> tuple[Transfer, int] | None:
    """Make a provider's current records of a resource (``only`` those: subject, id) another's, within the caller's
    transaction and under the resource's lock; return the transfer and how many, None where there was none.
    """
    values: list[Any] = [resource, giver]
    if only is not None:
        values = [[subject for subject, _ in only], [number for _, number in only], *values]
    with pg_cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.moving")
        cursor.execute(MOVING.format(among=NAMED if only is not None else ""), values)
        count = int(cursor.rowcount)
        if not count:
            return None
        cursor.execute("ANALYZE pg_temp.moving")
        with events.recording(Event.Kind.RECORDS_TRANSFERRED, at) as event:
            made = Transfer.objects.create(
                kind=kind,
                resource=resource,
                from_provider=giver,
                to_provider=taker,
                act=act,
                reason=reason,
                basis=[article.model_dump(mode="json", exclude_none=True) for article in basis],
                actor=actor.name,
                at=at,
                event=event,
            )
            first = versions.next_ids(count)
            wanted = {"transfer": made.pk, "first": first, "at": at}
            for statement in (KEEP, END):
                cursor.execute(statement, wanted)
            versions.insert(GOING_ON, {}, first=first, at=at, provider=taker)
            event.particulars = {"transfer": made.pk, "resource": resource, "from": giver, "to": taker, "count": count}
    return made, count
