"""Lints about evaluation models: that they can be reckoned, in one way only, and explained in words.

Invariant: a model that passes gives every value of every indicator exactly one number of points with a reason, ends in
exactly one grade, reads nothing that is out of force, and looks at nobody's person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

from quanxin.policy import expressions
from quanxin.policy.evaluation import Aggregate, Band, Indicator, Model
from quanxin.policy.model import FieldDef, FieldType, Resource
from quanxin.policy.pack import Pack

Found = Iterator[tuple[str, str]]

NUMBERS = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY_WAN, FieldType.MONEY_YUAN)
_OF_A_FIELD = (Aggregate.DISTINCT, Aggregate.SUM, Aggregate.LATEST)
_PERHAPS_NOTHING = (Aggregate.LATEST, Aggregate.DAYS_SINCE, Aggregate.RATIO)
_MORE_OF_IT = (Aggregate.COUNT, Aggregate.DISTINCT, Aggregate.SUM, Aggregate.EXISTS)
_DECAYING = (Aggregate.COUNT, Aggregate.SUM)
_SINGLE = (FieldType.CODE, FieldType.DIVISION, FieldType.BOOLEAN, FieldType.TEXT, FieldType.YEAR, *NUMBERS)
MOST = 60  # indicators, vetoes and exclusions on one resource: bits of one number tell which of them a record stands behind


def indicator_without_docstring(pack: Pack, today: dt.date) -> Found:
    """An indicator that does not tell its reader what it measures and why."""
    for model in pack.models:
        for indicator in model.indicators:
            if indicator.doc is None or not indicator.doc.zh.strip() or not indicator.doc.en.strip():
                yield model.place(indicator), "has no docstring: say what it measures and why"


def indicator_unusable(pack: Pack, today: dt.date) -> Found:
    """An indicator whose parts do not belong together: its source, aggregate, field, decay, points."""
    for model in pack.models:
        for resource in model.resources:
            uses = [p for p in model.parts if p.resource == resource]
            if len(uses) > MOST:
                yield f"models/{model.key}", f"looks at {resource} more than {MOST} times"
        for indicator in model.indicators:
            for problem in (*_source(indicator), *_aggregate(indicator), *_points(pack, indicator)):
                yield model.place(indicator), problem


def _source(indicator: Indicator) -> Iterator[str]:
    if (indicator.resource is None) == (indicator.model is None):
        yield "looks at either a resource or another model: name one of them"
    if indicator.model is not None:
        if indicator.filter or indicator.field or indicator.of or indicator.window_months or indicator.decay:
            yield "reads a model's grade, which has no fields, filter, window or decay"
        if indicator.aggregate is not Aggregate.LATEST:
            yield "reads a model's grade: its aggregate is latest"


def _aggregate(indicator: Indicator) -> Iterator[str]:
    kind = indicator.aggregate
    if indicator.resource and (kind in _OF_A_FIELD) != (indicator.field is not None):
        yield f"{kind} {'needs a field' if kind in _OF_A_FIELD else 'has no field'}"
    if (kind is Aggregate.RATIO) != (indicator.of is not None):
        yield f"{kind} {'needs “of”' if kind is Aggregate.RATIO else 'has no “of”'}"
    if indicator.decay and kind not in _DECAYING:
        yield f"{kind} does not decay"
    for one, other in pairwise(indicator.decay):
        if one.months >= other.months or one.weight < other.weight:
            yield "decays by steps of rising age and falling weight"
    if kind in _PERHAPS_NOTHING and indicator.missing is None:
        yield f"{kind} needs “missing”: the points where there is nothing"
    if kind not in _PERHAPS_NOTHING and indicator.missing is not None:
        yield f"{kind} is 0 where there is nothing: its bins say the points"


def _points(pack: Pack, indicator: Indicator) -> Iterator[str]:
    graded = indicator.model is not None or indicator.aggregate is Aggregate.LATEST
    if bool(indicator.bins) == bool(indicator.gradings) or (indicator.gradings and not graded):
        yield "gives its points either by bins or, for a latest value, by gradings"
    values = [value for grading in indicator.gradings for value in grading.values]
    for value in sorted({v for v in values if values.count(v) > 1}):
        yield f"grades {value} twice"
    for known in _possible(pack, indicator):
        if indicator.gradings and known != set(values):
            odd = "、".join(sorted(known ^ set(values)))
            yield f"grades other values than there are: {odd}"
    for field in _fields(pack, indicator):
        if field is None:
            yield f"{indicator.field} is no field of {indicator.resource}"
        elif indicator.aggregate is Aggregate.SUM and field.type not in NUMBERS:
            yield f"sums {field.key}, which is no number"
        elif indicator.aggregate is Aggregate.LATEST and field.type not in _SINGLE:
            yield f"takes the latest {field.key}, which is no single value"
        elif indicator.bins and indicator.aggregate is Aggregate.LATEST and field.type not in NUMBERS:
            yield f"bins {field.key}, which is no number"


def _fields(pack: Pack, indicator: Indicator) -> Iterator[FieldDef | None]:
    """The indicator's field in each version of its resource."""
    if indicator.field and indicator.resource:
        for version in pack.resource_history(indicator.resource):
            yield next((f for f in version.fields if f.key == indicator.field), None)


