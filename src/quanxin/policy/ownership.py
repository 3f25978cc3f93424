"""Whose a record of a resource is.

Invariant: a record belongs to one provider. What a resource declares here only says when two providers' rows are about
the same decision, and, of a common register, whose version of it stands.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from quanxin.policy.parts import Basis, FieldKey, InForce, Key, Part


class ByProvider(Part):
    """A record is its provider's. The same natural key from another provider is the same decision: a conflict."""

    by: Literal["provider"] = "provider"


class ByAuthority(Part):
    """The authority that decided, by the code in ``field``, is part of the natural key: two authorities' decisions of one
    number are two records. The same authority's decision from two providers is a conflict."""

    by: Literal["authority"]
    field: FieldKey


class Precedence(Part):
    """Whose version of a common register stands while this is in force: the providers in their order, the first before
    all others. A provider that is not named comes after those that are."""

    prevails: Annotated[tuple[Key, ...], Field(min_length=1)]
    in_force: InForce
    basis: tuple[Basis, ...] = ()


class CommonRegister(Part):
    """One register that several providers keep together: the version of the provider that prevails stands."""

    by: Literal["register"]
    precedence: Annotated[tuple[Precedence, ...], Field(min_length=1)]

    def order_on(self, day: dt.date) -> tuple[str, ...]:
        """The providers that prevail on a day, the first before all others; nobody where no precedence is in force."""
        return next((p.prevails for p in self.precedence if p.in_force.covers(day)), ())


Ownership = Annotated[ByProvider | ByAuthority | CommonRegister, Field(discriminator="by")]
