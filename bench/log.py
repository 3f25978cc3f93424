"""The public log: leaves that get their places, proofs out of a large one, receipts verified by a stranger.

Invariant: the leaves lie in the database as acts leave them; the large log is made by the same sequencing.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

from bench.ground import Cost, line, percentiles

# As ``ledger.log.add`` leaves them; what opens a leaf is of no matter to its place.
LEAVES = """
INSERT INTO ledger_leaf (kind, about, content, salt, entry, at)
SELECT 'batch', 'batch:' || n, '{"rows": 1}', '\\x00', convert_to(
    '{"at":"2026-01-01T00:00:00+00:00","digest":"' || encode(sha256(n::text::bytea), 'hex') || '","kind":"batch"}', 'UTF8'
), now() FROM generate_series(%s::bigint, %s::bigint - 1) n
"""
ASKED = 500  # proofs


def measure(leaves: int) -> None:
    """Print the rate of sequencing, and how long proofs of a log of so many leaves take to make and to verify."""
    from django.db import connection

    from quanxin.calendar import now
    from quanxin.ledger import log, log_reading, sequencing
    from quanxin.ledger.models import Leaf
    from quanxin.proofs import receipts
    from quanxin.proofs.notes import Key

    with connection.cursor() as cursor:
        for first in range(0, leaves, 1_000_000):
            cursor.execute(LEAVES, (first, min(leaves, first + 1_000_000)))
            cursor.execute("VACUUM ANALYZE ledger_leaf")
            before = _backend(cursor)
            cost, placed = Cost.of(sequencing.sequence)
            spent = cost.cpu + _backend(cursor) - before
            line(
                f"sequencing from {first:,} on",
                f"{placed / cost.wall:,.0f} leaves/s by the clock, {placed / spent:,.0f} by the processor",
                "≥ 50,000",
            )
    last = log.add("batch", "batch:last", {"rows": 1})
    sequencing.sequence()
    head, drawn = log_reading.head(), random.Random(5)
    assert head is not None
    took = []
    for place in (drawn.randrange(leaves) for _ in range(ASKED)):
        started = time.perf_counter()
        log_reading.tree(head.size).inclusion(place)
        took.append(time.perf_counter() - started)
    line(f"inclusion proof among {leaves:,} leaves", percentiles(took), "p95 ≤ 5 ms")
    receipt = log_reading.receipt(Leaf.objects.get(pk=last))
    assert receipt is not None
    raw, trust = receipt.written(), receipts.Trust([Key.read(key) for key in log_reading.public_keys()], now())
    took = []
    for _ in range(ASKED):
        started = time.perf_counter()
        assert receipts.wrong(receipts.read(raw), trust) == []
        took.append(time.perf_counter() - started)
    line("a receipt verified offline", percentiles(took), "≤ 50 ms")


def _backend(cursor: Any) -> float:
    """The seconds of the processor that the database has spent on this session; 0 where the system does not tell."""
    cursor.execute("SELECT pg_backend_pid()")
    told = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return int(told.read_text().split()[0]) / 1e9 if told.is_file() else 0.0
