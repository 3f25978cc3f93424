"""The cases of measures in plain words: the packs' own hold and reach everything, each can fail, a wrong one is told of."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from quanxin.engine.cases import Outcome
from quanxin.engine.measure_cases import OUTCOMES, run_measure_cases, unreached
from quanxin.policy import Pack, load
from quanxin.policy.consequences import MeasureCase

PACK = load("shandong")
LISTED = {"resource": "tax-severe", "row": {"decision_date": "2026-05-06"}}
MEASURE = "procurement-limit"


def _play(pack: Pack) -> tuple[list[Outcome], set[tuple[str, str, str]]]:
    seen: set[tuple[str, str, str]] = set()
    return run_measure_cases(pack, lambda *reached: seen.add(reached)), seen


def _one(pack: Pack = PACK, **said: Any) -> str:
    """What is told of a case that asks about a listed enterprise; empty where it holds."""
    base = {"title": "一例", "measure": MEASURE, "subject_type": "enterprise", "as_of": "2026-06-01",
            "records": [LISTED], "outcome": "applies"}  # fmt: skip
    ((outcome,), _) = _play(pack.replacing(measure_cases=(MeasureCase.model_validate(base | said),)))
    assert outcome.ok == (not outcome.message)
    return outcome.message


@pytest.mark.parametrize("name", ["national", "shandong", "jinan"])
def test_the_cases_of_a_pack_hold_and_reach_every_outcome_and_ground(name: str) -> None:
    pack = load(name)
    outcomes, seen = _play(pack)
    assert [(one.case.title, one.message) for one in outcomes if not one.ok] == []
    assert list(unreached(pack, seen)) == []
    assert len({(c.measure, c.title) for c in pack.measure_cases}) == len(outcomes) == len(pack.measure_cases)


def test_every_case_can_fail() -> None:
    other = dict(zip(OUTCOMES, (*OUTCOMES[1:], OUTCOMES[0]), strict=True))
    turned = [case.model_copy(update={"outcome": other[case.outcome]}) for case in PACK.measure_cases]
    assert not any(one.ok for one in _play(PACK.replacing(measure_cases=tuple(turned)))[0])
    day = dt.timedelta(days=1)
    late = [case.model_copy(update={"until": case.until + day}) for case in PACK.measure_cases if case.until]
    assert len(late) > 200
    assert not any(one.ok for one in _play(PACK.replacing(measure_cases=tuple(late)))[0])


def test_what_no_case_reaches_is_named() -> None:
    some = [c for c in PACK.measure_cases if c.measure != MEASURE or c.outcome not in ("lifted", "applies")]
    kept = [c for c in PACK.measure_cases if c.measure == MEASURE and c.outcome == "applies"][:1]
    pack = PACK.replacing(measure_cases=(*some, *kept))
    missing = set(unreached(pack, _play(pack)[1]))
    assert f"measures/{MEASURE}: lifted" in missing
    assert f"measures/{MEASURE}: applies by list/judgment-debtors" in missing
    assert f"measures/{MEASURE}: applies by list/{kept[0].records[0].resource}" not in missing
    assert all(line.startswith(f"measures/{MEASURE}: ") for line in missing)


def test_a_measure_that_reaches_every_type_of_its_grounds_has_no_wrong_target() -> None:
    (found,) = [m for m in PACK.measures if m.key == MEASURE]
    reached = {kind for key in ("tax-severe",) for r in PACK.resource_history(key) for kind in r.subject_types}
    wide = found.model_copy(update={"targets": tuple(reached), "triggers": found.triggers[:1]})
    assert found.triggers[0].list == "tax-severe"
    named = set(unreached(PACK.replacing(measures=(wide,)), set()))
    assert f"measures/{MEASURE}: wrong-target" not in named
    assert f"measures/{MEASURE}: wrong-target" in set(unreached(PACK, set()))


def test_of_several_records_what_stands_counts() -> None:
    repaired = LISTED | {"held": "repaired"}
    shielded = LISTED | {"held": "shielded"}
    assert _one(records=[repaired, LISTED], until="2029-05-06") == ""
    assert _one(records=[repaired, shielded], outcome="suspended") == ""
    assert _one(records=[repaired], outcome="lifted") == ""
    assert _one(records=[shielded, LISTED]) == ""
    assert _one(records=[], outcome="no-ground") == ""


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([{"resource": "tax-severe", "row": {}}], "its event has no day"),
        ([LISTED | {"row": {"decision_date": "2026-05-06", "colour": "red"}}], "has no colour"),
        ([{"resource": "social-organisation-severe", "row": {"decision_date": "2026-05-06"}}], "about enterprise"),
    ],
)
def test_a_case_that_cannot_be_is_told_of(records: list[dict[str, Any]], told: str) -> None:
    assert told in _one(records=records)


def test_a_case_follows_its_measure() -> None:
    (found,) = [m for m in PACK.measures if m.key == MEASURE]

    def changed(**said: Any) -> Pack:
        return PACK.replacing(measures=(found.model_copy(update=said),))

    assert _one() == ""
    assert _one(changed(targets=("cooperative",))) == "outcome: wrong-target, not applies"
    assert _one(changed(triggers=found.triggers[1:2])) == "outcome: no-ground, not applies"
    assert _one(changed(term_months=12), until="2029-05-06") == "until: 2027-05-06, not 2029-05-06"
    late = found.in_force.model_copy(update={"from_": dt.date(2026, 6, 2)})
    assert _one(changed(in_force=late)) == "outcome: not-in-force, not applies"
