"""How long an intake took: from the first reading of what was handed in until its batch was committed.

Invariant: the receipt that is given and the one that is kept say the same. Where the intake is part of another act's
transaction, the one that is given ends with the intake's own work, and the one that is kept with that act's commit.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from django.db import connection, transaction

from quanxin.intake.receipt import Receipt
from quanxin.runtime.bridge import pg_cursor

_WRITE = """
UPDATE archive_batch SET receipt = jsonb_set(receipt, '{seconds}', to_jsonb(timed.seconds))
FROM unnest(%s::text[], %s::numeric[]) AS timed (id, seconds) WHERE archive_batch.id = timed.id
"""


def timed(receipts: Sequence[Receipt], started: Sequence[float]) -> list[Receipt]:
    """The receipts with the seconds since each was begun, by ``time.monotonic()``; those of earlier batches as they are."""
    at = time.monotonic()
    return [
        receipt if receipt.repeated else replace(receipt, seconds=round(at - began, 3))
        for receipt, began in zip(receipts, started, strict=True)
    ]


def finish(receipts: Sequence[Receipt], started: Sequence[float]) -> list[Receipt]:
    """``timed`` receipts of batches that were just committed; they are kept so."""
    made = timed(receipts, started)
    _keep(made)
    if connection.in_atomic_block:
        transaction.on_commit(lambda: _keep(timed(receipts, started)))
    return made


def _keep(receipts: Sequence[Receipt]) -> None:
    """A batch that is gone, or killed before this, keeps the seconds until its commit began."""
    new = [receipt for receipt in receipts if not receipt.repeated]
    if new:
        with pg_cursor() as cursor:
            cursor.execute(_WRITE, ([r.batch for r in new], [r.seconds for r in new]))
