"""The cases of lists: all hold, none holds when it says otherwise, and what none reaches is named."""

from __future__ import annotations

from quanxin.engine.cases import Outcome
from quanxin.engine.list_cases import run_list_cases, unreached
from quanxin.policy import Pack, load

PACK = load("national")


def _play(pack: Pack) -> tuple[list[Outcome], set[tuple[str, str]]]:
    seen: set[tuple[str, str]] = set()
    return run_list_cases(pack, lambda *reached: seen.add(reached)), seen


def test_every_case_holds_and_every_list_is_reached() -> None:
    outcomes, seen = _play(PACK)
    assert [(one.case.title, one.message) for one in outcomes if not one.ok] == []
    assert len(outcomes) == len(PACK.list_cases) > 250
    assert list(unreached(PACK, seen)) == []


def test_a_case_that_says_otherwise_does_not_hold() -> None:
    turned = tuple(
        case.model_copy(update={"outcome": "expired" if case.outcome != "expired" else "listed"})
        for case in PACK.list_cases
    )
    later = tuple(
        case.model_copy(update={"until": case.as_of.replace(year=2199)})
        for case in PACK.list_cases
        if case.outcome == "listed"
    )
    assert later
    assert not any(one.ok for one in _play(PACK.replacing(list_cases=turned + later))[0])


def test_what_no_case_reaches_is_named() -> None:
    kept = tuple(
        one for one in PACK.list_cases if one.list != "tax-severe" or one.outcome not in ("removed", "suspended")
    )
    _, seen = _play(PACK.replacing(list_cases=kept))
    assert list(unreached(PACK, seen)) == ["lists/tax-severe: suspended", "lists/tax-severe: removed"]
