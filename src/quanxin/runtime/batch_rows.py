"""Rows of several batches in the tables of one pass.

Invariant: the number of a row tells whose it is: which batch of the pass stands above ``BITS``, which row of that batch
below. A batch that is alone is the first one and its rows keep their numbers, so that what is said here about several
batches holds of one, however many rows it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BITS = 20
MOST_ROWS = (1 << BITS) - 1  # of one batch among several
PART = f"(row_no >> {BITS})"  # which batch of the pass a row is of, from 0


@dataclass(frozen=True, slots=True)
class BatchRows:
    """The batches of a pass in their order, with their providers; each method is SQL over the number of a row."""

    batches: tuple[str, ...]
    providers: tuple[str, ...]

    @property
    def alone(self) -> bool:
        """Whether there is only one."""
        return len(self.batches) == 1

    def part(self, row_no: str) -> str:
        """Which batch of the pass a row is of, from 0."""
        return "0" if self.alone else f"({row_no} >> {BITS})"

    def number(self, row_no: str) -> str:
        """The number of a row within its batch."""
        return row_no if self.alone else f"({row_no} & {MOST_ROWS})"

    def batch(self, row_no: str) -> str:
        """The batch of a row."""
        return _told(self.batches, row_no)

    def provider(self, row_no: str) -> str:
        """The provider of a row."""
        return _told(self.providers, row_no)


def numbered(part: int, row_no: int) -> int:
    """The number in the pass of a row of a batch."""
    return (part << BITS) | row_no


def apart(row_no: int) -> tuple[int, int]:
    """Which batch of the pass a number tells, and which row of it."""
    return row_no >> BITS, row_no & MOST_ROWS


def _told(texts: Sequence[str], row_no: str) -> str:
    quoted = ["'" + text.replace("'", "''") + "'" for text in texts]
    return quoted[0] if len(set(texts)) == 1 else f"[{', '.join(quoted)}][({row_no} >> {BITS}) + 1]"
