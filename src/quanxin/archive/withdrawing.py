"""Ending records that their provider withdraws, and giving back what stood before a batch that is taken back.

Invariant: a withdrawal rewrites nothing. It sets the moment at which its records ended and says which they were, why
and by whom; what it gives back comes as new versions. Done twice, it finds nothing left to do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from quanxin.accounts import Actor
from quanxin.archive import events
from quanxin.archive.models import Batch, Event, Withdrawal
from quanxin.runtime.bridge import pg_cursor, reserve, temporary

# The columns of a version that its restored copy repeats.
REPEATED = (
    "subject_id, resource, key_hash, content_hash, payload, event_date, valid_from, valid_until, published, "
    "public_until, tier, batch_id, provider, row_no"
)

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
BEFORE = f"""
CREATE TEMP TABLE giving_back ON COMMIT DROP AS
SELECT w.id AS withdrawn, w.version + 1 AS version, row_number() OVER (ORDER BY w.subject_id, w.key_hash) AS place,
       {", ".join(f"p.{column}" for column in REPEATED.split(", "))}
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
GIVE_BACK = f"""
INSERT INTO archive_record (id, version, recorded_at, {REPEATED})
SELECT %(first)s - 1 + place, version, %(at)s, {REPEATED} FROM giving_back
"""


def withdraw(
    query: str, parameters: Sequence[Any], *, kind: Withdrawal.Kind, resource: str, provider: str, reason: str,
    actor: Actor, at: dt.datetime, batch: Batch | None = None,
) -> tuple[Withdrawal, int] | None:  # fmt: skip
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
                kind=kind, resource=resource, provider=provider, batch=batch, event=event, reason=reason,
                actor=actor.name, at=at,
            )  # fmt: skip
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
        first = reserve("archive_record_id_seq", count)
        said = {"from": withdrawal.provider, "act": f"withdrawal:{withdrawal.pk}", "reason": withdrawal.reason}
        cursor.execute(ANOTHERS, particulars | said | {"first": first, "actor": withdrawal.actor})
        cursor.execute(GIVE_BACK, particulars | {"first": first})
        cursor.execute(
            "UPDATE archive_withdrawnrecord w SET restored_id = %s - 1 + g.place FROM giving_back g "
            "WHERE w.id = g.withdrawn",
            (first,),
        )
    return count
