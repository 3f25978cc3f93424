"""The Merkle tree of RFC 6962 over lines: a leaf is hashed with 0x00 before it, a node with 0x01.

Invariant: leaves and nodes cannot be taken for each other, and the root depends on every leaf and its place. Pairing level
by level, with an odd one moved up, is the tree of the RFC.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaves; that of none is SHA-256 of nothing."""
    sha = hashlib.sha256
    level = [sha(b"\0" + leaf).digest() for leaf in leaves]
    if not level:
        return sha().digest()
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The hashes beside the way from the leaf at ``place`` to the root, from below."""
    level, beside = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves], []
    while len(level) > 1:
        if (other := place ^ 1) < len(level):
            beside.append(level[other])
        level, place = _above(level), place // 2
    return beside


def holds(leaf: bytes, place: int, size: int, beside: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf stands at its place of a tree of so many leaves with this root."""
    rest, found, last = list(beside), hashlib.sha256(b"\0" + leaf).digest(), size - 1
    if not 0 <= place < size:
        return False
    while last > 0:
        if place % 2 or place < last:
            if not rest:
                return False
            other = rest.pop(0)
            left, right = (other, found) if place % 2 else (found, other)
            found = hashlib.sha256(b"\1" + left + right).digest()
        place, last = place // 2, last // 2
    return not rest and found == root


def _above(level: list[bytes]) -> list[bytes]:
    sha = hashlib.sha256
    above = [sha(b"\1" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    if len(level) % 2:
        above.append(level[-1])
    return above
