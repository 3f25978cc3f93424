"""In what editions differ: every part that was added, removed, changed or moved, and nothing else."""

from __future__ import annotations

from typing import Any

from quanxin.calendar import today
from quanxin.evaluation.edition_diff import Difference, differences
from quanxin.policy.evaluation import Model
from quanxin.runtime.pack import current_pack

MODEL: Model = current_pack().on(today()).models["public-enterprise"]


def otherwise(**changes: Any) -> Model:
    return MODEL.model_copy(update=changes)


def told(after: Model) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(d.kind, d.key, d.how, d.items) for d in differences(MODEL, after)]


def test_the_same_content_differs_in_nothing() -> None:
    assert differences(MODEL, Model.model_validate(MODEL.model_dump(mode="json", by_alias=True))) == []


def test_what_was_added_and_removed_is_named() -> None:
    first, *rest = MODEL.indicators
    assert told(otherwise(indicators=tuple(rest))) == [("indicators", first.key, "removed", ())]
    assert differences(otherwise(indicators=tuple(rest)), MODEL) == [
        Difference("indicators", first.key, first.title, "added")
    ]


def test_what_was_changed_is_named_with_its_items() -> None:
    first, *rest = MODEL.indicators
    changed = first.model_copy(update={"window_months": 7, "bins": first.bins[:1]})
    assert told(otherwise(indicators=(changed, *rest), base=MODEL.base + 1)) == [
        ("model", MODEL.key, "changed", ("base",)),
        ("indicators", first.key, "changed", ("window_months", "bins")),
    ]


def test_another_order_is_a_difference_for_vetoes_are_counted_by_their_place() -> None:
    assert told(otherwise(vetoes=MODEL.vetoes[::-1])) == [("vetoes", "", "moved", ())]
