"""A pack and the rule set of a day.

Invariant: a pack never changes after it is read; ``on`` answers for a day with the rules in force then and no others.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from quanxin.calendar import Term, WorkingCalendar, day_of, term
from quanxin.calendar import load as load_calendar
from quanxin.policy.comparison import ComparisonStandard
from quanxin.policy.evaluation import Model, ModelCase
from quanxin.policy.model import Category, CodeSet, Part, Provider, Resource, Rule, SubjectType, Text
from quanxin.policy.quality import QualityStandard
from quanxin.policy.rights import ConsentText, LawOverride, NoticeText, Purpose, RepairRegime
from quanxin.policy.ruling import (
    AgeLimit,
    Case,
    Clause,
    Clock,
    CreditList,
    ForbiddenItem,
    Measure,
    MeasureKind,
    PublicationTiers,
)

R = TypeVar("R", bound=Rule)

# What a pack rules by date, a version each: the names of its attributes.
DATED = (
    "resources", "code_sets", "tiers", "lists", "measures", "clocks", "models", "quality", "comparison", "ages", "repair",
    "overrides", "purposes", "consents", "notices",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Rules:
    """The rule set of one day: what is in force, by key."""

    day: dt.date
    resources: Mapping[str, Resource]
    code_sets: Mapping[str, CodeSet]
    tiers: Mapping[str, PublicationTiers]
    lists: Mapping[str, CreditList]
    measures: Mapping[str, Measure]
    clocks: Mapping[str, Clock]
    models: Mapping[str, Model]
    quality: Mapping[str, QualityStandard]
    comparison: Mapping[str, ComparisonStandard]
    repair: Mapping[str, RepairRegime]
    overrides: Mapping[str, LawOverride]
    purposes: Mapping[str, Purpose]
    consents: Mapping[str, ConsentText]
    notices: Mapping[str, NoticeText]
    ages: Mapping[str, AgeLimit]
    subject_types: Mapping[str, SubjectType]
    providers: Mapping[str, Provider]
    categories: Mapping[str, Category]


@dataclass(frozen=True, eq=False)
class Pack:
    """The law as one city has it: everything its files and those of the packs it extends say."""

    name: str
    title: Text
    region: str
    subject_types: Mapping[str, SubjectType]
    providers: Mapping[str, Provider]
    categories: Mapping[str, Category]
    resources: tuple[Resource, ...]
    code_sets: tuple[CodeSet, ...]
    tiers: tuple[PublicationTiers, ...]
    lists: tuple[CreditList, ...]
    measures: tuple[Measure, ...]
    clocks: tuple[Clock, ...]
    models: tuple[Model, ...]
    quality: tuple[QualityStandard, ...]
    comparison: tuple[ComparisonStandard, ...]
    repair: tuple[RepairRegime, ...]
    overrides: tuple[LawOverride, ...]
    purposes: tuple[Purpose, ...]
    consents: tuple[ConsentText, ...]
    notices: tuple[NoticeText, ...]
    ages: tuple[AgeLimit, ...]
    forbidden: Mapping[str, ForbiddenItem]
    measure_kinds: Mapping[str, MeasureKind]
    calendar_file: Path | None
    clauses: tuple[Clause, ...]
    cases: tuple[Case, ...]
    model_cases: tuple[ModelCase, ...]
    _days: dict[dt.date, Rules] = field(default_factory=dict, repr=False)

    def on(self, day: dt.date) -> Rules:
        """The rule set of a day."""
        if day not in self._days:
            in_force = {kind: _in_force(getattr(self, kind), day) for kind in DATED}
            self._days[day] = Rules(
                day, **in_force, subject_types=self.subject_types, providers=self.providers, categories=self.categories
            )
        return self._days[day]

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The working days, with the holidays and overrides that the pack rules."""
        return load_calendar(self.calendar_file) if self.calendar_file else WorkingCalendar()

    def resource_history(self, key: str) -> tuple[Resource, ...]:
        """All versions of a resource, oldest first; empty for an unknown one."""
        return tuple(sorted((r for r in self.resources if r.key == key), key=lambda r: r.in_force.from_))

    def tiers_of(self, resource: str) -> tuple[PublicationTiers, ...]:
        """All publication tiers ever ruled for a resource, oldest first: a decision is judged by those of its day."""
        return tuple(sorted((t for t in self.tiers if t.resource == resource), key=lambda t: t.in_force.from_))

    def overrides_of(self, resource: str) -> tuple[LawOverride, ...]:
        """All other terms by law ever ruled for a resource, the longest first: of several that hold, the first counts."""
        found = sorted((o for o in self.overrides if o.resource == resource), key=lambda o: (o.key, o.in_force.from_))
        return tuple(sorted(found, key=lambda o: o.weight, reverse=True))

    def regime_on(self, resource: str, day: dt.date) -> RepairRegime | None:
        """The repair regime for an application made on a day about a record of a resource; None where there is none."""
        found = (r for r in self.on(day).repair.values() if r.coverage(resource))
        return next(found, None)

    def list_of(self, resource: str, day: dt.date) -> CreditList | None:
        """The list in force on a day that a resource feeds."""
        return next((item for item in self.on(day).lists.values() if item.resource == resource), None)

    def term_of(self, clock: str, started: dt.datetime, ruled_on: dt.date | None = None) -> Term:
        """The term of a clock that starts at a moment, by its version in force on ``ruled_on``.

        That is the day of the start, unless another day rules the matter: of a repair, that of its application. Raises
        ``KeyError`` for a clock that is not in force then, and as ``calendar.term``.
        """
        found = self.on(ruled_on or day_of(started)).clocks[clock]
        return term(
            self.calendar, started, working_days=found.working_days, months=found.months, warn=found.warn
        )  # fmt: skip

    @cached_property
    def edition(self) -> str:
        """SHA-256 of everything the pack says, in hexadecimal: the same content is the same edition.

        In which file a rule stands does not count; the order of subject types, categories and the like does, as they
        are shown in it.
        """
        said: dict[str, Any] = {"name": self.name, "title": self.title.model_dump(), "region": self.region}
        for kind in DATED:
            rules = sorted(getattr(self, kind), key=lambda rule: (rule.key, rule.in_force.from_))
            said[kind] = [_canonical(rule) for rule in rules]
        for kind in ("subject_types", "providers", "categories", "forbidden", "measure_kinds"):
            said[kind] = [_canonical(part) for part in getattr(self, kind).values()]
        said["clauses"] = [_canonical(clause) for clause in self.clauses]
        for kind in ("cases", "model_cases"):
            said[kind] = sorted((_canonical(case) for case in getattr(self, kind)), key=lambda case: json.dumps(case))
        said["calendar"] = self.calendar_file.read_text(encoding="utf-8") if self.calendar_file else ""
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _canonical(part: Part) -> dict[str, Any]:
    return part.model_dump(mode="json", by_alias=True)


def _in_force(rules: Iterable[R], day: dt.date) -> Mapping[str, R]:
    return MappingProxyType({rule.key: rule for rule in rules if rule.in_force.covers(day)})
