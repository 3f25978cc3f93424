"""Following a log from outside: that it only grows, and that its entries are those that its root commits to.

Invariant: nothing is taken on trust but the keys that the monitor brings; a log that shows another past than it was once
seen with is named. It is read by its addresses alone, as by any stranger.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import count

from quanxin.proofs import checkpoints, merkle, tiles
from quanxin.proofs.checkpoints import Checkpoint
from quanxin.proofs.notes import Key, Note, NoteError

Fetch = Callable[[str], bytes | None]  # what lies at an address beneath the log's; None for nothing


class Fork(Exception):
    """A log that is not what it was, or not what it says: in one word (``signature``, ``rolled-back``, ``forked``,
    ``tiles``, ``entries``, ``witnesses``)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a log: the note of its head, and how many entries were new."""

    note: str
    new: int


@dataclass(frozen=True, slots=True)
class Vouching:
    """The witnesses of whom ``needed`` must have cosigned a head no longer than ``age`` ago, at the moment ``now``."""

    witnesses: Collection[Key]
    needed: int
    now: int  # seconds since 1970
    age: int = 24 * 3600


def follow(fetch: Fetch, keys: Collection[Key], before: str = "", vouching: Vouching | None = None) -> Seen:
    """See that a log has grown from ``before`` (the note of the head that was seen last, "" for none), and, where that is
    asked, that others have seen the same of it. Raises ``Fork``."""
    witnessed = fetch("witnessed") if vouching is not None else None  # before the head: the log grows meanwhile
    head, note = _head(fetch("checkpoint"), keys)
    old = _head(before.encode(), keys)[0] if before else Checkpoint(head.origin, 0, merkle.EMPTY)
    if old.origin != head.origin:
        raise Fork("forked")
    if head.size < old.size:
        raise Fork("rolled-back")
    tree = tiles.Tree(head.size, lambda wanted: [_tile(fetch, *which) for which in wanted])
    if tree.root() != head.root:
        raise Fork("tiles")
    _expect_growth(tree, old, head)
    if vouching is not None:
        if witnessed is None:
            raise Fork("witnesses")
        _expect_witnessed(_head(witnessed, keys), tree, head, vouching)
    _look_at_entries(fetch, tree, old.size)
    return Seen(str(note), head.size - old.size)


def _expect_growth(tree: tiles.Tree, old: Checkpoint, head: Checkpoint) -> None:
    if old.size and not merkle.consistent(old.size, head.size, old.root, head.root, tree.consistency(old.size)):
        raise Fork("forked")


def _expect_witnessed(
    witnessed: tuple[Checkpoint, Note], tree: tiles.Tree, head: Checkpoint, vouching: Vouching
) -> None:
    seen, note = witnessed
    if seen.origin != head.origin or seen.size > head.size:
        raise Fork("forked")
    _expect_growth(tree, seen, head)
    try:
        moments = checkpoints.cosignatures(note, vouching.witnesses)
    except NoteError as error:
        raise Fork("witnesses") from error
    if sum(at >= vouching.now - vouching.age for at in moments.values()) < vouching.needed:
        raise Fork("witnesses")


def _head(raw: bytes | None, keys: Collection[Key]) -> tuple[Checkpoint, Note]:
    try:
        return checkpoints.opened(raw or b"", keys)
    except NoteError as error:
        raise Fork("signature") from error


def _tile(fetch: Fetch, level: int, number: int, width: int) -> bytes:
    # a partial tile may be gone once the full one stands
    found = fetch(tiles.path(level, number, width)) or fetch(tiles.path(level, number))
    if found is None or len(found) < width * merkle.SIZE:
        raise Fork("tiles")
    return found[: width * merkle.SIZE]


def _look_at_entries(fetch: Fetch, tree: tiles.Tree, begin: int) -> None:
    """See that the entries from ``begin`` on are those of the tiles, and these what the root commits to."""
    for number in count(begin // tiles.WIDTH):
        first = number * tiles.WIDTH
        if first >= tree.size:
            return
        width = min(tiles.WIDTH, tree.size - first)
        try:
            entries = tiles.unbundled(fetch(tiles.path(None, number, width)) or b"")
        except ValueError as error:
            raise Fork("entries") from error
        found = merkle.leaf_hashes(entries)
        if found != tiles.hashes(_tile(fetch, 0, number, width)):
            raise Fork("entries")
        if merkle.root(found) != tree.subtree(first, first + width):
            raise Fork("tiles")
