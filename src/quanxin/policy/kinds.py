"""The kinds of parts that a pack is made of, a line each.

Invariant: where a kind stands in a pack's folder, what it is read as, how a child pack adds to it and what of it a day has
is said here and nowhere else: reading, the rules of a day, the edition, the lints and the plan's coverage follow this
table.

A kind is the attribute of that name of a ``Pack`` and, where a day has it, of its ``Rules``.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from quanxin.policy import (
    amendments,
    checks,
    consequences,
    documents,
    evaluation,
    inspections,
    model,
    procedure,
    procedure_case,
    reports,
    rights,
    ruling,
    site,
    supervision,
)
from quanxin.policy import commitments as promised
from quanxin.policy.comparison import ComparisonStandard
from quanxin.policy.model import Part, Rule, Text
from quanxin.policy.quality import QualityStandard

if TYPE_CHECKING:
    from quanxin.policy.pack import Pack, Rules

P = TypeVar("P", bound=Part)
R = TypeVar("R", bound=Rule)


class Kind(ABC, Generic[P]):
    """A kind of parts: in one file (``clocks.yaml``), or in every file of a folder (``catalogue/``).

    ``carrier`` is its title where clauses of the plan may name it as what carries them out.
    """

    name: str

    def __init__(self, place: str, part: type[P], *, carrier: Text | None = None) -> None:
        self.place, self.part, self.carrier = place, part, carrier

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @property
    def stem(self) -> str:
        """Its folder, or its file without the ending."""
        return self.place.removesuffix("/").removesuffix(".yaml")

    def identity(self, made: Any, here: str) -> tuple[Any, ...]:  # noqa: ARG002  some are told apart by where they stand
        """What a part is told apart by within a pack."""
        return (made.key,)

    @abstractmethod
    def joined(self, inherited: Any, own: Sequence[Any]) -> Any:
        """The parts of a pack over those of the pack that it extends (None where it extends none)."""

    @abstractmethod
    def over(self, value: Any, change: Callable[[Any], Any | None]) -> Any:
        """The parts, each as ``change`` makes it; those of which it makes nothing are left out."""

    def canonical(self, value: Any) -> list[dict[str, Any]]:
        """What the parts say, as JSON in an order that their files do not change."""
        return [one.model_dump(mode="json", by_alias=True) for one in value]


class Dated(Kind[R]):
    """Rules in versions: a pack has every version, a day the one in force by key. A child replaces by key and first day."""

    @overload
    def __get__(self, of: None, owner: type) -> Self: ...
    @overload
    def __get__(self, of: Pack, owner: type) -> tuple[R, ...]: ...
    @overload
    def __get__(self, of: Rules, owner: type) -> Mapping[str, R]: ...
    def __get__(self, of: Pack | Rules | None, owner: type) -> Any:
        return self if of is None else of.parts[self.name]

    def identity(self, made: Any, here: str) -> tuple[Any, ...]:  # noqa: ARG002
        return made.key, made.in_force.from_

    def joined(self, inherited: Iterable[R] | None, own: Sequence[R]) -> tuple[R, ...]:
        replaced = {(one.key, one.in_force.from_) for one in own}
        return (*(one for one in inherited or () if (one.key, one.in_force.from_) not in replaced), *own)

    def over(self, value: Iterable[R], change: Callable[[R], R | None]) -> tuple[R, ...]:
        return tuple(made for one in value if (made := change(one)) is not None)

    def canonical(self, value: Iterable[R]) -> list[dict[str, Any]]:
        return super().canonical(sorted(value, key=lambda one: (one.key, one.in_force.from_)))

    def on(self, value: Iterable[R], day: dt.date) -> Mapping[str, R]:
        """The versions in force on a day, by key."""
        return MappingProxyType({one.key: one for one in value if one.in_force.covers(day)})


class Keyed(Kind[P]):
    """Parts by key, the same on every day, in the order in which they are shown. A child replaces by key."""

    @overload
    def __get__(self, of: None, owner: type) -> Self: ...
    @overload
    def __get__(self, of: Pack | Rules, owner: type) -> Mapping[str, P]: ...
    def __get__(self, of: Pack | Rules | None, owner: type) -> Any:
        return self if of is None else of.parts[self.name]

    def joined(self, inherited: Mapping[str, P] | None, own: Sequence[Any]) -> Mapping[str, P]:
        return MappingProxyType({**(inherited or {}), **{one.key: one for one in own}})

    def over(self, value: Mapping[str, P], change: Callable[[P], P | None]) -> Mapping[str, P]:
        return MappingProxyType({key: made for key, one in value.items() if (made := change(one)) is not None})

    def canonical(self, value: Mapping[str, P]) -> list[dict[str, Any]]:
        return super().canonical(value.values())


class Listed(Kind[P]):
    """Parts that a pack lists and no day rules by. A child adds to them."""

    @overload
    def __get__(self, of: None, owner: type) -> Self: ...
    @overload
    def __get__(self, of: Pack, owner: type) -> tuple[P, ...]: ...
    def __get__(self, of: Pack | None, owner: type) -> Any:
        return self if of is None else of.parts[self.name]

    def identity(self, made: Any, here: str) -> tuple[Any, ...]:  # noqa: ARG002
        return (here,)

    def joined(self, inherited: Iterable[P] | None, own: Sequence[P]) -> tuple[P, ...]:
        return (*(inherited or ()), *own)

    def over(self, value: Iterable[P], change: Callable[[P], P | None]) -> tuple[P, ...]:
        return tuple(made for one in value if (made := change(one)) is not None)

    def canonical(self, value: Iterable[P]) -> list[dict[str, Any]]:
        return sorted(super().canonical(value), key=json.dumps)


class Single(Kind[P]):
    """One part that a pack has: its own, that of the pack that it extends, or what it says where neither says anything."""

    @overload
    def __get__(self, of: None, owner: type) -> Self: ...
    @overload
    def __get__(self, of: Pack, owner: type) -> P: ...
    def __get__(self, of: Pack | None, owner: type) -> Any:
        return self if of is None else of.parts[self.name]

    def identity(self, made: Any, here: str) -> tuple[Any, ...]:  # noqa: ARG002
        return (self.name,)

    def joined(self, inherited: P | None, own: Sequence[P]) -> P:
        return own[0] if own else inherited or self.part()

    def over(self, value: P, change: Callable[[P], P | None]) -> P:
        return change(value) or value

    def canonical(self, value: P) -> list[dict[str, Any]]:
        return super().canonical([value])


def _counted(key: str) -> list[tuple[int, str]]:
    """How people order numbers with letters: C2 before C10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.findall(r"\d+|\D+", key)]


