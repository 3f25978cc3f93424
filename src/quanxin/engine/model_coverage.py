"""What the cases of a pack's models reach: each edge from both sides, each limit, step, window, veto and exclusion.

Invariant: what is reached is told by what the cases ran over and made, not by what they are called or expect. Counts,
days and hundredths have a next smaller value, and a case must lie exactly there; a share must lie within one per cent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import reduce
from math import gcd
from typing import Any

from quanxin.engine.days import on_day
from quanxin.engine.model_cases import Played
from quanxin.engine.normalise import literal
from quanxin.engine.scoring import HUNDRED, column, hundredths, scale, span
from quanxin.policy import Pack
from quanxin.policy.evaluation import Aggregate, Dimension, Indicator, Model
from quanxin.policy.model import FieldType

Sums = Mapping[str, set[int]]
SCORE = "score"

_WHOLE = (Aggregate.COUNT, Aggregate.DISTINCT, Aggregate.EXISTS, Aggregate.DAYS_SINCE)
_INTEGERS = (FieldType.INTEGER, FieldType.YEAR)


class Reach:
    """Watches cases run, and tells which parts of the models in force none of them reaches."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._sums = {model.edition: sums_of(model) for model in pack.models}
        self._reached: set[tuple[str, str, str]] = set()  # edition, part, what of it

    def see(self, played: Played) -> None:
        """Note what these cases reach."""
        model = played.scoring.model
        found = [*_of_time(played), *_of_grounds(played)]
        for row in played.rows.values():
            found += _of_row(model, self._sums[model.edition], row)
        scores = {row["score"] for row in played.rows.values() if not row["vetoes"]}
        edges = _grade_edges(model, self._sums[model.edition])
        found += [(grade, what) for grade, what, score in edges if score in scores]
        for indicator in model.indicators:
            values = {row[column(indicator, "v")] for row in played.rows.values()}
            found += _of_values(self._pack, indicator, values)
        self._reached |= {(model.edition, *what) for what in found}

    def unreached(self) -> list[str]:
        """What no case reached, as ``model/part: what``, in the order of the pack."""
        return [
            f"{model.key}/{part}: {what}"
            for model in self._pack.models
            for part, what in wanted_of(model, self._sums[model.edition])
            if (model.edition, part, what) not in self._reached
        ]


def wanted_of(model: Model, sums: Sums) -> Iterator[tuple[str, str]]:
    """All that the cases of a model are to reach: part and what of it. A limit that no sum comes up to is left out."""
    for indicator in model.indicators:
        for edge in (b.below for b in indicator.bins if b.below is not None):
            yield from ((indicator.key, f"{side} {_text(edge)}") for side in ("just below", "at"))
        yield from ((indicator.key, f"value {v}") for g in indicator.gradings for v in g.values)
        if indicator.missing:
            yield indicator.key, "nothing"
        for months in sorted(_ends(indicator)):
            yield from ((indicator.key, f"{months} months old, {side}") for side in ("just inside", "just beyond"))
    for dimension in (*model.dimensions, _whole(model)):
        own = sums[dimension.key]
        yield from [(dimension.key, "minimum")] if min(own) <= hundredths(dimension.minimum) else []
        yield from [(dimension.key, "maximum")] if max(own) >= hundredths(dimension.maximum) else []
    for ground in (*model.vetoes, *model.exclusions):
        yield from ((ground.key, what) for what in ("met", "a record that does not count"))
    yield from ((grade, what) for grade, what, _ in _grade_edges(model, sums))


def sums_of(model: Model) -> Sums:
    """Which sums of points, in hundredths and before the limits, a dimension can have, and the score (as ``score``).

    Indicators are taken to be free of each other: what is found is all that can be, and perhaps a little more.
    """
    made: dict[str, set[int]] = {}
    total = {hundredths(model.base)}
    for dimension in model.dimensions:
        own = {0}
        for indicator in (i for i in model.indicators if i.dimension == dimension.key):
            own = {one + points for one in own for points in _points(indicator)}
        made[dimension.key] = own
        total = {one + _held(other, dimension) for one in total for other in own}
    return made | {SCORE: total}


def _points(indicator: Indicator) -> set[int]:
    given = (*indicator.bins, *indicator.gradings, *((indicator.missing,) if indicator.missing else ()))
    return {hundredths(part.points) for part in given}


def _held(points: int, dimension: Dimension) -> int:
    return max(hundredths(dimension.minimum), min(hundredths(dimension.maximum), points))


def _whole(model: Model) -> Dimension:
    """The model's own limits, as those of a dimension that holds all."""
    return Dimension(key=SCORE, title=model.title, minimum=model.minimum, maximum=model.maximum)


