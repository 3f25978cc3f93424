"""The tiles in which a log is served as files (C2SP tlog-tiles), and proofs made from them.

Invariant: a tile holds the hashes of 256 subtrees beside each other, or fewer at the right edge; a full tile never changes. Every
hash of a proof is a hash of a tile or is made from hashes of one tile, so that a proof of any size reads a few tiles.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence

from quanxin.proofs import merkle

HEIGHT = 8
WIDTH = 1 << HEIGHT
_PATH = re.compile(r"(entries|[1-5]?[0-9]|6[0-3])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
Which = tuple[int, int, int]  # a tile: level, number, width
Tiles = Callable[[Sequence[Which]], Iterable[bytes]]  # of each of some tiles the hashes, beside each other


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
    """A tree of a size, read from its tiles; what a question needs of them is read at once."""

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
                beside.append((half, end))
                end = half
            else:
                beside.append((begin, half))
                begin = half
        return self._roots(beside[::-1])

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
                beside.append((half, end))
                end = half
            else:
                beside.append((begin, half))
                begin, whole = half, False
        return self._roots([*([] if whole else [(begin, end)]), *beside[::-1]])

    def subtree(self, begin: int, end: int) -> bytes:
        """The root over the leaves from ``begin`` until before ``end``, where ``begin`` starts a subtree that holds them."""
        return self._roots([(begin, end)])[0]

    def _roots(self, stretches: Sequence[tuple[int, int]]) -> list[bytes]:
        parts = [list(_perfect(*stretch)) for stretch in stretches]
        self._look_up({_where(*part)[:2] for some in parts for part in some})
        return [self._joined(some) for some in parts]

    def _joined(self, parts: list[tuple[int, int]]) -> bytes:
        """The root over perfect subtrees, each smaller than the one before."""
        found = [self._root_of(*part) for part in parts]
        whole = found.pop()
        while found:
            whole = merkle.node_hash(found.pop(), whole)
        return whole

    def _root_of(self, begin: int, size: int) -> bytes:
        level, number, first, width = _where(begin, size)
        return merkle.root(self._read[level, number][first : first + width])

    def _look_up(self, wanted: set[tuple[int, int]]) -> None:
        missing = sorted(wanted - self._read.keys())
        which = [(n, k, min(WIDTH, (self.size >> n * HEIGHT) - k * WIDTH)) for n, k in missing]
        if which:
            self._read |= zip(missing, map(hashes, self._tiles(which)), strict=True)


def _perfect(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The perfect subtrees that a stretch is made of, each as where it begins and how many leaves it has."""
    while begin < end:
        size = 1 << (end - begin).bit_length() - 1
        yield begin, size
        begin += size


def _where(begin: int, size: int) -> tuple[int, int, int, int]:
    """Where a perfect subtree stands: level and number of its tile, from which hash on, over how many."""
    level, rest = divmod(size.bit_length() - 1, HEIGHT)
    number, first = divmod(begin >> level * HEIGHT, WIDTH)
    return level, number, first, 1 << rest
