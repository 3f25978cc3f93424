"""Handing held rows over with the records of their resource.

Invariant: a row that waits for the former provider waits for the new one: in a batch of the new provider's own, which
replays the one that the row came in with, with the same text, findings and place; the former provider's receipt stays as it
was. A row about a record that is the new provider's already is put aside: that record stands. Nothing is checked here.
"""

from __future__ import annotations

import datetime as dt

from quanxin.accounts import Actor
from quanxin.accounts.models import audit
from quanxin.archive import events
from quanxin.archive.models import Batch, Event
from quanxin.calendar import today
from quanxin.intake.models import Conflict, Held
from quanxin.intake.pipeline import next_batches
from quanxin.intake.receipt import Receipt
from quanxin.runtime.bridge import pg_cursor

COPY = """
INSERT INTO intake_held (batch_id, row_no, position, bucket, original, issues, stated, stated_key, decision_id)
SELECT %(made)s, row_no, position, bucket, original, issues, stated, stated_key, decision_id FROM intake_held
WHERE batch_id = %(origin)s AND released_by_id IS NULL AND set_aside_at IS NULL
"""
CLAIMS = """
UPDATE intake_conflictrow c SET held_id = n.id FROM intake_held o JOIN intake_held n USING (row_no)
WHERE c.held_id = o.id AND o.batch_id = %(origin)s AND n.batch_id = %(made)s
"""


def move(actor: Actor, *, resource: str, giver: str, taker: str, at: dt.datetime) -> int:
    """Make the rows that wait for ``giver`` in a resource wait for ``taker``; return how many.

    For an act that checked its actor and holds the resource; runs in its transaction.
    """
    own = Conflict.objects.filter(resource=resource, holder=taker, claimant=giver)
    Held.objects.filter(conflict_row__conflict__in=own, released_by=None, set_aside_at=None).update(set_aside_at=at)
    waiting = Held.objects.filter(released_by=None, set_aside_at=None)
    held = waiting.filter(batch__resource=resource, batch__provider=giver)
    origins = Batch.objects.filter(pk__in=held.values("batch_id")).select_for_update().order_by("id")
    return sum(_move(actor, origin, taker, at) for origin in list(origins))


def _move(actor: Actor, origin: Batch, taker: str, at: dt.datetime) -> int:
    rows = Held.objects.filter(batch=origin, released_by=None, set_aside_at=None)
    told = list(rows.values_list("bucket", "issues"))
    counts = {bucket.value: sum(one == bucket for one, _ in told) for bucket in Held.Bucket}
    codes: dict[str, int] = {}
    for _bucket, issues in told:
        for code in sorted({issue["code"] for issue in issues}):
            codes[code] = codes.get(code, 0) + 1
    (number,) = next_batches(at.strftime("%Y%m%d"), 1)
    receipt = Receipt(
        batch=number,
        resource=origin.resource,
        provider=taker,
        received=len(told),
        accepted=0,
        updated=0,
        duplicate=0,
        quarantined=counts[Held.Bucket.QUARANTINED],
        unlinked=counts[Held.Bucket.UNLINKED],
        codes=dict(sorted(codes.items())),
        seconds=0.0,
        file=origin.file_name,
        replay_of=origin.pk,
        reading={"format": "handover"},
    )
    made = Batch.objects.create(
        id=number,
        edition=origin.edition,
        resource=origin.resource,
        provider=taker,
        mode="append",
        file_name=origin.file_name,
        file_sha256="",
        replay_of=origin,
        received=len(told),
        accepted=0,
        updated=0,
        duplicate=0,
        quarantined=receipt.quarantined,
        unlinked=receipt.unlinked,
        received_on=today(),
        recorded_at=at,
        actor=actor.name,
        receipt=receipt.to_json(),
        manifest=[],
    )
    with pg_cursor() as cursor:
        for statement in (COPY, CLAIMS):
            cursor.execute(statement, {"origin": origin.pk, "made": number})
    rows.update(released_by=made)
    events.record(Event.Kind.BATCH_COMMITTED, at, batch=made)
    audit(actor, "intake.move-held", f"batch:{number}", origin=origin.pk, giver=origin.provider, rows=len(told))
    return len(told)
