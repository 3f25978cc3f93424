"""A result in words: what a score is made of, and what moves it.

Invariant: base plus the points of all dimensions, each within its limits, within the model's limits, is the score; every
indicator says its value, its points, the reason in words, and the records that stand behind it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from quanxin.calendar import add_months
from quanxin.engine.scoring import HUNDRED, column, scale
from quanxin.evaluation.single import Changes, Scored, score
from quanxin.policy.evaluation import Aggregate, Bin, Grading, Indicator, Model, Otherwise
from quanxin.policy.model import Text
from quanxin.runtime import parameters

MOST_DAYS = 60  # days tried for changes that come by themselves
_NO_POINTS = Text(zh="该取值不计分", en="this value has no points")


def explained(scored: Scored) -> dict[str, Any]:
    """The result as others read it: points are decimals as text, texts in both languages, records by id."""
    model, row = scored.model, scored.reckoned.row
    said: dict[str, Any] = {
        "model": model.key, "title": model.title.model_dump(), "edition": model.edition, "as_of": scored.as_of.isoformat(),
        "known_at": scored.known_at.isoformat(), "evaluated": row is not None,
    }  # fmt: skip
    if row is None:
        grounds = [g for g in model.exclusions if scored.reckoned.records.get(g.key)]
        return said | {"exclusions": [_ground(scored, g.key, g.title, g.reason) for g in grounds]}
    band = next(b for b in model.bands if b.key == row["grade"])
    return said | {
        "base": _points(model.base),
        "score": _shown(row["score"]),
        "grade": band.key,
        "grade_title": band.title.model_dump(),
        "minimum": _points(model.minimum),
        "maximum": _points(model.maximum),
        "vetoes": [
            _ground(scored, v.key, v.title, v.reason) for n, v in enumerate(model.vetoes) if row["vetoes"] >> n & 1
        ],
        "dimensions": [_dimension(scored, row, n) for n in range(len(model.dimensions))],
        "indicators": [_indicator(scored, row, i) for i in model.indicators],
    }


def _ground(scored: Scored, key: str, title: Text, reason: Text) -> dict[str, Any]:
    records = list(scored.reckoned.records.get(key, ()))
    return {"key": key, "title": title.model_dump(), "reason": reason.model_dump(), "records": records}


def _dimension(scored: Scored, row: Any, n: int) -> dict[str, Any]:
    dimension = scored.model.dimensions[n]
    own = [i for i in scored.model.indicators if i.dimension == dimension.key]
    return {
        "key": dimension.key,
        "title": dimension.title.model_dump(),
        "points": _shown(row[f"d_{dimension.key.replace('-', '_')}"]),
        "before_limits": _shown(sum(row[column(i, "p")] for i in own)),
        "minimum": _points(dimension.minimum),
        "maximum": _points(dimension.maximum),
    }


def _indicator(scored: Scored, row: Any, indicator: Indicator) -> dict[str, Any]:
    return {
        "key": indicator.key,
        "title": indicator.title.model_dump(),
        "dimension": indicator.dimension,
        "doc": (indicator.doc or indicator.title).model_dump(),
        "resource": indicator.resource or "",
        "value": value_text(row[column(indicator, "v")], indicator),
        "points": _shown(row[column(indicator, "p")]),
        "reason": reason_of(indicator, row[column(indicator, "k")]).model_dump(),
        "records": list(scored.reckoned.records.get(indicator.key, ())),
        "basis": [b.model_dump(mode="json", exclude_none=True) for b in indicator.basis],
    }


def reason_of(indicator: Indicator, number: int) -> Text:
    """The words of the case that a value fell into, by its number in the order of ``engine.scoring.cases``."""
    missing = [indicator.missing] if indicator.missing else []
    given: list[Otherwise | Bin | Grading] = [*missing, *indicator.bins, *indicator.gradings]
    return given[number].reason if 0 <= number < len(given) else _NO_POINTS


def value_text(value: Any, indicator: Indicator) -> str | None:
    """A value as people write it: weights and shares with their two places, amounts without needless zeros."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    number = Decimal(value) / scale(indicator)
    text = f"{number.normalize():f}"
    return f"{text}%" if indicator.aggregate is Aggregate.RATIO else text


def _shown(hundredths: int) -> str:
    return f"{Decimal(hundredths) / HUNDRED:.2f}"


def _points(points: Decimal) -> str:
    return f"{points:.2f}"


def outlook(scored: Scored) -> list[dict[str, Any]]:
    """The days on which the score changes by itself, were nothing to come in: windows that end, weights that fade."""
    made: list[dict[str, Any]] = []
    before = scored.reckoned.row
    for day in sorted(set(_turning_days(scored)))[:MOST_DAYS]:
        row = score(scored.model, dict(scored.records), day, scored.known_at, Changes()).reckoned.row
        if (
            row is not None
            and before is not None
            and (row["score"], row["grade"]) != (before["score"], before["grade"])
        ):
            change = _shown(row["score"] - before["score"])
            made.append(
                {
                    "day": day.isoformat(),
                    "score": _shown(row["score"]),
                    "grade": row["grade"],
                    "change": change,
                    "because": _moved(scored.model, before, row),
                }
            )
        before = row
    return made


def _moved(model: Model, before: Any, after: Any) -> list[str]:
    return [i.key for i in model.indicators if before[column(i, "p")] != after[column(i, "p")]]


def _turning_days(scored: Scored) -> Iterator[dt.date]:
    """Days after the one asked about on which a record may begin to count otherwise."""
    months = {m for i in scored.model.indicators for m in (i.window_months, *(s.months for s in i.decay)) if m}
    for rows in scored.records.values():
        for _, _, event, items in rows:
            days = [_first_day_beyond(event, m) for m in months] if event else []
            for day in [*days, *_dates_in(items)]:
                if day > scored.as_of:
                    yield day


def _first_day_beyond(event: dt.date, months: int) -> dt.date:
    """The first day on which an event is no longer within so many months: months are taken off the day, clamped."""
    day = add_months(event, months)
    while add_months(day, -months) < event:
        day += dt.timedelta(days=1)
    return day


def _dates_in(items: Any) -> Iterator[dt.date]:
    for value in items.values():
        if isinstance(value, str) and (day := parameters.day(value)) is not None:
            yield from (day, day + dt.timedelta(days=1))


def improvements(scored: Scored) -> list[dict[str, Any]]:
    """What repairing the records behind each indicator that costs points, or behind each veto, would make of the score."""
    row, made = scored.reckoned.row, []
    if row is None:
        return []
    costly = [(i.key, i.title) for i in scored.model.indicators if row[column(i, "p")] < 0]
    costly += [(v.key, v.title) for n, v in enumerate(scored.model.vetoes) if row["vetoes"] >> n & 1]
    for key, title in costly:
        records = scored.reckoned.records.get(key, ())
        if records:
            supposed = Changes(repaired=frozenset(records))
            then = score(scored.model, dict(scored.records), scored.as_of, scored.known_at, supposed).reckoned.row
            if then is not None:
                made.append(
                    {
                        "key": key,
                        "title": title.model_dump(),
                        "records": list(records),
                        "grade": then["grade"],
                        "score": _shown(then["score"]),
                        "change": _shown(then["score"] - row["score"]),
                    }
                )
    return sorted(made, key=lambda m: (-Decimal(m["change"]), m["key"]))
