"""Packs with an item that is inspected, and each rule about inspections broken."""

from __future__ import annotations

from typing import Any

from tests.policy.small import Change, text

RULE: dict[str, Any] = {"in_force": {"from": "2019-01-01"}, "basis": [{"title": "某法", "article": "第一条"}]}
BALLS = {
    "key": "balls", "title": text("开奖"), "groups": [{"count": 6, "of": 33}], "seen_at": text("公告"),
    "basis": RULE["basis"],
}  # fmt: skip
REASONS = [
    {"key": one, "title": text(one), "found": one, "basis": RULE["basis"]} for one in ("cap", "closed")
]  # fmt: skip


def inspected(
    *,
    kind: dict[str, Any] | None = None,
    draw: dict[str, Any] | None = None,
    cap: dict[str, Any] | None = None,
    **said: Any,
) -> Change:
    """A sound pack with an item; what ``said``, ``kind``, ``draw`` and ``cap`` say otherwise is wrong with it."""
    item = RULE | {
        "key": "hygiene", "title": text("卫生检查"), "department": "market", "kind": "general", "limit": "0.05",
        "objects": "firm", "targets": ["firm"], "frequency": text("每年"), "modes": ["data", "onsite"],
        "form": [{"key": "clean", "title": text("清洁"), "type": "boolean"}],
    }  # fmt: skip
    objects = {"key": "firm", "title": text("企业"), "kind": "firm", "types": ["firm", "trader"]} | (kind or {})
    rules = RULE | {
        "key": "draw", "title": text("抽取"), "method": "vrs-1", "lead_days": 1, "each": 2, "load": 9,
        "second_party": True, "sources": [BALLS], "reasons": REASONS,
        "closed": [{"resource": "penalty", "field": "kind", "values": ["a"]}],
    } | (draw or {})  # fmt: skip
    caps = RULE | {"key": "visits", "title": text("次数"), "levels": {"A": 1}, "otherwise": 2} | (cap or {})
    results = RULE | {
        "key": "inspection-result", "title": text("结果"), "edition": "1", "codes": [{"value": "好", "title": text("好")}]
    }  # fmt: skip
    return lambda files: files.update({
        "inspection-items/hygiene.yaml": item | said, "object-kinds.yaml": [objects], "draw-rules.yaml": rules,
        "inspection-caps.yaml": [caps], "codes/results.yaml": results,
    })  # fmt: skip


def _key_item() -> Change:
    """A key item that limits its share."""

    def change(files: dict[str, Any]) -> None:
        inspected()(files)
        files["inspection-items/hygiene.yaml"]["kind"] = "key"

    return change


def _without(file: str) -> Change:
    """The same pack without one of its files."""

    def change(files: dict[str, Any]) -> None:
        inspected()(files)
        del files[file]

    return change


BREAKS: dict[str, list[Change]] = {
    "inspection-unknown": [
        inspected(department="nobody"), inspected(objects="nothing"), inspected(targets=["stranger"]),
        inspected(kind={"types": ["firm", "stranger"]}), inspected(kind={"resource": "nothing"}),
        inspected(kind={"resource": "penalty", "number": "nothing"}), inspected(cap={"departments": ["nobody"]}),
    ],
    "inspection-unlimited": [inspected(limit=None), inspected(limit="1"), _key_item()],
    "inspection-unfounded": [
        inspected(basis=[{"title": "某法"}]), inspected(form=[]), _without("codes/results.yaml"),
    ],
    "inspection-of-persons": [inspected(kind={"types": ["firm", "person"]})],
    "inspection-on-site-first": [inspected(modes=["onsite", "data"])],
    "draw-unusable": [
        _without("draw-rules.yaml"), _without("inspection-caps.yaml"),
        inspected(draw={"sources": [BALLS | {"bits": 256}]}), inspected(draw={"sources": [BALLS | {"groups": []}]}),
        inspected(draw={"sources": [BALLS | {"groups": [{"count": 9, "of": 9}]}]}),
        inspected(draw={"sources": [BALLS | {"groups": [], "bits": 9}]}), inspected(draw={"reasons": REASONS[:1]}),
        inspected(draw={"closed": [{"resource": "penalty", "field": "kind"}]}),
    ],
}  # fmt: skip
KEEPS: list[Change] = [
    inspected(), inspected(kind={"resource": "penalty", "number": "fine"}),
    inspected(draw={"sources": [BALLS | {"groups": [], "bits": 256}]}), inspected(modes=["onsite"]),
]  # fmt: skip