class Plan(Listed[ruling.Clause]):
    """The clauses of the plan in the order of their numbers. A child replaces by key."""

    def identity(self, made: Any, here: str) -> tuple[Any, ...]:  # noqa: ARG002
        return (made.key,)

    def joined(
        self, inherited: Iterable[ruling.Clause] | None, own: Sequence[ruling.Clause]
    ) -> tuple[ruling.Clause, ...]:
        found = {clause.key: clause for clause in (*(inherited or ()), *own)}
        return tuple(found[key] for key in sorted(found, key=_counted))

    def canonical(self, value: Iterable[ruling.Clause]) -> list[dict[str, Any]]:
        return Kind.canonical(self, value)


class OfADay:
    """The kinds that the rules of a day have."""

    resources = Dated("catalogue/", model.Resource, carrier=Text(zh="目录资源", en="resource"))
    code_sets = Dated("codes/", model.CodeSet)
    lists = Dated("lists/", consequences.CreditList, carrier=Text(zh="名单", en="list"))
    measures = Dated("measures/", consequences.Measure, carrier=Text(zh="措施", en="measure"))
    commitments = Dated("commitments/", promised.Template, carrier=Text(zh="承诺文本", en="commitment"))
    tiers = Dated("tiers/", ruling.PublicationTiers, carrier=Text(zh="公示期限", en="publication tiers"))
    clocks = Dated("clocks.yaml", ruling.Clock, carrier=Text(zh="时限", en="clock"))
    models = Dated("models/", evaluation.Model, carrier=Text(zh="评价模型", en="model"))
    quality = Dated("quality.yaml", QualityStandard)
    comparison = Dated("comparison.yaml", ComparisonStandard)
    ages = Dated("ages.yaml", ruling.AgeLimit)
    repair = Dated("repair/", rights.RepairRegime, carrier=Text(zh="信用修复规定", en="repair regime"))
    overrides = Dated("overrides/", rights.LawOverride)
    purposes = Dated("purposes.yaml", rights.Purpose)
    consents = Dated("consents/", rights.ConsentText, carrier=Text(zh="授权文本", en="consent text"))
    notices = Dated("notices/", rights.NoticeText)
    check_items = Dated("check-items/", checks.CheckItem, carrier=Text(zh="核查事项", en="check item"))
    inspection_items = Dated(
        "inspection-items/", inspections.InspectionItem, carrier=Text(zh="检查事项", en="inspection item")
    )
    inspection_caps = Dated("inspection-caps.yaml", inspections.InspectionCap)
    draw_rules = Dated("draw-rules.yaml", inspections.DrawRules)
    schemes = Dated("schemes/", supervision.Scheme, carrier=Text(zh="分级办法", en="scheme of classes"))
    matrices = Dated("matrices/", supervision.Matrix)
    reports = Dated("reports/", reports.Report, carrier=Text(zh="信用报告", en="credit report"))
    document_kinds = Dated("document-kinds.yaml", documents.DocumentKind)
    procedures = Dated("procedures/", procedure.Procedure, carrier=Text(zh="办理程序", en="procedure"))
    subject_types = Keyed("subjects.yaml", model.SubjectType)
    providers = Keyed("providers.yaml", model.Provider)
    categories = Keyed("categories.yaml", model.Category)
    forbidden = Keyed("forbidden.yaml", ruling.ForbiddenItem)
    excluded_matters = Keyed("excluded-matters.yaml", promised.ExcludedMatter)
    object_kinds = Keyed("object-kinds.yaml", inspections.ObjectKind)
    measure_kinds = Keyed("measure-kinds.yaml", consequences.MeasureKind)
    measure_classes = Keyed("measure-classes.yaml", consequences.MeasureClass)
    check_situations = Keyed("check-situations.yaml", checks.Situation)
    supervision_fields = Keyed("supervision-fields.yaml", supervision.SupervisionField)