def _of_row(model: Model, sums: Sums, row: Any) -> Iterator[tuple[str, str]]:
    total = hundredths(model.base)
    for dimension in model.dimensions:
        own = [i for i in model.indicators if i.dimension == dimension.key]
        yield from _limits(dimension, sums[dimension.key], sum(row[column(i, "p")] for i in own))
        total += row[f"d_{dimension.key.replace('-', '_')}"]
    yield from _limits(_whole(model), sums[SCORE], total)


def _grade_edges(model: Model, sums: Sums) -> Iterator[tuple[str, str, int]]:
    """Grade, side of its edge, and the score that lies nearest to it there."""
    possible = {_held(total, _whole(model)) for total in sums[SCORE]}
    for band in (b for b in model.bands if b.from_ is not None):
        edge = hundredths(band.from_ or Decimal(0))
        if below := [score for score in possible if score < edge]:
            yield f"grade {band.key}", "just below", max(below)
        if above := [score for score in possible if score >= edge]:
            yield f"grade {band.key}", "at", min(above)


def _limits(dimension: Dimension, sums: set[int], before: int) -> Iterator[tuple[str, str]]:
    """Which limits a sum is held by: where sums can lie beyond a limit, this one must."""
    low, high = hundredths(dimension.minimum), hundredths(dimension.maximum)
    if before < low or before == low == min(sums):
        yield dimension.key, "minimum"
    if before > high or before == high == max(sums):
        yield dimension.key, "maximum"


def _of_values(pack: Pack, indicator: Indicator, values: set[Any]) -> Iterator[tuple[str, str]]:
    if None in values:
        yield indicator.key, "nothing"
    yield from ((indicator.key, f"value {value}") for value in values)
    numbers = {Decimal(v) / scale(indicator) for v in values if v is not None} if indicator.bins else set()
    grain = _step(pack, indicator)
    for edge in (b.below for b in indicator.bins if b.below is not None):
        at = -(-edge // grain) * grain if indicator.aggregate in _WHOLE else edge  # the first value that is not below
        if at in numbers:
            yield indicator.key, f"at {_text(edge)}"
        if any(at - grain <= n < edge for n in numbers):
            yield indicator.key, f"just below {_text(edge)}"


def _step(pack: Pack, indicator: Indicator) -> Decimal:
    """How far values lie apart: weights for what decays, 1 for what is counted, a hundredth for what is measured."""
    if indicator.aggregate in _WHOLE:
        weights = [hundredths(step.weight) for step in indicator.decay] or [HUNDRED]
        return Decimal(reduce(gcd, weights)) / HUNDRED
    if indicator.aggregate is Aggregate.RATIO:
        return Decimal(1)
    fields = {
        f.type for r in pack.resource_history(indicator.resource or "") for f in r.fields if f.key == indicator.field
    }
    return Decimal(1) if fields <= set(_INTEGERS) else Decimal(1) / HUNDRED


def _of_time(played: Played) -> Iterator[tuple[str, str]]:
    """Which steps and windows have a record on the last day that is inside, and one on the first that is beyond."""
    for indicator in played.scoring.model.indicators:
        for months in _ends(indicator):
            day = f"DATE {literal(played.day.isoformat())}"
            edge = f"CAST({day} - INTERVAL '{months}' MONTH AS DATE)"
            if _counted(played, indicator, f"event_date = {edge} + 1", counts=True):
                yield indicator.key, f"{months} months old, just inside"
            if _counted(played, indicator, f"event_date = {edge}", counts=months < (span(indicator) or 0)):
                yield indicator.key, f"{months} months old, just beyond"


def _ends(indicator: Indicator) -> set[int]:
    """The ages in months at which a record begins to count less or no more."""
    return {m for m in (indicator.window_months, *(step.months for step in indicator.decay)) if m}


def _of_grounds(played: Played) -> Iterator[tuple[str, str]]:
    model = played.scoring.model
    for ground in (*model.vetoes, *model.exclusions):
        if _counted(played, ground, "true", counts=True):
            yield ground.key, "met"
        if _counted(played, ground, "true", counts=False):
            yield ground.key, "a record that does not count"


def _counted(played: Played, part: Any, condition: str, *, counts: bool) -> bool:
    """Whether the cases have a record that meets a condition and stands behind a part of the model, or does not."""
    source = next((s for s in played.scoring.sources if s.resource == part.resource), None)
    if source is None:
        return False
    marks = on_day(played.scoring.marks[source.resource], f"DATE {literal(played.day.isoformat())}")
    bit = 1 << played.scoring.uses(source.resource).index(part)
    query = (
        f"SELECT count(*) FROM {source.table} LEFT JOIN ({marks}) AS m USING (subject_id, id) "
        f"WHERE {condition} AND (coalesce(m.bits, 0) & {bit} <> 0) = {counts}"
    )
    return bool(played.con.execute(query).fetchall()[0][0])


def _text(edge: Decimal) -> str:
    return f"{edge.normalize():f}"
