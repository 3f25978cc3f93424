"""The cases of check items: all hold, none holds when it says otherwise, and what none reaches is named."""

from __future__ import annotations

from quanxin.engine.cases import Outcome
from quanxin.engine.check_cases import run_check_cases, unreached
from quanxin.policy import Pack, load

PACK = load("shandong")
ITEM = "procurement-qualification"


def _play(pack: Pack) -> tuple[list[Outcome], set[tuple[str, str, str]]]:
    seen: set[tuple[str, str, str]] = set()
    return run_check_cases(pack, lambda *reached: seen.add(reached)), seen


def test_every_case_holds_and_every_item_is_reached() -> None:
    outcomes, seen = _play(PACK)
    assert [(one.case.title, one.message) for one in outcomes if not one.ok] == []
    assert len(outcomes) == len(PACK.check_cases) > 100
    assert list(unreached(PACK, seen)) == []


def test_a_case_that_says_otherwise_does_not_hold() -> None:
    turned = tuple(
        case.model_copy(update={"outcome": "clear" if case.outcome != "clear" else "hint"}) for case in PACK.check_cases
    )
    assert not any(one.ok for one in _play(PACK.replacing(check_cases=turned))[0])


def test_what_no_case_reaches_is_named() -> None:
    kept = tuple(
        case
        for case in PACK.check_cases
        if case.item != ITEM or (case.outcome != "lifted" and all(r.resource != "tax-severe" for r in case.records))
    )
    _, seen = _play(PACK.replacing(check_cases=kept))
    assert list(unreached(PACK, seen)) == [f"check-items/{ITEM}: lifted", f"check-items/{ITEM}: by list/tax-severe"]
