"""What a page about a score shows: the score as bars from the base to it, its past, its future and what-ifs.

Invariant: the bars begin at the base, each begins where the one before ended, and the last ends at the score; every
figure is one of ``explanation.explained``. Reading a page writes its one access line and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from quanxin.archive import access
from quanxin.archive.queries import records_about
from quanxin.archive.shapes import RecordView
from quanxin.archive.viewers import Viewer
from quanxin.calendar import now, today
from quanxin.evaluation import explanation, single
from quanxin.evaluation.editions import in_order
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.models import Change, Score
from quanxin.policy.evaluation import Model
from quanxin.policy.model import Text
from quanxin.runtime import parameters
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

YEARS_AHEAD = 10  # how far a what-if may look
WIDE = 1000  # the chart's own unit: its whole width
_LIMIT = Text(
    zh="各项合计超出维度的上下限，按上下限计。", en="The sum lies beyond the dimension's limits; the limit counts."
)
_WHOLE = Text(zh="合计超出总分的上下限，按上下限计。", en="The sum lies beyond the model's limits; the limit counts.")


@dataclass(frozen=True, slots=True)
class Bar:
    """A step from one total to the next; ``x`` and ``width`` place it in the chart.

    ``hidden`` counts the records behind it that the archive does not show today.
    """

    title: Text
    points: Decimal
    total: Decimal
    reason: Text | None = None
    doc: Text | None = None
    value: str | None = None
    records: tuple[RecordView, ...] = ()
    hidden: int = 0
    basis: tuple[Mapping[str, Any], ...] = ()
    x: int = 0
    width: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """A score in the past and its place in the line."""

    day: dt.date
    grade: str
    score: Decimal | None
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class ScorePage:
    """All that the template needs; ``why_not`` where there is no score for such a subject."""

    models: list[Model] = field(default_factory=list)
    model: Model | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    grade: Text | None = None
    dimensions: list[dict[str, Any]] = field(default_factory=list)
    as_of: dt.date | None = None
    standing: bool = False
    bars: list[Bar] = field(default_factory=list)
    still: list[Bar] = field(default_factory=list)
    grounds: list[Bar] = field(default_factory=list)
    history: list[Point] = field(default_factory=list)
    improvements: list[dict[str, Any]] = field(default_factory=list)
    outlook: list[dict[str, Any]] = field(default_factory=list)
    repairable: list[RecordView] = field(default_factory=list)
    supposed: Mapping[str, Any] | None = None
    repaired: frozenset[int] = frozenset()
    day: str = ""
    problem: Text | None = None
    never: bool = False


def of(subject: Subject, viewer: Viewer, asked: QueryDict) -> ScorePage:
    """The page of a subject's score, for a viewer who may see it; raises ``NotAllowed`` for any other.

    ``asked`` may name a ``model``, records supposed to be ``repaired`` and a ``day``.
    """
    access.require_scores(viewer, subject)
    if subject.natural or not current_pack().subject_types[subject.type].scorable:
        return ScorePage(never=True)
    of_pack = current_pack().on(today()).models
    models = in_order([of_pack[key] for key in sorted(of_pack) if subject.type in of_pack[key].subject_types])
    if not models:
        return ScorePage()
    scored_by = set(Score.objects.filter(subject_id=subject.pk).values_list("model", flat=True))
    usual = next((m for m in models if m.key in scored_by), models[0])  # one by which it has a score
    model = single.admitted(subject, next((m.key for m in models if m.key == asked.get("model")), usual.key))
    moment, as_of = now(), single.standing_day(model.key)
    shown = {r.id: r for r in records_about(subject, viewer, moment)}
    records = single.records_of(subject, model, moment)
    scored = single.score(model, records, as_of, moment, single.Changes())
    said = explanation.explained(scored)
    better = explanation.improvements(scored)
    bars = _placed(list(_bars(said, shown)))
    history = _history(subject, model.key)
    behind = {r.id: r for bar in bars if bar.points < 0 for r in bar.records}
    behind |= {n: shown[n] for i in better for n in i["records"] if n in shown}
    return ScorePage(
        models=models,
        model=model,
        said=said,
        grade=_title(said),
        as_of=as_of,
        dimensions=[d | {"title": Text(**d["title"])} for d in said.get("dimensions", ())],
        standing=bool(history),
        bars=bars,
        still=[_bar(i, Decimal(said["base"]), shown) for i in said.get("indicators", ()) if not Decimal(i["points"])],
        grounds=[_ground(g, shown) for g in [*said.get("vetoes", ()), *said.get("exclusions", ())]],
        history=history,
        improvements=[i | {"title": Text(**i["title"])} for i in better],
        outlook=[_turn(model, turn) for turn in explanation.outlook(scored)],
        repairable=list(behind.values()),
        **_whatif(scored, asked),
    )


def _whatif(scored: single.Scored, asked: QueryDict) -> dict[str, Any]:
    numbers = frozenset(n for text in asked.getlist("repaired") if (n := parameters.number(text)))
    text = asked.get("day", "").strip()
    if not numbers and not text:
        return {}
    kept = {"repaired": numbers, "day": text}
    day = parameters.day(text) if text else scored.as_of
    if day is None:
        return kept | {"problem": Text(zh="日期应写作 2027-01-31。", en="Write the day like 2027-01-31.")}
    if not scored.as_of <= day <= scored.as_of + dt.timedelta(days=366 * YEARS_AHEAD):
        return kept | {
            "problem": Text(zh="日期应在评价日以后十年以内。", en="The day must lie within ten years ahead.")
        }
    try:
        then = single.score(scored.model, dict(scored.records), day, scored.known_at, single.Changes(repaired=numbers))
    except EvaluationError as error:
        return kept | {"problem": Text(zh=error.zh, en=error.en)}
    said = explanation.explained(then)
    return kept | {"supposed": said | {"day": day}}


def _title(said: Mapping[str, Any]) -> Text | None:
    return Text(**said["grade_title"]) if said["evaluated"] else None


def _bars(said: Mapping[str, Any], shown: Mapping[int, RecordView]) -> Iterator[Bar]:
    """The base's bar and those that follow; indicators without points make none."""
    if not said["evaluated"]:
        return
    total = Decimal(said["base"])
    yield Bar(Text(zh="起始分", en="Base"), total, total)
    for dimension in said["dimensions"]:
        for indicator in said["indicators"]:
            points = Decimal(indicator["points"])
            if indicator["dimension"] == dimension["key"] and points:
                total += points
                yield _bar(indicator, total, shown)
        if gap := Decimal(dimension["points"]) - Decimal(dimension["before_limits"]):
            total += gap
            yield Bar(_limits_of(Text(**dimension["title"])), gap, total, reason=_LIMIT)
    if gap := Decimal(said["score"]) - total:
        yield Bar(_limits_of(Text(zh="总分", en="the whole")), gap, total + gap, reason=_WHOLE)


