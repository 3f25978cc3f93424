"""Batches of one pass that may not go together.

Invariant: batches that are taken in by one pass have nothing to do with each other: no two of them state one key of one
subject, or one identity number. So what comes of them is what would have come of them one after the other; those that
touch are told apart here, and taken in by passes of their own, in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

import duckdb

from quanxin.runtime.batch_rows import PART

T = TypeVar("T")


class Touching(Exception):
    """Batches of a pass touch each other: pairs of their places in it, the earlier first."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        super().__init__("batches of one pass touch each other")
        self.pairs = frozenset(pairs)


def untouched(pairs: frozenset[tuple[int, int]], members: Sequence[T]) -> list[list[T]]:
    """The members in runs of which none has two that touch; the order stays."""
    runs, start = [], 0
    for place in range(1, len(members) + 1):
        if place == len(members) or any(later == place and earlier >= start for earlier, later in pairs):
            runs.append(list(members[start:place]))
            start = place
    return runs


def look_before_matching(con: duckdb.DuckDBPyConnection) -> None:
    """Raise ``Touching`` for rows of ``repeated`` and identity numbers of ``checked`` that several batches have."""
    _look(con, f"SELECT DISTINCT {PART}, first_row FROM repeated")
    _look(con, f"SELECT DISTINCT {PART}, _identity FROM checked WHERE _identity IS NOT NULL")


def look_after_matching(con: duckdb.DuckDBPyConnection) -> None:
    """Raise ``Touching`` for rows of ``twins``, which are of one subject and key, that several batches have."""
    _look(con, f"SELECT DISTINCT {PART}, first_row FROM twins")


def _look(con: duckdb.DuckDBPyConnection, query: str) -> None:
    """``query`` tells which batch states what. Neighbours among those that state the same are enough to tell the runs."""
    stated: dict[object, list[int]] = {}
    for part, what in con.execute(query).fetchall():
        stated.setdefault(what, []).append(part)
    pairs = {pair for parts in stated.values() for pair in pairwise(sorted(parts))}
    if pairs:
        raise Touching(pairs)
