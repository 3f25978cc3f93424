"""The order of labels: an HMAC of each, or the picks of RFC 3797.

Invariant: by ``vrs-1`` a label's place depends on the code, the randomness and the label alone, so that a label that is
left out moves no other relative to the rest.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

ABOVE = b"\xff" * 33  # every order
PICKED_FROM = 65_535  # RFC 3797 counts its picks in two bytes


def key_of(code: bytes, randomness: str) -> bytes:
    """HKDF-Extract: the key of a round, from the revealed code and the randomness."""
    return hmac.digest(code, randomness.encode(), "sha256")


def order(key: bytes, label: bytes) -> bytes:
    """HKDF-Expand to 32 bytes: what a label is sorted by."""
    return hmac.digest(key, label + b"\1", "sha256")


def orders(key: bytes, labels: Iterable[bytes]) -> Iterator[bytes]:
    """The same of many labels, each with the two states of the key that HMAC begins from."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded)).copy
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded)).copy
    for label in labels:
        first = inner()
        first.update(label + b"\1")
        second = outer()
        second.update(first.digest())
        yield second.digest()


def lowest(key: bytes, labels: Sequence[bytes], wanted: int, without: Collection[bytes] = frozenset()) -> list[bytes]:
    """The labels whose order is lowest, that one first, without some."""
    if wanted <= 0:
        return []
    found = _below(_cut(wanted + len(without), len(labels)), key, labels, without)
    if len(found) < wanted:
        found = _below(ABOVE, key, labels, without)
    return [label for _, label in islice(sorted(found), wanted)]


def _below(cut: bytes, key: bytes, labels: Sequence[bytes], without: Collection[bytes]) -> list[tuple[bytes, bytes]]:
    """Those below a cut, with their orders: the orders of a large frame are never held all at once."""
    ordered = zip(orders(key, labels), labels, strict=True)
    return [(value, label) for value, label in ordered if value < cut and label not in without]


def _cut(wanted: int, size: int) -> bytes:
    """An order below which a little more than those wanted are to be expected."""
    share = min(1.0, (wanted + 6 * wanted**0.5 + 10) / max(size, 1))
    return ABOVE if share >= 1 else int(share * 2**48).to_bytes(6, "big")


def picks(key: str, size: int) -> Iterator[int]:
    """RFC 3797: places, from 0, in the order in which they are picked out of so many."""
    text, rest = key.encode(), list(range(size))
    for turn in range(size):
        count = turn.to_bytes(2, "big")
        number = int.from_bytes(hashlib.md5(count + text + count, usedforsecurity=False).digest(), "big")
        yield rest.pop(number % len(rest))


def picked(key: str, labels: Sequence[bytes], wanted: int, without: Collection[bytes] = frozenset()) -> list[bytes]:
    """The labels that RFC 3797 picks, the first one first; one that is left out is passed over."""
    valid = (labels[place] for place in picks(key, len(labels)) if labels[place] not in without)
    return list(islice(valid, max(wanted, 0)))