def _limits_of(part: Text) -> Text:
    return Text(zh=f"{part.zh}：上下限调整", en=f"{part.en}: brought within limits")


def _bar(indicator: Mapping[str, Any], total: Decimal, shown: Mapping[int, RecordView]) -> Bar:
    return Bar(
        Text(**indicator["title"]),
        Decimal(indicator["points"]),
        total,
        reason=Text(**indicator["reason"]),
        doc=Text(**indicator["doc"]),
        value=indicator["value"],
        **_records(indicator["records"], shown),
        basis=tuple(indicator["basis"]),
    )


def _ground(ground: Mapping[str, Any], shown: Mapping[int, RecordView]) -> Bar:
    nothing = Decimal(0)
    reason = Text(**ground["reason"])
    return Bar(Text(**ground["title"]), nothing, nothing, reason=reason, **_records(ground["records"], shown))


def _records(numbers: Collection[int], shown: Mapping[int, RecordView]) -> dict[str, Any]:
    records = tuple(shown[n] for n in numbers if n in shown)
    return {"records": records, "hidden": len(numbers) - len(records)}


def _placed(bars: list[Bar]) -> list[Bar]:
    """The bars with their places: the chart reaches from a little below the lowest total to the highest."""
    if not bars:
        return []
    totals = [bar.total for bar in bars]
    low, high = min(totals), max(totals)
    margin = max((high - low) / 4, Decimal(20))
    low, span = low - margin, high - low + 2 * margin
    placed, before = [], low
    for bar in bars:
        left, right = sorted(int((at - low) * WIDE / span) for at in (before, bar.total))
        given = {name: getattr(bar, name) for name in Bar.__slots__}
        placed.append(Bar(**(given | {"x": left, "width": max(right - left, 3)})))
        before = bar.total
    return placed


def _history(subject: Subject, model: str) -> list[Point]:
    """The changes of a score by runs, oldest first, placed from left to right between 0 and 100 downwards."""
    changes = list(Change.objects.filter(subject_id=subject.pk, model=model).select_related("run").order_by("id"))
    scores = [c.score for c in changes if c.score is not None]
    low, span = (min(scores), max(max(scores) - min(scores), 1)) if scores else (0, 1)
    last = max(len(changes) - 1, 1)
    return [
        Point(
            c.run.as_of,
            c.grade,
            None if c.score is None else Decimal(c.score).scaleb(-2),
            20 + n * (WIDE - 40) // last,
            90 if c.score is None else 90 - (c.score - low) * 80 // span,
        )
        for n, c in enumerate(changes)
    ]


def _turn(model: Model, turn: Mapping[str, Any]) -> dict[str, Any]:
    titles = {i.key: i.title for i in model.indicators}
    because = [titles[key] for key in turn["because"]]
    return {**turn, "day": dt.date.fromisoformat(turn["day"]), "because": because}
