"""What a pack demands of the quality of what is handed in.

Invariant: a standard is a dated rule with its basis like any other; where a figure was never published it says so in
its basis, by a confidence of L.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from quanxin.policy.model import Rule

Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
Rhythm = Literal["daily", "weekly", "monthly", "quarterly", "yearly", "on-change"]


class QualityStandard(Rule):
    """Thresholds of the monthly bulletin; percentages of rows unless said otherwise.

    ``mostly_late`` is the share of late rows from which a provider is named; ``silent_days`` after how many calendar
    days without a hand-in a resource of a rhythm counts as stale; ``wrong_code`` are the findings that count as a
    wrong or doubled code (重错码).
    """

    validity: Percent
    completeness: Percent
    accuracy: Percent
    mostly_late: Percent
    silent_days: dict[Rhythm, Annotated[int, Field(gt=0)]] = {}
    wrong_code: tuple[str, ...] = ()
