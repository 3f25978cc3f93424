"""Evaluation models as a pack rules them: dimensions, indicators, points, vetoes, grades.

Invariant: a model says everything that a score follows from, and each part says why in words. Points and weights are
decimals of two places, so that a sum has one value in whatever order it is taken. Edges are numbers in rising order,
each bin from the edge before it (included) to its own (excluded), so that every value lies in exactly one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from quanxin.policy.model import Basis, FieldKey, Key, Part, Rule, Text, distinct

Points = Annotated[Decimal, Field(max_digits=9, decimal_places=2)]
Weight = Annotated[Decimal, Field(ge=0, le=1, decimal_places=2)]
Edge = Annotated[Decimal, Field(max_digits=18, decimal_places=6)]


class Aggregate(StrEnum):
    """What an indicator makes of the records that its filter and window let through.

    A count or sum may decay. ``latest`` is the field's value in the record of the latest event; ``days-since`` the days
    from the latest event to the day of evaluation; ``ratio`` the share of records that ``of`` holds for, in per cent.
    """

    COUNT = "count"
    DISTINCT = "distinct"
    SUM = "sum"
    LATEST = "latest"
    EXISTS = "exists"
    DAYS_SINCE = "days-since"
    RATIO = "ratio"


class Step(Part):
    """What an event weighs that is at most so many calendar months old; one older than the last step weighs nothing."""

    months: Annotated[int, Field(gt=0)]
    weight: Weight


class Bin(Part):
    """Points for values below an edge (and not below the edge of the bin before); the last bin has no edge."""

    below: Edge | None = None
    points: Points
    reason: Text


class Grading(Part):
    """Points for certain values of a code, of a rating or of another model's grade."""

    values: Annotated[tuple[str, ...], Field(min_length=1)]
    points: Points
    reason: Text


class Otherwise(Part):
    """Points where there is nothing to evaluate."""

    points: Points
    reason: Text


class Indicator(Part):
    """One thing that is looked at: in the records of a resource, or in the grade that another model gave.

    ``doc`` tells a reader what it measures and why; an indicator without one is none. ``filter`` is a SQL boolean over
    the resource's fields, ``today()`` in it the day of evaluation. ``window_months`` counts back from that day.
    """

    key: Key
    title: Text
    doc: Text | None = None
    dimension: Key
    resource: Key | None = None
    model: Key | None = None
    filter: str | None = None
    aggregate: Aggregate = Aggregate.COUNT
    field: FieldKey | None = None
    of: str | None = None
    window_months: Annotated[int, Field(gt=0)] | None = None
    decay: tuple[Step, ...] = ()
    bins: tuple[Bin, ...] = ()
    gradings: tuple[Grading, ...] = ()
    missing: Otherwise | None = None
    basis: tuple[Basis, ...] = ()


class Dimension(Part):
    """A group of indicators, whose points together stay between two limits."""

    key: Key
    title: Text
    minimum: Points
    maximum: Points


class Ground(Part):
    """Records whose presence decides: a veto gives the lowest grade whatever the score, an exclusion no score at all."""

    key: Key
    title: Text
    resource: Key
    filter: str | None = None
    reason: Text
    basis: tuple[Basis, ...] = ()


class Band(Part):
    """A grade and the score from which it is given; the lowest has none."""

    key: Annotated[str, Field(min_length=1, max_length=8)]
    title: Text
    from_: Annotated[Points | None, Field(alias="from")] = None


_SECTIONS = ("dimensions", "indicators", "vetoes", "exclusions")


class Model(Rule):
    """An evaluation model: whom it evaluates, by what, and how points become a score and a score a grade.

    The score is ``base`` plus the points of each dimension within its limits, within ``minimum`` and ``maximum``.
    """

    subject_types: tuple[Key, ...]
    cycle: Literal["daily", "monthly", "quarterly", "yearly"]
    base: Points
    minimum: Points
    maximum: Points
    dimensions: Annotated[tuple[Dimension, ...], AfterValidator(distinct)]
    indicators: Annotated[tuple[Indicator, ...], AfterValidator(distinct)]
    vetoes: Annotated[tuple[Ground, ...], AfterValidator(distinct)] = ()
    exclusions: Annotated[tuple[Ground, ...], AfterValidator(distinct)] = ()
    bands: Annotated[tuple[Band, ...], AfterValidator(distinct), Field(min_length=1)]

    @model_validator(mode="after")
    def _told_apart(self) -> Model:
        """What looks at records is told apart by its key, be it indicator, veto or exclusion."""
        distinct(self.parts)
        return self

    @cached_property
    def edition(self) -> str:
        """SHA-256 of what the model says, in hexadecimal: the same content is the same edition."""
        said = self.model_dump(mode="json", by_alias=True)
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    @property
    def parts(self) -> tuple[Indicator | Ground, ...]:
        """All that looks at records: indicators, vetoes, exclusions, in this order."""
        return (*self.indicators, *self.vetoes, *self.exclusions)

    def place(self, part: Dimension | Indicator | Ground, *more: str | int) -> str:
        """Where a part of the model, or something within it, stands in the pack: as lints say it."""
        section = next(s for s in _SECTIONS if any(part is one for one in getattr(self, s)))
        return "/".join(["models", self.key, section, part.key, *map(str, more)])

    @property
    def resources(self) -> tuple[str, ...]:
        """The resources that it reads, in the order of their keys."""
        return tuple(sorted({part.resource for part in self.parts if part.resource}))

    @property
    def builds_on(self) -> tuple[str, ...]:
        """The models whose grades it reads, in the order of their keys."""
        return tuple(sorted({i.model for i in self.indicators if i.model}))


class CaseRecord(Part):
    """Records of a case: of which resource, what its fields say, and how many like it there are."""

    resource: Key
    times: Annotated[int, Field(gt=0)] = 1
    fields: dict[FieldKey, str | int | bool | tuple[str, ...] | None] = {}


class ModelCase(Part):
    """A test in plain words: these records, this day, end with these points, this score, this grade.

    ``grades`` are those that other models gave; what the case does not speak of is not compared.
    """

    title: str
    model: Key
    as_of: dt.date
    records: tuple[CaseRecord, ...] = ()
    grades: dict[Key, str] = {}
    points: dict[Key, Points] = {}
    dimensions: dict[Key, Points] = {}
    vetoes: tuple[Key, ...] | None = None
    score: Points | None = None
    grade: str | None = None
    excluded: bool = False
