"""A compiled model: every aggregate, window, decay step, bin, limit, veto and exclusion."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from quanxin.engine.model_cases import run_model_cases
from quanxin.policy import load
from tests.policy.small import BASIS, put, sound, text, written

MODEL = "models/model.yaml"
NONE = {"points": 7, "reason": text("没有")}


def indicator(aggregate: str, bins: list[dict[str, Any]] | None = None, **said: Any) -> dict[str, Any]:
    steps = bins or [{"below": n, "points": -n, "reason": text(str(n))} for n in range(1, 9)] + [
        {"points": -9, "reason": text("more")}
    ]
    return {
        "key": "i",
        "title": text("i"),
        "doc": text("i"),
        "dimension": "d",
        "resource": "penalty",
        "aggregate": aggregate,
        "basis": BASIS,
        "bins": steps,
    } | said


def points(folder: Path, part: dict[str, Any], records: list[dict[str, Any]], as_of: str = "2026-06-30") -> Decimal:
    """The points that an indicator gives for records, read back from the failing expectation of a case."""
    files = sound()
    files[MODEL]["indicators"] = [part]
    rows = [{"resource": "penalty", "fields": r, "times": r.pop("times", 1)} for r in records]
    files["model-tests/case.yaml"] = {
        "title": "例",
        "model": "model",
        "as_of": as_of,
        "records": rows,
        "points": {"i": 99},
    }
    (outcome,) = run_model_cases(load(written(folder, files)))
    assert not outcome.ok
    return Decimal(outcome.message.removeprefix("points i: ").removesuffix(", not 99"))


def test_a_count_is_of_what_happened_by_the_day_within_the_window_and_passes_the_filter(tmp_path: Path) -> None:
    part = indicator("count", window_months=4, filter="fine > 1")
    days = [
        "2026-06-30",
        "2026-07-01",
        "2026-03-01",
        "2026-02-28",
        None,
    ]  # 4 months before 30 June: the last of February
    assert points(tmp_path, part, [{"decision_date": day, "fine": "2"} for day in days]) == -3
    assert (
        points(tmp_path / "b", part, [{"decision_date": "2026-06-01", "fine": f} for f in ("1", None, "1.000001")])
        == -2
    )


def test_a_record_without_a_day_counts_where_there_is_no_window(tmp_path: Path) -> None:
    assert points(tmp_path, indicator("count"), [{"decision_date": None}]) == -2


def test_decay_weighs_by_steps_of_age(tmp_path: Path) -> None:
    decay = [{"months": 12, "weight": 1}, {"months": 24, "weight": "0.5"}]
    days = ["2025-07-01", "2025-06-30", "2024-07-01", "2024-06-30"]  # 1 + 0.5 + 0.5 + 0
    assert points(tmp_path, indicator("count", decay=decay), [{"decision_date": d} for d in days]) == -3
    part = indicator("sum", field="fine", decay=decay)
    rows = [{"decision_date": d, "fine": f} for d, f in zip(days, ("1", "4.5", "1.4", "100"), strict=True)]
    assert points(tmp_path / "b", part, rows) == -4  # 1 + 2.25 + 0.7 = 3.95


def test_sums_and_distinct_values_leave_out_what_is_missing(tmp_path: Path) -> None:
    rows = [
        {"decision_date": "2026-01-01", "fine": f, "kind": k}
        for f, k in (("0.999999", "a"), (None, None), ("0.000001", "a"))
    ]
    assert points(tmp_path, indicator("sum", field="fine"), [dict(r) for r in rows]) == -2
    assert points(tmp_path / "b", indicator("distinct", field="kind"), rows) == -2


def test_the_latest_value_is_that_of_the_latest_event_and_then_of_the_latest_record(tmp_path: Path) -> None:
    part = indicator("latest", field="fine", missing=NONE)
    rows = [
        {"decision_date": d, "fine": f}
        for d, f in (("2026-05-01", "3.5"), ("2026-05-01", "4.5"), ("2026-04-01", "1"), ("2026-06-01", None))
    ]
    assert points(tmp_path, part, rows) == -5
    assert points(tmp_path / "b", part, []) == 7


def test_exists_days_since_and_ratio(tmp_path: Path) -> None:
    assert points(tmp_path / "e", indicator("exists"), [{"decision_date": "2026-01-01", "times": 5}]) == -2
    since = indicator("days-since", missing=NONE)
    assert points(tmp_path / "d", since, [{"decision_date": d} for d in ("2026-06-27", "2026-06-01")]) == -4
    assert points(tmp_path / "n", since, []) == 7
    part = indicator(
        "ratio",
        of="kind = 'a'",
        missing=NONE,
        bins=[
            {"below": "33.33", "points": 1, "reason": text("")},
            {"below": "33.34", "points": 2, "reason": text("")},
            {"points": 3, "reason": text("")},
        ],
    )
    assert (
        points(tmp_path / "r", part, [{"kind": k} for k in ("a", "b", None)]) == 2
    )  # 33.33 per cent, cut after two places
    assert points(tmp_path / "z", part, []) == 7


def test_limits_vetoes_exclusions_and_grades(tmp_path: Path) -> None:
    files = sound()
    put(
        MODEL,
        "exclusions",
        to=[
            {
                "key": "x",
                "title": text("x"),
                "resource": "penalty",
                "filter": "kind = 'b'",
                "reason": text("x"),
                "basis": BASIS,
            }
        ],
    )(files)
    ground = {"title": "例", "model": "model", "as_of": "2026-06-30"}
    fine = {"resource": "penalty", "fields": {"fine": "1", "level": "y"}}
    files["model-tests/case.yaml"] = [
        ground | {"score": 80, "grade": "A", "vetoes": [], "points": {"i": 0, "g": 0}, "dimensions": {"d": 0}},
        ground | {"records": [fine | {"times": 2}], "score": 73, "grade": "B", "points": {"i": -5, "g": -2}},
        ground | {"records": [fine | {"fields": {"fine": "101"}}], "score": 75, "grade": "B", "vetoes": ["v"]},
        ground | {"records": [fine | {"fields": {"kind": "b"}}], "excluded": True},
    ]
    assert [o.message for o in run_model_cases(load(written(tmp_path / "a", files)))] == [""] * 4
    put(MODEL, "dimensions", 0, "minimum", to=-6)(files)
    files["model-tests/case.yaml"] = ground | {"records": [fine | {"times": 9}], "dimensions": {"d": -6}, "score": 74}
    assert [o.message for o in run_model_cases(load(written(tmp_path / "b", files)))] == [""]


@pytest.mark.parametrize(("change", "message"), [
    ({"as_of": "2019-01-01"}, "model is not in force on 2019-01-01"), ({"score": 1}, "score: 80, not 1"),
    ({"excluded": True}, "excluded: False, not True"), ({"vetoes": ["v"]}, "vetoes: set(), not {'v'}"),
])  # fmt: skip
def test_a_case_that_does_not_hold_says_how_it_ended(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    files = sound()
    files["model-tests/case.yaml"] = {
        "title": "例",
        "model": "model",
        "as_of": dt.date(2026, 6, 30).isoformat(),
    } | change
    (outcome,) = run_model_cases(load(written(tmp_path, files)))
    assert (outcome.ok, outcome.message) == (False, message)
