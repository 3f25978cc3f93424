"""What evaluation adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Job, Slice

SLICE = Slice(
    key="evaluation",
    title=("评价", "Evaluation"),
    health={"evaluation": "quanxin.evaluation.health:findings"},
    deep={"evaluation-deep": "quanxin.evaluation.health:deep"},
    jobs=(Job("47 1 * * *", "quanxin.evaluation.incremental:by_night", "evaluation.by-night"),),
    handlers=("quanxin.evaluation.incremental:SCORES",),
    demo={"evaluated": "quanxin.evaluation.sample:evaluate_city"},
)
