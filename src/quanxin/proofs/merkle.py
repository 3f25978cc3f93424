"""The Merkle tree of RFC 9162, section 2.1 (that of RFC 6962), over SHA-256.

Invariant: a leaf is hashed with 0x00 before it and a node with 0x01, so that neither can be taken for the other; the root
depends on every leaf and its place. Verifying takes any bytes and answers yes or no.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

SIZE = 32  # bytes of a hash
EMPTY = hashlib.sha256().digest()  # the root over nothing
STRETCH = 1 << 12  # leaves whose subtree is made at once: what it is made of stays in the processor's memory
# to begin from a state costs less than to begin anew
_LEAF, _NODE = hashlib.sha256(b"\x00").copy, hashlib.sha256(b"\x01").copy


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The hashes of leaves, in their order."""
    hashes = []
    for entry in entries:
        leaf = _LEAF()
        leaf.update(entry)
        hashes.append(leaf.digest())
    return hashes


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Iterable[bytes]) -> bytes:
    """The root over the hashes of leaves, in their order.

    Pairing level by level, with an odd one moved up, gives the tree of the RFC.
    """
    level = list(hashes)
    if not level:
        return EMPTY
    while len(level) > 1:
        level = _above(level)
    return level[0]


def root_over(entries: Sequence[bytes]) -> bytes:
    """The root over leaves, in their order, one stretch after the other."""
    stretches = (entries[at : at + STRETCH] for at in range(0, len(entries), STRETCH))
    return root(root(leaf_hashes(stretch)) for stretch in stretches)


def inclusion(hashes: Sequence[bytes], place: int) -> list[bytes]:
    """The proof that the leaf at ``place`` is in the tree over ``hashes``: what stands beside its way up, from below.

    Raises ``IndexError`` where there is no such leaf.
    """
    if not 0 <= place < len(hashes):
        raise IndexError(place)
    level, beside = list(hashes), []
    while len(level) > 1:
        if (other := place ^ 1) < len(level):
            beside.append(level[other])
        level, place = _above(level), place // 2
    return beside


def included(leaf: bytes, place: int, size: int, proof: Sequence[bytes], whole: bytes) -> bool:
    """Whether a leaf, by its hash, stands at ``place`` in the tree of ``size`` leaves with the root ``whole`` (RFC 9162,
    2.1.3.2)."""
    if not 0 <= place < size or not _hashes([leaf, whole, *proof]):
        return False
    node, last, found = place, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(beside, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        node, last = node >> 1, last >> 1
    return last == 0 and found == whole


def consistency(hashes: Sequence[bytes], before: int) -> list[bytes]:
    """The proof that the tree over the first ``before`` hashes is a beginning of the tree over them all (RFC 9162, 2.1.4.1).

    Raises ``ValueError`` where there is no such beginning; that of nothing needs no proof.
    """
    if not 0 <= before <= len(hashes):
        raise ValueError(before)
    return [] if before in (0, len(hashes)) else _consistency(hashes, before, whole=True)


def _consistency(hashes: Sequence[bytes], before: int, *, whole: bool) -> list[bytes]:
    size = len(hashes)
    if before == size:
        return [] if whole else [root(hashes)]
    half = 1 << (size - 1).bit_length() - 1
    if before <= half:
        return [*_consistency(hashes[:half], before, whole=whole), root(hashes[half:])]
    return [*_consistency(hashes[half:], before - half, whole=False), root(hashes[:half])]


def consistent(before: int, after: int, old: bytes, new: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of ``after`` leaves with the root ``new`` begins with that of ``before`` leaves with the root
    ``old`` (RFC 9162, 2.1.4.2); that of nothing begins every tree, and is proven by nothing."""
    if 0 < before == after:
        return not proof and old == new
    if not 0 < before < after or not _hashes([old, new, *proof]):
        return False
    if not proof:
        return False
    rest = list(proof) if before & (before - 1) else [old, *proof]
    node, last = before - 1, after - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    found_old = found_new = rest[0]
    for beside in rest[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            found_old, found_new = node_hash(beside, found_old), node_hash(beside, found_new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found_new = node_hash(found_new, beside)
        node, last = node >> 1, last >> 1
    return last == 0 and found_old == old and found_new == new


def _hashes(given: Iterable[bytes]) -> bool:
    return all(len(one) == SIZE for one in given)


def _above(level: list[bytes]) -> list[bytes]:
    above = []
    for left, right in zip(level[::2], level[1::2], strict=False):
        node = _NODE()
        node.update(left + right)
        above.append(node.digest())
    if len(level) % 2:
        above.append(level[-1])
    return above
