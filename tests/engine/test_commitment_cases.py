"""The cases of commitments: all hold, none holds when it says otherwise, and what none reaches is named."""

from __future__ import annotations

import datetime as dt

from quanxin.engine.cases import Outcome
from quanxin.engine.commitment_cases import run_commitment_cases, unreached
from quanxin.policy import Pack, load
from quanxin.policy.commitments import CommitmentCase
from quanxin.policy.model import InForce

PACK = load("shandong")


def _play(pack: Pack) -> tuple[list[Outcome], set[tuple[str, str, str]]]:
    seen: set[tuple[str, str, str]] = set()
    return run_commitment_cases(pack, lambda *reached: seen.add(reached)), seen


def test_every_case_holds_and_every_template_is_reached() -> None:
    for pack in (load("national"), PACK):
        outcomes, seen = _play(pack)
        assert [(one.case.title, one.message) for one in outcomes if not one.ok] == []
        assert len(outcomes) == len(pack.commitment_cases) > 100
        assert list(unreached(pack, seen)) == []


def test_a_case_that_says_otherwise_does_not_hold() -> None:
    turned = [
        case.model_copy(update={"outcome": "overdue" if case.outcome != "overdue" else "offered"})
        for case in PACK.commitment_cases
    ]
    for name, other in (("by", "nobody"), ("due_on", dt.date(2199, 1, 1)), ("edition", dt.date(2199, 1, 1))):
        turned += [
            one.model_copy(update={name: other}) for one in PACK.commitment_cases if name in one.model_fields_set
        ]
    turned += [one.model_copy(update={"follows": ("nothing",)}) for one in PACK.commitment_cases if one.follows]
    outcomes, _ = _play(PACK.replacing(commitment_cases=tuple(turned)))
    assert not any(one.ok for one in outcomes)


def test_what_no_case_reaches_is_named() -> None:
    kept = tuple(
        one
        for one in PACK.commitment_cases
        if one.template != "approval" or (one.by != "broken-before" and one.outcome not in ("overdue", "broken"))
    )
    _, seen = _play(PACK.replacing(commitment_cases=kept))
    assert list(unreached(PACK, seen)) == [
        "commitments/approval: broken no-easier-handling",
        "commitments/approval: broken closer-supervision-after-breach",
        "commitments/approval: excluded broken-before",
        "commitments/approval: lifted broken-before",
        "commitments/approval: suspended broken-before",
        "commitments/approval: overdue conditions-met",
        "commitments/approval: overdue papers-supplied",
    ]


def test_what_was_signed_stays_that_of_its_version() -> None:
    one = next(one for one in PACK.commitments if one.key == "research-integrity")
    first, second = one.in_force.from_, dt.date(2026, 7, 1)
    old = one.model_copy(update={"in_force": InForce.model_validate({"from": first, "until": dt.date(2026, 6, 30)})})
    new = one.model_copy(update={"in_force": InForce.model_validate({"from": second}), "validity_months": 1})
    others = tuple(other for other in PACK.commitments if other is not one)
    pack = PACK.replacing(commitments=(*others, old, new))
    assert list(unreached(pack, _play(pack)[1])) == []  # its cases of 2029 are of what was signed in May 2026
    said = {"title": "依所签文本", "template": one.key, "subject_type": "enterprise", "outcome": "in-force"}
    said |= {"as_of": dt.date(2026, 12, 1), "since": dt.date(2026, 5, 6), "edition": first}
    case = CommitmentCase.model_validate(said)
    later = case.model_copy(update={"since": second, "edition": second, "outcome": "run-out"})
    outcomes, seen = _play(pack.replacing(commitment_cases=(case, later)))
    assert all(outcome.ok for outcome in outcomes)
    assert (one.key, "still in force as of", first.isoformat()) in seen
    assert f"commitments/{one.key}: still in force as of {first}" in list(unreached(pack, set()))
