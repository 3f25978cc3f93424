"""What carries out each clause of a plan, honestly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from quanxin.policy import load
from quanxin.policy.coverage import ClauseCoverage, coverage
from tests.policy.small import sound, text, written

CARRIED = {
    "resources": ["penalty"], "lists": ["list"], "measures": ["ban"], "tiers": ["windows"], "clocks": ["clock"],
    "models": ["model"], "repair": ["late"], "consents": ["plain"],
}  # fmt: skip


def _first(folder: Path, **said: Any) -> ClauseCoverage:
    files = sound()
    files["plan.yaml"][0] |= said
    return coverage(load(written(folder, files)))[0]


def test_a_clause_is_carried_out_by_what_it_names_and_by_functions(tmp_path: Path) -> None:
    found = _first(tmp_path, **CARRIED, functions=[text("门户查询")])
    assert [t.zh for t in found.carried_by] == [
        "职业病防治处罚",
        "名单",
        "限",
        "期",
        "时限",
        "模型",
        "修复",
        "授权",
        "门户查询",
    ]
    assert found.missing == ()
    assert (found.clause, found.title.zh) == ("C1", "第1条")


def test_what_the_plan_misses_and_what_the_pack_lacks_are_both_missing(tmp_path: Path) -> None:
    lacking = {kind: ["nothing"] for kind in CARRIED}
    found = _first(tmp_path, **lacking, missing=[text("在线异议")])
    assert found.carried_by == ()
    assert found.missing[0].zh == "在线异议"
    assert [t.en for t in found.missing[1:]] == [
        f"the pack has no {kind} nothing"
        for kind in (
            "resource",
            "list",
            "measure",
            "publication tiers",
            "clock",
            "model",
            "repair regime",
            "consent text",
        )
    ]


def test_every_version_of_a_rule_that_has_its_own_title_is_told(tmp_path: Path) -> None:
    files = sound()
    later = files["tiers/windows.yaml"] | {"title": text("新期"), "in_force": {"from": "2026-04-01"}}
    files["tiers/a-later.yaml"] = later
    files["plan.yaml"][0]["tiers"] = ["windows"]
    found = coverage(load(written(tmp_path, files)))[0]
    assert [t.zh for t in found.carried_by] == ["期", "新期"]


def test_clauses_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    files = sound()
    files["plan.yaml"].reverse()
    assert [c.clause for c in coverage(load(written(tmp_path, files)))] == [f"C{n}" for n in range(1, 17)]


def test_a_pack_without_a_plan_covers_nothing(tmp_path: Path) -> None:
    files = sound()
    del files["plan.yaml"]
    assert coverage(load(written(tmp_path, files))) == []