def _possible(pack: Pack, indicator: Indicator) -> Iterator[set[str]]:
    """The values that a graded indicator may meet, where they are closed: a code set's, another model's grades."""
    for model in pack.models:
        if model.key == indicator.model:
            yield {band.key for band in model.bands}
    for field in _fields(pack, indicator):
        for code_set in pack.code_sets:
            if field and field.code_set == code_set.key:
                yield {code.value for code in code_set.codes}


def protected_item_in_model(pack: Pack, today: dt.date) -> Found:
    """An indicator, veto or exclusion that looks at a natural person's item within a row."""
    for model in pack.models:
        for part in model.parts:
            named = _named(part.filter) | _named(getattr(part, "of", None)) | {getattr(part, "field", None)}
            for version in pack.resource_history(part.resource or ""):
                for field in (f for f in version.fields if f.key in named and _personal(version, f)):
                    yield model.place(part), f"looks at {field.key}, which is about a person"


def _named(sql: str | None) -> set[str]:
    try:
        return expressions.columns(sql) if sql else set()
    except ValueError:
        return set()  # expression-invalid says so


def _personal(resource: Resource, field: FieldDef) -> bool:
    people = {resource.subject.identity, "representative", "person_document", "representative_document"}
    return field.type is FieldType.IDENTITY or field.key in people


def bins_in_order(pack: Pack, today: dt.date) -> Found:
    """Bins whose edges do not rise, or that leave values out; on negative facts, points that rise with them."""
    natures = {r.key: r.nature for r in pack.resources}
    for model in pack.models:
        for indicator in (i for i in model.indicators if i.bins):
            for number, problem in _disorder(indicator, natures.get(indicator.resource or "") == "negative"):
                yield model.place(indicator, "bins", number), problem


def _disorder(indicator: Indicator, negative: bool) -> Iterator[tuple[int, str]]:
    """What is wrong with the order of bins: the number of the bin, and a sentence."""
    *edged, last = (b.below for b in indicator.bins)
    if last is not None or None in edged:
        yield (
            edged.index(None) if None in edged else len(edged),
            "needs an edge for each bin but the last, which has none",
        )
        return
    edges = [edge for edge in edged if edge is not None]
    for number, (one, other) in enumerate(pairwise(edges), 1):
        if one >= other:
            yield number, "has bins whose edges do not rise"
    for number, (less, more) in enumerate(pairwise(indicator.bins), 1):
        if negative and indicator.aggregate in _MORE_OF_IT and less.points < more.points:
            yield number, "gives more points for more of what is negative"


def limits_in_order(pack: Pack, today: dt.date) -> Found:
    """Limits of a model or dimension that exclude each other, grades whose scores do not fall."""
    for model in pack.models:
        where = f"models/{model.key}"
        if not model.minimum <= model.base <= model.maximum:
            yield where, "has a base outside of its limits"
        for dimension in model.dimensions:
            if dimension.minimum > dimension.maximum:
                yield model.place(dimension), "has limits that exclude each other"
        if not _fall(model.bands, model):
            yield where, "needs grades with falling scores within its limits, the lowest without one"


def _fall(bands: tuple[Band, ...], model: Model) -> bool:
    scores = [band.from_ for band in bands]
    given = [score for score in scores if score is not None]
    within = all(model.minimum < score <= model.maximum for score in given)
    return within and scores[-1] is None and None not in scores[:-1] and all(a > b for a, b in pairwise(given))


def model_cycle(pack: Pack, today: dt.date) -> Found:
    """A model that builds on itself, directly or through others."""
    builds_on: dict[str, set[str]] = {}
    for model in pack.models:
        builds_on.setdefault(model.key, set()).update(model.builds_on)
    for key in builds_on:
        reached, rest = set[str](), list(builds_on[key])
        while rest:
            if (step := rest.pop()) not in reached:
                reached.add(step)
                rest += builds_on.get(step, ())
        if key in reached:
            yield f"models/{key}", f"builds on itself: {', '.join(sorted(reached))}"


def model_without_resource_in_force(pack: Pack, today: dt.date) -> Found:
    """A model that is in force and reads a resource that is not."""
    for model in pack.models:
        first = model.in_force.from_
        days = [first, *([today] if model.in_force.covers(today) and today != first else [])]
        for part in model.parts:
            versions = pack.resource_history(part.resource or "")
            for day in days:
                if versions and not any(v.in_force.covers(day) for v in versions):
                    yield model.place(part), f"reads {part.resource}, which is out of force on {day}"
                    break
