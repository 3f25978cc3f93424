"""What the cases of a model reach: told by what they ran over, so that a case left out, or of another value, is missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from quanxin.engine.model_cases import run_model_cases
from quanxin.engine.model_coverage import Reach
from quanxin.policy import load
from tests.policy.small import BASIS, put, sound, text, written

MODEL = "models/model.yaml"


def unreached(folder: Path, files: dict[str, Any], *cases: list[dict[str, Any]]) -> list[str]:
    """What cases, each a list of the fields of its records, do not reach."""
    said = [
        {
            "title": str(n),
            "model": "model",
            "as_of": "2026-06-30",
            "records": [{"resource": "penalty", "times": r.pop("times", 1), "fields": r} for r in map(dict, case)],
        }
        for n, case in enumerate(cases)
    ]
    pack = load(written(folder, files | {"model-tests/cases.yaml": said}))
    reach = Reach(pack)
    assert all(outcome.ok for outcome in run_model_cases(pack, reach.see))
    return reach.unreached()


ALL: list[list[dict[str, Any]]] = [
    [],  # just below 1, nothing
    [{"fine": "1"}],
    [{"fine": "1", "times": 2}],
    [{"fine": "1", "times": 3}],
    [{"fine": "101"}],
    [{"level": "x"}],  # 79
    [{"level": "y"}],
]


def test_cases_at_each_edge_on_both_sides_reach_everything(tmp_path: Path) -> None:
    assert unreached(tmp_path, sound(), *ALL) == []


@pytest.mark.parametrize(("left_out", "missed"), [
    (2, ["model/i: just below 3"]), (3, ["model/i: at 3"]), (4, ["model/v: met"]),
    (5, ["model/g: value x", "model/grade A: just below"]), (6, ["model/g: value y"]),
])  # fmt: skip
def test_a_case_that_is_left_out_is_missed_by_what_it_alone_reached(
    tmp_path: Path, left_out: int, missed: list[str]
) -> None:
    assert unreached(tmp_path, sound(), *(case for n, case in enumerate(ALL) if n != left_out)) == missed


def test_without_cases_everything_is_missed(tmp_path: Path) -> None:
    assert unreached(tmp_path, sound()) == [
        "model/i: just below 1", "model/i: at 1", "model/i: just below 3", "model/i: at 3", "model/g: value x",
        "model/g: value y", "model/g: nothing", "model/v: met", "model/v: a record that does not count",
        "model/grade A: just below", "model/grade A: at",
    ]  # fmt: skip


def timed(**said: Any) -> dict[str, Any]:
    """The pack with one indicator that looks at time, and no veto."""
    files = sound()
    bins = [{"below": "0.5", "points": 0, "reason": text("无")}, {"points": -1, "reason": text("有")}]
    part = {"key": "t", "title": text("t"), "doc": text("t"), "dimension": "d", "resource": "penalty", "basis": BASIS}
    put(MODEL, "indicators", to=[part | {"bins": bins} | said])(files)
    put(MODEL, "vetoes", to=[])(files)
    return files


def test_a_step_of_decay_needs_a_record_on_the_day_before_it_and_one_on_the_day_itself(tmp_path: Path) -> None:
    files = timed(decay=[{"months": 12, "weight": 1}, {"months": 24, "weight": "0.5"}])
    days = [[], *([{"decision_date": day}] for day in ("2025-07-01", "2025-06-30", "2024-07-01", "2024-06-30"))]
    assert unreached(tmp_path / "all", files, *days) == []
    assert unreached(tmp_path / "one", files, *days[:1], *days[2:]) == ["model/t: 12 months old, just inside"]
    assert unreached(tmp_path / "two", files, *days[:2], *days[3:]) == ["model/t: 12 months old, just beyond"]
    late = [[], [{"decision_date": "2025-07-02"}], *days[2:]]
    assert unreached(tmp_path / "late", files, *late) == ["model/t: 12 months old, just inside"]
    assert unreached(tmp_path / "four", files, *days[:4]) == ["model/t: 24 months old, just beyond"]


def test_a_window_needs_its_first_day_and_the_day_before(tmp_path: Path) -> None:
    files = timed(
        window_months=12, bins=[{"below": 1, "points": 0, "reason": text("无")}, {"points": -1, "reason": text("有")}]
    )
    inside, beyond = [{"decision_date": "2025-07-01"}], [{"decision_date": "2025-06-30"}]
    assert unreached(tmp_path / "a", files, inside, beyond) == []
    assert unreached(tmp_path / "b", files, inside, []) == ["model/t: 12 months old, just beyond"]
    # a record that the filter leaves out does not reach the first day
    files = timed(window_months=12, filter="kind = 'a'", bins=files[MODEL]["indicators"][0]["bins"])
    missed = unreached(tmp_path / "c", files, [{"kind": "a", "decision_date": "2026-01-01"}], inside, beyond)
    assert missed == ["model/t: 12 months old, just inside"]


def test_a_limit_needs_a_sum_beyond_it_where_there_is_one(tmp_path: Path) -> None:
    files = sound()
    put(MODEL, "dimensions", 0, "minimum", to=-10)(files)
    put(MODEL, "minimum", to=75)(files)
    at = [*ALL, [{"fine": "1", "times": 3, "level": "y"}]]
    assert unreached(tmp_path / "a", files, *at) == []
    # −10 is the limit, and reached; but the limit did not have to hold anything
    assert unreached(tmp_path / "b", files, *ALL) == ["model/d: minimum"]
    put(MODEL, "dimensions", 0, "minimum", to=-12)(files)
    put(MODEL, "minimum", to=0)(files)
    assert unreached(tmp_path / "c", files, *at) == []  # the least that there is: to meet it is enough


def test_a_share_is_reached_within_one_per_cent_and_an_amount_within_a_hundredth(tmp_path: Path) -> None:
    edges = [{"below": 50, "points": 0, "reason": text("")}, {"points": 1, "reason": text("")}]
    files = timed(aggregate="ratio", of="kind = 'a'", missing={"points": 0, "reason": text("")}, bins=edges)
    half = [{"kind": "a"}, {"kind": "b"}]
    assert unreached(tmp_path / "a", files, [], half, [{"kind": "b"}]) == ["model/t: just below 50"]
    near = [{"kind": "a", "times": 49}, {"kind": "b", "times": 51}]
    assert unreached(tmp_path / "b", files, [], half, near) == []
    files = timed(aggregate="sum", field="fine", bins=edges)
    assert unreached(tmp_path / "c", files, [{"fine": "49.989"}], [{"fine": "50"}]) == ["model/t: just below 50"]
    assert unreached(tmp_path / "d", files, [{"fine": "49.99"}], [{"fine": "50"}]) == []