class OfAPack(OfADay):
    """The kinds that a pack has: those of a day, and what speaks of no day."""

    sample = Single("sample.yaml", site.Sample)
    site = Single("site.yaml", site.Site)
    clauses = Plan("plan.yaml", ruling.Clause)
    amendments = Listed("amendments/", amendments.Amendment)
    cases = Listed("tests/", ruling.Case)
    model_cases = Listed("model-tests/", evaluation.ModelCase)
    procedure_cases = Listed("procedure-tests/", procedure_case.ProcedureCase)
    measure_cases = Listed("measure-tests/", consequences.MeasureCase)
    scheme_cases = Listed("scheme-tests/", supervision.SchemeCase)
    check_cases = Listed("check-tests/", checks.CheckCase)
    list_cases = Listed("list-tests/", consequences.ListCase)
    commitment_cases = Listed("commitment-tests/", promised.CommitmentCase)


DATED: tuple[Dated[Any], ...] = tuple(one for one in vars(OfADay).values() if isinstance(one, Dated))
KEYED: tuple[Keyed[Any], ...] = tuple(one for one in vars(OfADay).values() if isinstance(one, Keyed))
KINDS: tuple[Kind[Any], ...] = (*DATED, *KEYED, *(one for one in vars(OfAPack).values() if isinstance(one, Kind)))
# The names of the kinds whose parts are told apart by keys.
BY_KEY = frozenset(kind.name for kind in KINDS if isinstance(kind, Dated | Keyed | Plan))
BY_NAME: Mapping[str, Kind[Any]] = {kind.name: kind for kind in KINDS}
BY_PLACE: Mapping[str, Kind[Any]] = {kind.place: kind for kind in KINDS}
# The kinds that carry out clauses of the plan, by the name of their attribute in a pack and in a clause.
CARRIERS: Mapping[str, Text] = {kind.name: kind.carrier for kind in KINDS if kind.carrier is not None}
