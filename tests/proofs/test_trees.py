"""Trees, whole and by their tiles: each proof of each size holds, and no other."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanxin.proofs import merkle, tiles

LEAVES = [merkle.leaf_hash(str(i).encode()) for i in range(70_000)]


def tree(size: int) -> tiles.Tree:
    """A tree of the first leaves, by the tiles that a log of that size serves."""
    kept: dict[tuple[int, int], bytes] = {}
    level, row = 0, LEAVES[:size]
    while row:
        parts = [row[at : at + tiles.WIDTH] for at in range(0, len(row), tiles.WIDTH)]
        kept |= {(level, n): b"".join(part) for n, part in enumerate(parts)}
        row = [merkle.root(part) for part in parts if len(part) == tiles.WIDTH]
        level += 1

    def read(wanted: Sequence[tiles.Which]) -> list[bytes]:
        found = [kept[at, number] for at, number, _ in wanted]
        assert [len(one) for one in found] == [width * merkle.SIZE for *_, width in wanted], "a tile that is not served"
        return found

    return tiles.Tree(size, read)


@pytest.mark.parametrize("size", [*range(34), 255, 256, 257, 511, 512, 513, 1000])
def test_every_leaf_and_every_beginning_is_proven(size: int) -> None:
    whole, of_tiles = merkle.root(LEAVES[:size]), tree(size)
    assert of_tiles.root() == whole
    for place in range(size) if size < 34 else (0, size // 3, size - 2, size - 1):
        proof = of_tiles.inclusion(place)
        assert proof == merkle.inclusion(LEAVES[:size], place)
        assert merkle.included(LEAVES[place], place, size, proof, whole)
        assert not merkle.included(LEAVES[place], (place + 1) % size, size, proof, whole) or size == 1
    for before in range(1, size + 1) if size < 34 else (1, 2, 3, 255, size - 1, size):
        proof = of_tiles.consistency(before)
        assert proof == merkle.consistency(LEAVES[:size], before)
        assert merkle.consistent(before, size, merkle.root(LEAVES[:before]), whole, proof)


def test_a_proof_in_a_large_tree_reads_few_tiles() -> None:
    read: list[tuple[int, int]] = []
    large = tree(70_000)
    inner = large._tiles
    large._tiles = lambda wanted: read.extend(which[:2] for which in wanted) or inner(wanted)  # type: ignore[func-returns-value]
    proof = large.inclusion(12_345)
    assert merkle.included(LEAVES[12_345], 12_345, 70_000, proof, large.root())
    assert len(set(read)) <= 8


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_flipped_bit_or_a_moved_leaf_is_found(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 300))
    place = data.draw(st.integers(0, size - 1))
    whole, proof = merkle.root(LEAVES[:size]), merkle.inclusion(LEAVES[:size], place)
    which = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    broken = [*proof]
    broken[which] = (int.from_bytes(broken[which], "big") ^ 1 << bit).to_bytes(32, "big")
    assert not merkle.included(LEAVES[place], place, size, broken, whole)
    assert not merkle.included(LEAVES[place], place, size, proof[:-1], whole)
    assert not merkle.included(LEAVES[place], place, size, [*proof, proof[0]], whole)
    before = data.draw(st.integers(1, size - 1))
    old, beside = merkle.root(LEAVES[:before]), merkle.consistency(LEAVES[:size], before)
    which = data.draw(st.integers(0, len(beside) - 1))
    beside[which] = (int.from_bytes(beside[which], "big") ^ 1 << bit).to_bytes(32, "big")
    assert not merkle.consistent(before, size, old, whole, beside)


def test_garbage_proves_nothing() -> None:
    for size, place, proof in itertools.product(
        (-1, 0, 1, 2, 2**70), (-1, 0, 1), ([], [b""], [b"x" * 31], [b"x" * 32] * 80)
    ):
        assert not merkle.included(b"y" * 32, place, size, proof, b"z" * 32)
        assert not merkle.consistent(place, size, b"y" * 32, b"z" * 32, proof)


def test_where_tiles_are_served() -> None:
    assert tiles.path(0, 0) == "tile/0/000"
    assert tiles.path(2, 1234067) == "tile/2/x001/x234/067"
    assert tiles.path(None, 1234067, 8) == "tile/entries/x001/x234/067.p/8"
    assert tiles.path(1, 1000) == "tile/1/x001/000"
    for asked in ((0, 0, 256), (2, 1_234_067, 256), (None, 1_234_067, 8), (63, 255, 255)):
        assert tiles.read_path(tiles.path(*asked).removeprefix("tile/")) == asked
    for text in ("", "0", "64/000", "0/00", "0/000.p/256", "0/000.p/0", "0/x00/000", "entries/1", "00/000", "0/000/"):
        assert tiles.read_path(text) is None, text


def test_entries_are_bundled_with_their_lengths() -> None:
    entries = [b"", b"a", hashlib.sha256(b"b").digest() * 9]
    assert tiles.unbundled(tiles.bundle(entries)) == entries
    for cut in range(1, 3):
        with pytest.raises(ValueError, match="amid"):
            tiles.unbundled(tiles.bundle(entries)[:-cut] if cut > 1 else tiles.bundle([b"abc"])[:1])
