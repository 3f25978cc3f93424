"""How a city reads the comparison of two evaluations, and what it holds an evaluation against.

Invariant: a threshold is a dated rule with its basis like any other; where it is a custom of the trade and no public
rule, its basis says so by a confidence of L.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from quanxin.policy.model import FieldKey, Key, Part, Rule, Text, distinct

Edge = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)]


class Reading(Part):
    """What a population stability index below an edge (and not below the one before) says; the last has no edge."""

    key: Key
    below: Annotated[Decimal, Field(gt=0, decimal_places=4)] | None = None
    title: Text


class CapitalClass(Part):
    """Registered capital below an edge, in 10,000 yuan, and not below the edge before; the last has none."""

    key: Key
    below: Edge | None = None
    title: Text


class ComparisonStandard(Rule):
    """By what evaluations are compared.

    ``stability`` reads the index; ``capital`` and ``industry`` are items of the registers that enrol the subjects, with
    the classes of capital and the code set of sectors; ``outcome_months`` is how long after an evaluation it is asked who
    came upon a severe list.
    """

    stability: Annotated[tuple[Reading, ...], AfterValidator(distinct), Field(min_length=1)]
    capital: FieldKey
    capital_currency: str
    capital_classes: Annotated[tuple[CapitalClass, ...], AfterValidator(distinct), Field(min_length=1)]
    industry: FieldKey
    industry_codes: Key
    outcome_months: Annotated[int, Field(gt=0)]

    def reading(self, index: Decimal) -> Reading:
        """How an index is read."""
        return next(r for r in self.stability if r.below is None or index < r.below)
