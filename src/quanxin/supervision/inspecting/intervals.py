"""Rates with how sure they are: Wilson's interval for a share, and whether shares rise.

Invariant: exact in counts; roots are taken to 28 digits and a figure is rounded once, when it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise

Z = Decimal("1.959963984540054")  # of 95 %
FEWEST = 30  # of a level, below which nothing is said about it
_PLACES = Decimal("0.1")


class Trend(StrEnum):
    """Whether shares rise from level to level."""

    RISES = "rises"  # each is at least the one before, and the ends are apart beyond doubt
    UNSURE = "unsure"  # they rise, and chance may have done it
    FALLS = "falls"  # a level is below the one before it
    FEW = "few"  # too little was inspected to say


@dataclass(frozen=True, slots=True)
class Share:
    """So many ``found`` of ``n``."""

    level: str
    found: int
    n: int

    @property
    def interval(self) -> tuple[Decimal, Decimal]:
        """Wilson's interval at 95 %."""
        if not self.n:
            return Decimal(0), Decimal(1)
        n, p, zz = Decimal(self.n), Decimal(self.found) / self.n, Z * Z
        centre = (p + zz / (2 * n)) / (1 + zz / n)
        half = Z / (1 + zz / n) * (p * (1 - p) / n + zz / (4 * n * n)).sqrt()
        return max(Decimal(0), centre - half), min(Decimal(1), centre + half)

    @property
    def percent(self) -> str:
        """The share as shown."""
        return percent(Decimal(self.found) / self.n) if self.n else "—"

    @property
    def bounds(self) -> str:
        """The interval as shown."""
        low, high = self.interval
        return f"{percent(low)} – {percent(high)}"


def percent(share: Decimal) -> str:
    """A share in percent, rounded half up to a tenth."""
    return f"{(share * 100).quantize(_PLACES, ROUND_HALF_UP)}%"


def trend(shares: Sequence[Share]) -> Trend:
    """Whether shares rise, in the order in which they stand."""
    if len(shares) < 2 or any(one.n < FEWEST for one in shares):
        return Trend.FEW
    pairs = pairwise(shares)
    if any(after.found * before.n < before.found * after.n for before, after in pairs):
        return Trend.FALLS
    return Trend.RISES if shares[0].interval[1] < shares[-1].interval[0] else Trend.UNSURE
