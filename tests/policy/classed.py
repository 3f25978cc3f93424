"""Packs that break the lints of schemes of classes, and such as come near."""

from __future__ import annotations

from typing import Any

from tests.policy.small import RESOURCE, Change, text

BASIS = [{"title": "某法", "article": "第一条"}]


def _level(key: str, ratio: str, **said: Any) -> dict[str, Any]:
    return {"key": key, "title": text(key), "share": {"ratio": ratio, "visits": 1}, "means": text("抽查")} | said


def _scheme(**said: Any) -> Change:
    """A scheme that rates by the level of penalties, with a list and a record that trigger; a second resource is rated."""

    def change(files: dict[str, Any]) -> None:
        files["supervision-fields.yaml"] = [{"key": "trade", "title": text("行业")}]
        files["catalogue/rating.yaml"] = files[RESOURCE] | {"key": "rating", "publication": {"mode": "shared"}}
        files["schemes/trade.yaml"] = {
            "key": "trade", "title": text("分级"), "in_force": {"from": "2019-01-01"}, "basis": BASIS, "field": "trade",
            "kind": "risk", "department": "market", "targets": ["firm"], "levels": [_level("A", "0.1"), _level("B", "0.5")],
            "period_months": 12, "refresh": "on-change",
            "ratings": [{"resource": "rating", "item": "level", "levels": {"x": "A", "y": "B"}}],
            "triggers": [{"level": "B", "title": text("名单"), "list": "list"},
                         {"level": "B", "title": text("处罚"), "resource": "penalty", "months": 12}],
        } | said  # fmt: skip

    return change


def _matrix(**said: Any) -> Change:
    def change(files: dict[str, Any]) -> None:
        _scheme()(files)
        files["matrices/both.yaml"] = {
            "key": "both", "title": text("合并"), "in_force": {"from": "2019-01-01"}, "basis": BASIS, "scheme": "trade",
            "model": "model", "grades": {"A": "A", "B": "B"}, "reason": text("从严"),
        } | said  # fmt: skip

    return change


def _measure(resource: str, **said: Any) -> Change:
    def change(files: dict[str, Any]) -> None:
        _scheme(**said)(files)
        files["measures/ban.yaml"] |= {"triggers": [{"resource": resource}], "term_months": 12}

    return change


def _rival(files: dict[str, Any]) -> None:
    _matrix()(files)
    files["matrices/other.yaml"] = files["matrices/both.yaml"] | {"key": "other"}


def _public(files: dict[str, Any]) -> None:
    _scheme()(files)
    files["catalogue/rating.yaml"] |= {"publication": {"mode": "public", "months": 12, "basis": BASIS}}


def _unplayed(files: dict[str, Any]) -> None:
    _scheme()(files)
    files["scheme-tests/trade.yaml"] = [
        {"title": "没有", "scheme": "trade", "subject_type": "firm", "as_of": "2020-01-01", "level": "A"}
    ]


BREAKS: dict[str, list[Change]] = {
    "scheme-incomplete": [
        _scheme(period_months=None),
        _scheme(refresh=None),
        _scheme(department=None),
        _scheme(levels=[_level("A", "0.1", means=None), _level("B", "0.5")]),
    ],
    "scheme-of-persons": [_scheme(targets=["firm", "trader"]), _scheme(targets=["person"])],
    "scheme-unusable": [
        _scheme(default="C"),
        _scheme(levels=[_level("A", "0.6"), _level("B", "0.5")]),
        _scheme(levels=[_level("A", "0"), _level("B", "0.5")]),
        _scheme(ratings=[{"resource": "rating", "item": "level", "levels": {"x": "A"}}]),
        _scheme(ratings=[{"resource": "rating", "item": "nothing", "levels": {"x": "A"}}]),
        _scheme(latest=True),
        _public,
    ],
    "scheme-endless": [
        _scheme(triggers=[{"level": "B", "title": text("评定"), "resource": "rating"}]),
    ],
    "matrix-unusable": [
        _matrix(basis=[{"title": "某法"}]), _matrix(grades={"A": "A"}), _matrix(grades={"A": "A", "B": "Z"}), _rival,
    ],
    "class-as-ground": [_measure("rating"), _measure("rating", kind="credit")],
    "scheme-unplayed": [_unplayed],
}  # fmt: skip
KEEPS: list[Change] = [
    _scheme(),
    _scheme(default="A"),
    _scheme(latest=True, reason=text("新的更准")),
    _matrix(),
    _matrix(cells=[{"grade": "A", "level": "B", "stratum": "A"}]),
    _measure("penalty"),
    _scheme(triggers=[{"level": "B", "title": text("评定"), "resource": "penalty"}]),  # its publication ends
]
