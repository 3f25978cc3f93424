"""The evaluation models of Jinan and their cases: whole, held to the last edge by a case, and about nobody's person.

A case that merely passes may test nothing. So the models are also made wrong on purpose, all of a kind at once, and each
indicator, veto and exclusion that was made wrong must be missed by a case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from quanxin.engine.model_cases import run_model_cases
from quanxin.engine.model_coverage import Reach
from quanxin.policy import load
from quanxin.policy.evaluation import Aggregate, Indicator, Model, ModelCase

PACK = load("jinan")
MODELS = {model.key: model for model in PACK.models}
CASES = {key: [case for case in PACK.model_cases if case.model == key] for key in MODELS}
INDICATORS = [pytest.param(m, i, id=f"{m.key}-{i.key}") for m in PACK.models for i in m.indicators]
HAIR = Decimal("0.01")
Change = Callable[[Model], Model]


def changed(change: Change) -> set[tuple[str, str, Decimal | None]]:
    """The cases that no longer hold where the models are changed: model, what is wrong, and the points it should have."""
    pack = PACK.replacing(models=tuple(change(model) for model in PACK.models))
    missed: set[tuple[str, str, Decimal | None]] = set()
    for outcome in run_model_cases(pack):
        case = outcome.case
        assert isinstance(case, ModelCase)
        for part in outcome.message.split("; "):
            what = part.partition(":")[0].removeprefix("points ")
            missed.add((case.model, what, case.points.get(what)))
    return missed


def each(change: Callable[[Indicator], dict[str, Any]]) -> Change:
    """A change of every indicator of a model."""
    return lambda model: model.model_copy(
        update={"indicators": tuple(i.model_copy(update=change(i)) for i in model.indicators)}
    )


def said(key: str, indicator: str) -> Iterator[Decimal]:
    """The points that cases of a model say an indicator has."""
    return (case.points[indicator] for case in CASES[key] if indicator in case.points)


def test_every_case_holds_and_no_edge_limit_step_veto_or_grade_is_without_one() -> None:
    reach = Reach(PACK)
    assert [f"{o.case.title}: {o.message}" for o in run_model_cases(PACK, reach.see) if not o.ok] == []
    assert reach.unreached() == []


def test_the_models_are_of_enterprises_cooperatives_and_social_organisations_and_of_no_person() -> None:
    evaluated = {kind for model in PACK.models for kind in model.subject_types}
    assert evaluated == {"enterprise", "cooperative", "social-group", "private-non-enterprise", "foundation"}
    assert all(PACK.subject_types[kind].scorable and not PACK.subject_types[kind].natural for kind in evaluated)


def test_the_public_model_of_enterprises_is_broad_and_says_that_it_is_not_the_national_one() -> None:
    model = MODELS["public-enterprise"]
    assert len(model.dimensions) == 5
    assert len(model.indicators) >= 40
    assert {i.dimension for i in model.indicators} == {d.key for d in model.dimensions}
    assert {i.aggregate for i in model.indicators} == set(Aggregate)
    assert [band.title.zh for band in model.bands] == ["优", "良", "中", "差"]
    assert "不是国家" in (model.note or "")


def test_no_model_reads_what_utilities_are_owed() -> None:
    read = {resource for model in PACK.models for resource in model.resources}
    assert read.isdisjoint({"water-fee", "electricity-fee", "gas-fee"})
    assert all(version.evaluation for resource in read for version in PACK.resource_history(resource))


def test_the_comprehensive_model_adds_public_sector_and_market_ratings_and_says_what_a_missing_one_does() -> None:
    model = MODELS["comprehensive-enterprise"]
    assert model.builds_on == ("public-enterprise",)
    assert [d.key for d in model.dimensions] == ["public", "sector", "market"]
    assert all(
        i.missing and i.missing.points == 0 and "不加分也不减分" in i.missing.reason.zh for i in model.indicators
    )


@pytest.mark.parametrize(("model", "indicator"), INDICATORS)
def test_each_bin_grading_and_lack_is_met_by_a_case(model: Model, indicator: Indicator) -> None:
    parts = (*indicator.bins, *indicator.gradings, *((indicator.missing,) if indicator.missing else ()))
    assert {part.points for part in parts} <= set(said(model.key, indicator.key))
    met = {grade for case in CASES[model.key] for grade in case.grades.values()}
    for case in CASES[model.key]:
        met |= {str(r.fields.get(indicator.field or "")) for r in case.records if r.resource == indicator.resource}
    assert {value for grading in indicator.gradings for value in grading.values} <= met


@pytest.mark.parametrize("key", MODELS)
def test_each_limit_veto_exclusion_and_grade_is_met_by_a_case(key: str) -> None:
    model, cases = MODELS[key], CASES[key]
    for dimension in model.dimensions:
        assert {c.dimensions.get(dimension.key) for c in cases} >= {dimension.minimum, dimension.maximum}
    for veto in model.vetoes:
        assert any(c.vetoes == (veto.key,) and c.grade == model.bands[-1].key for c in cases), veto.key
        assert any(c.vetoes == () and any(r.resource == veto.resource for r in c.records) for c in cases), veto.key
    for ground in model.exclusions:
        assert any(c.excluded and any(r.resource == ground.resource for r in c.records) for c in cases), ground.key
    for band in model.bands:
        assert any(c.grade == band.key and not c.vetoes and c.score is not None for c in cases), band.key
        assert band.from_ is None or any(c.score == band.from_ and c.grade == band.key for c in cases), band.key


def test_an_edge_a_hair_higher_is_noticed() -> None:
    def raised(indicator: Indicator) -> dict[str, Any]:
        bins = [b if b.below is None else b.model_copy(update={"below": b.below + HAIR}) for b in indicator.bins]
        return {"bins": tuple(bins)}

    upper = {(m.key, i.key, b.points) for m in PACK.models for i in m.indicators for b in i.bins[1:]}
    assert upper - changed(each(raised)) == set()


@pytest.mark.parametrize("months", [1, -1])
def test_a_window_or_a_step_a_month_longer_or_shorter_is_noticed(months: int) -> None:
    def moved(indicator: Indicator) -> dict[str, Any]:
        steps = [step.model_copy(update={"months": step.months + months}) for step in indicator.decay]
        return {"decay": tuple(steps), "window_months": indicator.window_months and indicator.window_months + months}

    timed = {(m.key, i.key) for m in PACK.models for i in m.indicators if i.window_months or i.decay}
    assert timed - {(model, what) for model, what, _ in changed(each(moved))} == set()


def test_a_filter_that_is_left_out_is_noticed() -> None:
    def unfiltered(model: Model) -> Model:
        made = each(lambda _: {"filter": None})(model)
        grounds = {kind: tuple(g.model_copy(update={"filter": None}) for g in getattr(model, kind)) for kind in KINDS}
        return made.model_copy(update=grounds)

    missed = {(model, what) for model, what, _ in changed(unfiltered)}
    assert {(m.key, i.key) for m in PACK.models for i in m.indicators if i.filter} - missed == set()
    assert {m.key for m in PACK.models if any(v.filter for v in m.vetoes)} == {
        m for m, what in missed if what == "vetoes"
    }
    assert {m.key for m in PACK.models if m.exclusions} == {m for m, what in missed if what == "excluded"}


KINDS = ("vetoes", "exclusions")
