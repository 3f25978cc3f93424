"""Giving leaves their places in the public log, and signing its head.

Invariant: one transaction gives places, extends the tiles and signs the head; two at once wait for each other, so that the log
never forks. Before it has committed, nothing of it is seen; a process that dies in it leaves the leaves waiting.
"""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

from django.db import connection, transaction

from quanxin.calendar import now
from quanxin.ledger import log_keys, signing
from quanxin.ledger.models import Head, Tile
from quanxin.proofs import merkle, tiles
from quanxin.proofs.checkpoints import Checkpoint
from quanxin.proofs.notes import Note
from quanxin.runtime import environment, locks

AT_ONCE = 50_000  # leaves of a transaction
PLACED = """
WITH waiting AS (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM (
        SELECT id FROM ledger_leaf WHERE place IS NULL ORDER BY id LIMIT %s
    ) w
), placed AS (
    UPDATE ledger_leaf l SET place = %s + w.n FROM waiting w
    WHERE l.id = w.id AND l.place IS NULL
      -- said once more, so that no plan walks through a log of millions to come to its end
      AND l.id BETWEEN (SELECT min(id) FROM waiting) AND (SELECT max(id) FROM waiting)
    RETURNING l.place, sha256('\\x00'::bytea || l.entry) AS hash
)
SELECT coalesce(string_agg(hash, ''::bytea ORDER BY place), ''::bytea) FROM placed
"""
KEPT = """
INSERT INTO ledger_tile (level, number, hashes) SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bytea[])
ON CONFLICT (level, number) DO UPDATE SET hashes = EXCLUDED.hashes
"""


def sequence() -> int:
    """Give every leaf that waits its place; return how many got one."""
    placed = 0
    while some := _sequence_some():
        placed += some
    return placed


@transaction.atomic
def _sequence_some() -> int:
    locks.hold(locks.Kind.LOG)
    head = Head.objects.order_by("-size").first()
    size = head.size if head else 0
    with connection.cursor() as cursor:
        cursor.execute(PLACED, (AT_ONCE, size))
        found = tiles.hashes(bytes(cursor.fetchone()[0]))
    if not found:
        return 0
    root = _extend(size, found)
    _sign(Checkpoint(_origin(head), size + len(found), root))
    return len(found)


def _extend(size: int, found: list[bytes]) -> bytes:
    """Put the hashes of leaves at the end of the tiles of a tree of ``size``; return the root of what comes of it."""
    level, at, row = 0, size, found
    written: dict[tuple[int, int], bytes] = {}
    while row:
        number, width = divmod(at, tiles.WIDTH)
        before = tiles.hashes(bytes(_kept(level, number))) if width else []
        whole = before + row
        parts = [whole[i : i + tiles.WIDTH] for i in range(0, len(whole), tiles.WIDTH)]
        written |= {(level, number + n): b"".join(part) for n, part in enumerate(parts)}
        row = [merkle.root(part) for part in parts if len(part) == tiles.WIDTH]
        level, at = level + 1, number
    with connection.cursor() as cursor:
        keys = list(written)
        cursor.execute(KEPT, ([k[0] for k in keys], [k[1] for k in keys], [written[k] for k in keys]))
    return tiles.Tree(
        size + len(found), lambda wanted: [written.get(one[:2]) or _kept(*one[:2]) for one in wanted]
    ).root()


def _kept(level: int, number: int) -> bytes:
    return bytes(Tile.objects.get(level=level, number=number).hashes)


def _origin(head: Head | None) -> str:
    """The name of the log: as it was from its first head on."""
    if head is not None:
        return head.note.partition("\n")[0]
    address = urlsplit(environment.value("QUANXIN_PUBLIC_URL"))
    return f"{address.netloc}{address.path.rstrip('/')}/log"


def _sign(checkpoint: Checkpoint) -> None:
    key = log_keys.present(checkpoint.origin)
    note = Note(checkpoint.text).signed(key, lambda text: base64.b64decode(signing.sign(text)))
    Head.objects.create(size=checkpoint.size, root=checkpoint.root, note=str(note), at=now())
