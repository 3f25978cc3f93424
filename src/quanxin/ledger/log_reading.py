"""Reading the public log: its head, its tiles and entries as files, proofs and receipts.

Invariant: reading changes nothing; whatever is given out can be verified with the public key alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from quanxin.ledger.log_keys import every
from quanxin.ledger.models import Head, Leaf, Tile
from quanxin.proofs import tiles
from quanxin.proofs.receipts import Receipt

SEVERAL = """
SELECT substring(t.hashes FOR w.width * 32) FROM unnest(%s::int[], %s::bigint[], %s::int[])
    WITH ORDINALITY AS w(level, number, width, place)
JOIN ledger_tile t ON t.level = w.level AND t.number = w.number AND length(t.hashes) >= w.width * 32 ORDER BY w.place
"""


def head() -> Head | None:
    """The latest head; None of a log without leaves."""
    return Head.objects.order_by("-size").first()


def tree(size: int) -> tiles.Tree:
    """The tree of a size that was signed, or that is smaller than one that was."""
    return tiles.Tree(size, _tiles)


def tile(level: int, number: int, width: int) -> bytes | None:
    """A tile as it is served; None where the log has not come so far."""
    found = Tile.objects.filter(level=level, number=number).values_list("hashes", flat=True).first()
    if found is None or len(found) < width * 32:
        return None
    return bytes(found[: width * 32])


def bundle(number: int, width: int) -> bytes | None:
    """Entries as they are served; None where the log has not come so far."""
    first = number * tiles.WIDTH
    if tile(0, number, width) is None:
        return None
    rows = Leaf.objects.filter(place__gte=first, place__lt=first + width).order_by("place")
    return tiles.bundle([bytes(entry) for entry in rows.values_list("entry", flat=True)])


def receipt(leaf: Leaf) -> Receipt | None:
    """What proves a leaf to whoever has the public key; None while it waits for its place, or once what opens it is
    forgotten."""
    if leaf.place is None or leaf.salt is None or leaf.content is None:
        return None
    # the first head that holds it: the receipt of a leaf is the same whenever it is asked for
    found = Head.objects.filter(size__gt=leaf.place).order_by("size").first()
    if found is None:
        return None
    proof = tree(found.size).inclusion(leaf.place)
    return Receipt(bytes(leaf.entry), bytes(leaf.salt), leaf.content, leaf.place, proof, found.note)


def public_keys() -> list[str]:
    """The public keys of the log as they are handed on, the present one last; empty before the first head."""
    found = head()
    return [str(key) for key in every(found.note.partition("\n")[0])] if found else []


def _tiles(wanted: Sequence[tiles.Which]) -> list[bytes]:
    """The hashes of several tiles, by one question."""
    levels, numbers, widths = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(SEVERAL, (list(levels), list(numbers), list(widths)))
        found = [bytes(row[0]) for row in cursor.fetchall()]
    if len(found) < len(wanted):
        raise LookupError(f"of tiles {wanted} some are not there")
    return found
