"""Graded supervision: schemes of classes, and how a public grade and a class of a field make a stratum.

Invariant: as in ``policy.model``. A class decides how many are looked at and how often, and nothing else: no measure rests on
it. It rests on ratings that a department gave, on lists and records that an article names, or on neither; each says where it
comes from. Nobody but organisations has one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from quanxin.policy.consequences import Grounding, Trigger
from quanxin.policy.model import Code, CodeSet, FieldKey, InForce, Key, Part, Rule, Text, distinct

LevelKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,16}$")]
Months = Annotated[int, Field(gt=0)]


class SupervisionField(Part):
    """A field (领域) of graded supervision that the plan names."""

    key: Key
    title: Text


class Share(Part):
    """How many of a level a year's draws take: a ratio of them, at least ``floor``, at most ``ceiling``; ``visits`` is the most
    that one of them has in a year."""

    ratio: Annotated[Decimal, Field(ge=0, le=1)]
    floor: Annotated[int, Field(ge=0)] = 0
    ceiling: Annotated[int, Field(ge=0)] | None = None
    visits: Annotated[int, Field(ge=0)]


class Level(Part):
    """A level of a scheme; ``means`` is the measure of supervision that it stands for, in words."""

    key: LevelKey
    title: Text
    share: Share
    means: Text | None = None


class Rating(Part):
    """A rating that a department gives: the ``item`` of its records that says it, and the level of each value.

    Of several records that hold, the newest counts.
    """

    resource: Key
    item: FieldKey
    levels: dict[str, LevelKey]


class LevelTrigger(Trigger):
    """What puts a subject on a level by itself: membership of a list, or a record, for at most ``months``."""

    level: LevelKey
    title: Text
    months: Months | None = None


class Holding(Part):
    """A record that makes its subject one of the scheme's, while it holds."""

    resource: Key
    when: str = "true"


class Scheme(Rule):
    """A scheme of classes of a ``field``, its ``levels`` best first.

    A ``risk`` class is internal to the ``department``; a ``credit`` class departments see, and neither is public. ``targets``
    are types of organisations; of those whoever holds a record of ``holders`` is of the scheme, or whoever is rated, or everyone
    where it names none. Whoever has no ground is on the level ``default``, or has no class. ``period_months``: how long a
    rating counts that states no end. ``refresh``: since when a new ground counts: its own day (``on-change``), or the first
    day of the next month or quarter. Where ``latest``, the newest ground decides instead of the worst, for a ``reason``.
    """

    field: Key
    kind: Literal["credit", "risk"]
    department: Key | None = None
    targets: Annotated[tuple[Key, ...], Field(min_length=1)]
    holders: tuple[Holding, ...] = ()
    levels: Annotated[tuple[Level, ...], AfterValidator(distinct)] = ()
    default: LevelKey | None = None
    period_months: Months | None = None
    refresh: Literal["on-change", "monthly", "quarterly"] | None = None
    ratings: tuple[Rating, ...] = ()
    triggers: tuple[LevelTrigger, ...] = ()
    latest: bool = False
    reason: Text | None = None

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The places of the levels, the best first."""
        return {level.key: place for place, level in enumerate(self.levels)}

    @property
    def looked_at(self) -> tuple[LevelTrigger | Holding, ...]:
        """Whatever looks at records by a condition."""
        return (*self.triggers, *self.holders)

    def level(self, key: str) -> Level:
        """A level by its key."""
        return next(level for level in self.levels if level.key == key)


SCHEMES = "supervision-schemes"  # a code set that a form may ask by


def schemes_as_codes(schemes: Collection[Scheme]) -> dict[str, CodeSet]:
    """The schemes of a day as a closed list of values: a form names a scheme as it names any code."""
    codes = tuple(Code(value=one.key, title=one.title) for one in schemes)
    if not codes:
        return {}
    period = InForce.model_validate({"from": max(one.in_force.from_ for one in schemes)})
    title = Text(zh="分级办法", en="schemes of classes")
    return {SCHEMES: CodeSet(key=SCHEMES, title=title, in_force=period, basis=(), edition="", codes=codes)}


class Cell(Part):
    """Which stratum a public grade and a level of the field make."""

    grade: str
    level: LevelKey
    stratum: LevelKey


class Matrix(Rule):
    """How a ``model``'s public grade and a class of a ``scheme`` make the stratum of a draw, and nothing else.

    ``grades`` says to which level a grade amounts: the worse of both is the stratum (worst-of), unless ``cells`` say otherwise.
    Whoever has no public grade stays on the level of the field. ``reason`` is told to the subject.
    """

    scheme: Key
    model: Key
    grades: dict[str, LevelKey]
    cells: tuple[Cell, ...] = ()
    reason: Text

    def strata(self, scheme: Scheme) -> Iterator[tuple[str, str, str]]:
        """Every cell: grade, level, stratum."""
        said = {(cell.grade, cell.level): cell.stratum for cell in self.cells}
        for grade, amounts in self.grades.items():
            for level in scheme.places:
                worst = max(level, amounts, key=lambda key: scheme.places[key])
                yield grade, level, said.get((grade, level), worst)


class SchemeCase(Part):
    """A case of a scheme in plain words: a subject of this type with these records on a day has this class.

    ``level`` is None for no class. ``grade`` is its public grade where it has one, and ``stratum`` what both make.
    """

    title: str
    scheme: Key
    subject_type: Key
    as_of: dt.date
    records: tuple[Grounding, ...] = ()
    level: str | None = None
    grade: str | None = None
    stratum: str | None = None
