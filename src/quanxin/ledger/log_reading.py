"""Reading the public log: its head, its tiles and entries as files, proofs and receipts.

Invariant: reading changes nothing; whatever is given out can be verified with the public key alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from django.db import connection

from quanxin.ledger.log import leaf_of
from quanxin.ledger.log_keys import every
from quanxin.ledger.models import Head, Leaf, Tile
from quanxin.ledger.signing import former
from quanxin.proofs import tiles
from quanxin.proofs.receipts import Receipt, Row

SEVERAL = """
SELECT substring(t.hashes FOR w.width * 32) FROM unnest(%s::int[], %s::bigint[], %s::int[])
    WITH ORDINALITY AS w(level, number, width, place)
JOIN ledger_tile t ON t.level = w.level AND t.number = w.number AND length(t.hashes) >= w.width * 32 ORDER BY w.place
"""


def head() -> Head | None:
    """The latest head; None of a log without leaves."""
    return Head.objects.order_by("-size").first()


def witnessed() -> Head | None:
    """The latest head that a witness cosigned; None where none was."""
    return Head.objects.filter(witnesses__gt=0).order_by("-size").first()


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


def receipt(leaf: Leaf, row: Row | None = None) -> Receipt | None:
    """What proves a leaf, and a row among those that it is of, to whoever has the public key; None while it waits for its
    place, or once what opens it is forgotten."""
    if leaf.place is None or leaf.salt is None or leaf.content is None:
        return None
    # the first head that holds it, and that until which the log is shown to have only grown: one that others vouch for, if any
    found, last = Head.objects.filter(size__gt=leaf.place).order_by("size").first(), witnessed()
    last = last if last is not None and last.size > leaf.place else head()
    if found is None or last is None:
        return None
    proof, growth = tree(found.size).inclusion(leaf.place), tree(last.size).consistency(found.size)
    return Receipt(
        bytes(leaf.entry), bytes(leaf.salt), leaf.content, leaf.place, proof, found.note, last.note, growth, row
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether there is a receipt of something, or will be in a second (``waits``)."""

    leaf: Leaf | None

    @property
    def waits(self) -> bool:
        return self.leaf is not None and self.leaf.place is None and self.leaf.salt is not None

    @property
    def ready(self) -> bool:
        return self.leaf is not None and self.leaf.place is not None and self.leaf.salt is not None

    def file(self, row: Row | None = None) -> bytes | None:
        """The receipt as a file; None where there is none yet."""
        made = receipt(self.leaf, row) if self.leaf is not None else None
        return made.written() if made is not None else None


def offered(kind: str, about: str) -> Offer:
    """What there is of the latest leaf of a kind about something."""
    return Offer(leaf_of(kind, about))


def public_keys() -> list[str]:
    """The public keys of the log as they are handed on, the present one last; empty before the first head."""
    found = head()
    return [str(key) for key in every(found.note.partition("\n")[0])] if found else []


def told_keys() -> list[str]:
    """The same as they are published: behind a former one stands the moment of its end."""
    if not (keys := public_keys()):
        return []
    ends = [f" {until.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}" for until in former().values()]
    return [key + end for key, end in zip_longest(keys, ends, fillvalue="")]


def _tiles(wanted: Sequence[tiles.Which]) -> list[bytes]:
    """The hashes of several tiles, by one question."""
    levels, numbers, widths = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(SEVERAL, (list(levels), list(numbers), list(widths)))
        found = [bytes(row[0]) for row in cursor.fetchall()]
    if len(found) < len(wanted):
        raise LookupError(f"of tiles {wanted} some are not there")
    return found
