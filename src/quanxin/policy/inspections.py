"""Inspections: what may be looked into at all, of what objects, how often, and how it is drawn.

Invariant: as in ``policy.model``: strict, frozen, dated and justified. What is not an item in force is not inspected: the items
of a day are the published list. No natural person is an object, and nobody is exempt: a cap limits visits, a class never
ends them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import comb, log2
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from quanxin.policy.model import Basis, FieldDef, FieldKey, Key, Part, Rule, Text, distinct

Ratio = Annotated[Decimal, Field(gt=0, le=1, max_digits=8, decimal_places=6)]
Mode = Literal["data", "paper", "remote", "onsite"]
NO_CLASS = "none"  # the stratum of objects without a class: sole traders, and whoever no scheme classes


class ObjectKind(Part):
    """A kind of objects: subjects of ``types``, or what records of a ``resource`` about such subjects are about.

    ``number`` is the item of the record that names the object, where it is not the subject itself; ``ended`` the day from
    which there is no such object any more.
    """

    key: Key
    title: Text
    kind: Literal["firm", "sole-trader", "product", "project", "act", "place"]
    types: Annotated[tuple[Key, ...], Field(min_length=1)]
    resource: Key | None = None
    number: FieldKey | None = None
    ended: FieldKey | None = None

    @model_validator(mode="after")
    def _of_records(self) -> ObjectKind:
        if self.resource is None and (self.number is not None or self.ended is not None):
            raise ValueError("has items of a record only where it is of a resource")
        return self


class InspectionItem(Rule):
    """An item of the published list: who inspects what, by which article, how often, and what is looked at.

    ``kind``: a general item may be drawn of at most ``limit`` of its objects in a year; a key one (safety, quality, public
    interest) has no such limit. ``modes`` are the ways in which it is done, the first that suffices: off-site before
    on-site. ``form`` are the points that an inspector answers.
    """

    department: Key
    kind: Literal["general", "key"]
    objects: Key
    targets: Annotated[tuple[Key, ...], Field(min_length=1)]
    frequency: Text
    limit: Ratio | None = None
    modes: Annotated[tuple[Mode, ...], Field(min_length=1)]
    form: Annotated[tuple[FieldDef, ...], AfterValidator(distinct)] = ()


class InspectionCap(Rule):
    """How many drawn inspections a subject has at most in a year by a department: by the level of its class, or ``otherwise``.

    ``departments`` whose inspections it limits (empty: of each). What is begun because of a lead counts to no cap.
    """

    departments: tuple[Key, ...] = ()
    levels: Mapping[str, Annotated[int, Field(gt=0)]] = {}
    otherwise: Annotated[int, Field(gt=0)]

    def of(self, level: str) -> int:
        """How many for a level."""
        return self.levels.get(level, self.otherwise)


class Balls(Part):
    """Balls that are drawn together: so many different ones out of 1 to ``of``."""

    count: Annotated[int, Field(gt=0)]
    of: Annotated[int, Field(gt=1, le=1000)]


class RandomSource(Part):
    """A public source of randomness: a lottery by its groups of balls, or a beacon by the bits of its value."""

    key: Key
    title: Text
    groups: tuple[Balls, ...] = ()
    bits: Annotated[int, Field(ge=0)] = 0
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = ()  # on which it is drawn, Monday 1; empty: daily
    seen_at: Text
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]

    @property
    def entropy(self) -> float:
        """The bits of randomness that one drawing gives."""
        return sum(log2(comb(one.of, one.count)) for one in self.groups) + self.bits


class SkipReason(Part):
    """Why something is passed over or withdrawn: fixed before the draw. ``found`` by the platform, or said by a person."""

    key: Key
    title: Text
    found: Literal["cap", "closed"] | None = None
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]


class Closed(Part):
    """What shows that a subject is no more: a record of the resource that stands, with one of ``values`` in ``field``
    where one is named."""

    resource: Key
    field: FieldKey | None = None
    values: tuple[str, ...] = ()


class DrawRules(Rule):
    """How draws are made. Sources are of a day at least ``lead_days`` after the commitment; ``each`` inspectors come, of
    whom none has more than ``load`` visits by a draw; ``second_party``: another organisation commits to a secret as well.

    ``closed`` shows who is no object any more.
    """

    method: Literal["vrs-1", "rfc3797"]
    lead_days: Annotated[int, Field(ge=1)]
    each: Annotated[int, Field(ge=2)]
    load: Annotated[int, Field(ge=1)]
    second_party: bool
    sources: Annotated[tuple[RandomSource, ...], AfterValidator(distinct), Field(min_length=1)]
    reasons: Annotated[tuple[SkipReason, ...], AfterValidator(distinct), Field(min_length=1)]
    closed: tuple[Closed, ...] = ()

    def source(self, key: str) -> RandomSource | None:
        """The source of a key; None where there is none."""
        return next((one for one in self.sources if one.key == key), None)

    def reason(self, found: str) -> SkipReason | None:
        """The reason that the platform finds for itself."""
        return next((one for one in self.reasons if one.found == found), None)


DRAW = "draw"  # the key of the rules of draws
RESULT_CODES = "inspection-result"
