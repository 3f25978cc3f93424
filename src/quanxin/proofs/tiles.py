"""The tiles in which a log is served as files (C2SP tlog-tiles), and proofs made from them.

Invariant: a tile holds the hashes of 256 subtrees beside each other, or fewer at the right edge; a full tile never changes. Every
hash of a proof is a hash of a tile or is made from hashes of one tile, so that a proof of any size reads a few tiles.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence

from quanxin.proofs import merkle

HEIGHT = 8
WIDTH = 1 << HEIGHT
_PATH = re.compile(r"(entries|[1-5]?[0-9]|6[0-3])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
Tiles = Callable[[int, int, int], bytes]  # level, number, width: the hashes of a tile, beside each other


def path(level: int | None, number: int, width: int = WIDTH) -> str:
    """Where a tile is served: of a ``level``, or of entries (None)."""
    parts: list[str] = []
    for rest in (number // 1000**place for place in range(7)):
        if parts and not rest:
            break
        parts.append(f"{'x' if parts else ''}{rest % 1000:03}")
    partial = f".p/{width}" if width < WIDTH else ""
    return f"tile/{'entries' if level is None else level}/{'/'.join(reversed(parts))}{partial}"


def read_path(text: str) -> tuple[int | None, int, int] | None:
    """What is asked for at an address after ``tile/``: level (None of entries), number, width; None for no such address."""
    found = _PATH.fullmatch(text)
    if found is None or int(found[3] or 1) >= WIDTH:
        return None
    level = None if found[1] == "entries" else int(found[1])
    return level, int(found[2].replace("x", "").replace("/", "")), int(found[3] or WIDTH)


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries as they are served: each after its length in two bytes."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def unbundled(raw: bytes) -> list[bytes]:
    """The entries of a bundle. Raises ``ValueError`` where it ends amid one."""
    entries, at = [], 0
    while at < len(raw):
        if at + 2 > len(raw):
            raise ValueError("the bundle ends amid a length")
        end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
        if end > len(raw):
            raise ValueError("the bundle ends amid an entry")
        entries.append(raw[at + 2 : end])
        at = end
    return entries


def hashes(tile: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [tile[at : at + merkle.SIZE] for at in range(0, len(tile), merkle.SIZE)]


class Tree:
    """A tree of a size, read from its tiles."""

    def __init__(self, size: int, tiles: Tiles) -> None:
        self.size, self._tiles = size, tiles
        self._read: dict[tuple[int, int], list[bytes]] = {}

    def root(self) -> bytes:
        """The root."""
        return self.subtree(0, self.size) if self.size else merkle.EMPTY

    def inclusion(self, place: int) -> list[bytes]:
        """The proof for the leaf at ``place``. Raises ``IndexError`` where there is none."""
        if not 0 <= place < self.size:
            raise IndexError(place)
        beside, begin, end = [], 0, self.size
        while end - begin > 1:
            half = begin + (1 << (end - begin - 1).bit_length() - 1)
            if place < half:
                beside.append(self.subtree(half, end))
                end = half
            else:
                beside.append(self.subtree(begin, half))
                begin = half
        return beside[::-1]

    def consistency(self, before: int) -> list[bytes]:
        """The proof that the tree of ``before`` leaves is its beginning. Raises ``ValueError`` where there is none."""
        if not 0 <= before <= self.size:
            raise ValueError(before)
        if before in (0, self.size):
            return []
        beside, begin, end, whole = [], 0, self.size, True
        while before != end:
            half = begin + (1 << (end - begin - 1).bit_length() - 1)
            if before <= half:
                beside.append(self.subtree(half, end))
                end = half
            else:
                beside.append(self.subtree(begin, half))
                begin, whole = half, False
        return [*([] if whole else [self.subtree(begin, end)]), *beside[::-1]]

    def subtree(self, begin: int, end: int) -> bytes:
        """The root over the leaves from ``begin`` until before ``end``, where ``begin`` starts a subtree that holds them."""
        size = end - begin
        if size & (size - 1):
            half = begin + (1 << size.bit_length() - 1)
            return merkle.node_hash(self.subtree(begin, half), self.subtree(half, end))
        level, rest = divmod(size.bit_length() - 1, HEIGHT)
        first = begin >> level * HEIGHT
        tile = self._tile(level, first // WIDTH)
        return merkle.root(tile[first % WIDTH : first % WIDTH + (1 << rest)])

    def _tile(self, level: int, number: int) -> list[bytes]:
        if (level, number) not in self._read:
            there = min(WIDTH, (self.size >> level * HEIGHT) - number * WIDTH)
            self._read[level, number] = hashes(self._tiles(level, number, there))
        return self._read[level, number]
