"""What measures add to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Job, Slice

SLICE = Slice(
    key="measures",
    title=("激励与惩戒", "Measures"),
    jobs=(Job("3 0 * * *", "quanxin.measures.following:by_night", "measures.by-night"),),
    health={"measures": "quanxin.measures.health:findings"},
    deep={"measures-deep": "quanxin.measures.health:deep"},
    handlers=("quanxin.measures.following:GROUNDS", "quanxin.measures.following:CASES"),
)
