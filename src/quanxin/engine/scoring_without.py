"""What a score would be, did one indicator not count.

Invariant: reckoned from the points that a run kept, by the same limits, bands and vetoes as the score itself; for an
indicator that gave nobody a point nothing changes.
"""

from __future__ import annotations

from quanxin.engine.scoring import clamped, column, grade_of, hundredths
from quanxin.policy.evaluation import Indicator, Model


def without(model: Model, indicator: Indicator, results: str) -> str:
    """A SELECT of ``subject_id, score, grade, other_score, other_grade`` over the results of a run by this model.

    ``results`` is a relation with the columns of a run's ``scores``; the other score and grade are those without the
    indicator's points.
    """
    parts = []
    for dimension in model.dimensions:
        own = [i for i in model.indicators if i.dimension == dimension.key and i.key != indicator.key]
        points = " + ".join(column(i, "p") for i in own) or "0"
        parts.append(clamped(points, dimension.minimum, dimension.maximum))
    total = clamped(" + ".join([str(hundredths(model.base)), *parts]), model.minimum, model.maximum)
    inner = f"SELECT subject_id, vetoes, score AS had, grade AS had_grade, {total} AS score FROM {results} AS results"
    return (
        f"SELECT subject_id, had AS score, had_grade AS grade, score AS other_score, {grade_of(model)} AS other_grade "
        f"FROM ({inner}) AS lessened"
    )
