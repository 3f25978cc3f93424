"""Compiling an evaluation model to SQL: one query a resource, and one that joins.

Invariant: the queries are a pure function of the model and its resources. Values are integers, decimals and codes,
points are hundredths in integers: no order of rows, threads or subjects can change a sum. The day of evaluation stands in
them as ``DAY``, to be a literal or a parameter; the same text answers for one subject and for a city.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from quanxin.engine.days import DAY, dated
from quanxin.engine.normalise import literal, quoted
from quanxin.policy import Pack, expressions
from quanxin.policy.evaluation import Aggregate, Ground, Indicator, Model
from quanxin.policy.model import FieldDef

FOUND = "_quanxin_found_"  # what was found of each subject: a table, or a SELECT in brackets
HUNDRED = 100  # points and weights are reckoned in hundredths
# A record's place in time as one number: the days since 1900, then its id, of which there are fewer than 2^40.
PLACE = f"date_diff('day', DATE '1900-01-01', coalesce(event_date, DATE '1900-01-01')) * {1 << 40} + id"


@dataclass(frozen=True, slots=True)
class Source:
    """What a model reads of a resource: the items, and the table or view that holds them.

    The table has ``subject_id BIGINT, id BIGINT, event_date DATE`` and the fields by their keys, typed.
    """

    resource: str
    fields: tuple[FieldDef, ...]

    @property
    def table(self) -> str:
        return f"r_{self.resource.replace('-', '_')}"


@dataclass(frozen=True, slots=True)
class Scoring:
    """A compiled model, in three stages of SELECTs.

    ``facts`` and ``marks`` are over a source's table, by resource. ``found`` joins ``population(subject_id)``, the facts
    as tables ``f_…`` and ``g_…(subject_id, grade)`` of the models it builds on; its columns and their types are
    ``findings``. ``judged`` makes scores of whatever stands in for ``FOUND``; ``traced`` also says which bin each
    indicator's value fell into.
    """

    model: Model
    sources: tuple[Source, ...]
    facts: Mapping[str, str]
    marks: Mapping[str, str]
    found: str
    judged: str
    traced: str

    def uses(self, resource: str) -> list[Indicator | Ground]:
        """What looks at a resource, in the order of the bits of its ``marks``."""
        return [part for part in self.model.parts if part.resource == resource]


def compile_model(model: Model, pack: Pack) -> Scoring:
    """The queries of a model, over the resources of a pack as their latest versions have them."""
    sources = tuple(_source(model, pack, resource) for resource in model.resources)
    return Scoring(
        model,
        sources,
        {s.resource: _facts(model, s) for s in sources},
        {s.resource: _marks(model, s) for s in sources},
        _found_by(model, sources),
        _judged(model, traced=False),
        _judged(model, traced=True),
    )


def column(part: Indicator | Ground, of: str) -> str:
    """The column of an indicator, veto or exclusion: ``a`` what was found, ``v`` its value, ``p`` its points, …"""
    return f"{of}_{part.key.replace('-', '_')}"


def scale(indicator: Indicator) -> int:
    """By how much a value is multiplied where it is kept: weights and per cent have two places."""
    return HUNDRED if indicator.decay or indicator.aggregate is Aggregate.RATIO else 1


def span(indicator: Indicator) -> int | None:
    """For how many months a record counts: as far as the window and the last step of decay both reach."""
    ends = [indicator.window_months, indicator.decay[-1].months if indicator.decay else None]
    return min((months for months in ends if months), default=None)


def facts_table(resource: str) -> str:
    return f"f_{resource.replace('-', '_')}"


def grades_table(model: str) -> str:
    return f"g_{model.replace('-', '_')}"


def _source(model: Model, pack: Pack, resource: str) -> Source:
    named: set[str] = set()
    for part in model.parts:
        if part.resource == resource:
            named |= {c for sql in _expressions(part) for c in expressions.columns(sql)}
            named |= {part.field} if isinstance(part, Indicator) and part.field else set()
    latest = pack.resource_history(resource)[-1]
    return Source(resource, tuple(f for f in latest.fields if f.key in named))


def _expressions(part: Indicator | Ground) -> list[str]:
    return [sql for sql in (part.filter, part.of if isinstance(part, Indicator) else None) if sql]


def _months_before(months: int) -> str:
    return f"CAST({DAY} - INTERVAL '{months}' MONTH AS DATE)"


def _flag(part: Indicator | Ground) -> str:
    """Whether a record counts: it has happened, weighs something at its age, and passes the filter."""
    window = span(part) if isinstance(part, Indicator) else None
    happened = (
        f"event_date <= {DAY} AND event_date > {_months_before(window)}"
        if window
        else f"(event_date IS NULL OR event_date <= {DAY})"
    )
    filtered = f" AND ({dated(part.filter)})" if part.filter else ""
    return f"coalesce({happened}{filtered}, false)"


def _flagged(model: Model, source: Source) -> str:
    flags = [f"{_flag(part)} AS {column(part, 'b')}" for part in model.parts if part.resource == source.resource]
    fields = [quoted(f.key) for f in source.fields]
    return f"(SELECT {', '.join(['subject_id', 'id', 'event_date', *fields, *flags])} FROM {source.table})"


def _facts(model: Model, source: Source) -> str:
    """Of each subject with records of a resource, what each part of the model finds in them."""
    made = []
    for part in model.parts:
        if part.resource == source.resource:
            made += [f"{sql} AS {column(part, name)}" for name, sql in _found(part).items()]
    return f"SELECT subject_id, {', '.join(made)} FROM {_flagged(model, source)} AS flagged GROUP BY subject_id"


def _found(part: Indicator | Ground) -> dict[str, str]:
    flag = column(part, "b")
    counted = f"count(*) FILTER (WHERE {flag})"
    if isinstance(part, Ground):
        return {"a": counted}
    item = quoted(part.field) if part.field else ""
    match part.aggregate:
        case Aggregate.COUNT if part.decay:
            return {"a": f"CAST(sum(CASE WHEN {flag} THEN {_weight(part)} ELSE 0 END) AS BIGINT)"}
        case Aggregate.SUM if part.decay:
            return {"a": f"sum(CASE WHEN {flag} THEN {item} * {_weight(part)} END)"}
        case Aggregate.SUM:
            return {"a": f"sum({item}) FILTER (WHERE {flag})"}
        case Aggregate.DISTINCT:
            return {"a": f"count(DISTINCT {item}) FILTER (WHERE {flag})"}
        case Aggregate.LATEST:
            return {"a": f"arg_max({item}, {PLACE}) FILTER (WHERE {flag} AND {item} IS NOT NULL)"}
        case Aggregate.DAYS_SINCE:
            return {"a": f"max(event_date) FILTER (WHERE {flag})"}
        case Aggregate.RATIO:
            of = f"coalesce({dated(part.of or '')}, false)"
            return {"a": f"count(*) FILTER (WHERE {flag} AND {of})", "n": counted}
        case _:
            return {"a": counted}


def _weight(indicator: Indicator) -> str:
    steps = " ".join(
        f"WHEN event_date > {_months_before(s.months)} THEN {hundredths(s.weight)}" for s in indicator.decay
    )
    return f"CASE {steps} ELSE 0 END"


def _marks(model: Model, source: Source) -> str:
    """The records of a resource that stand behind anything, with a bit for each part of the model that counts them."""
    parts = [part for part in model.parts if part.resource == source.resource]
    bits = " + ".join(f"CASE WHEN {column(part, 'b')} THEN {1 << n} ELSE 0 END" for n, part in enumerate(parts))
    return (
        f"SELECT subject_id, id, bits FROM (SELECT subject_id, id, CAST({bits} AS BIGINT) AS bits "
        f"FROM {_flagged(model, source)} AS flagged) AS marked WHERE bits <> 0"
    )


def _found_by(model: Model, sources: Sequence[Source]) -> str:
    """A row for each subject of the population, with all that the facts found."""
    tables = [f"LEFT JOIN {facts_table(s.resource)} USING (subject_id)" for s in sources]
    tables += [
        f"LEFT JOIN (SELECT subject_id, grade AS {grades_table(key)} FROM {grades_table(key)}) AS t_{n} USING (subject_id)"
        for n, key in enumerate(model.builds_on)
    ]
    columns = [*(c for s in sources for c in findings(model, s.resource)), *map(grades_table, model.builds_on)]
    return f"SELECT {', '.join(['subject_id', *columns])} FROM population {' '.join(tables)}"


def findings(model: Model, resource: str) -> list[str]:
    """The columns of a resource's facts, in their order, without the subject."""
    return [column(part, name) for part in model.parts if part.resource == resource for name in _found(part)]


def _judged(model: Model, *, traced: bool) -> str:
    """A row for each subject that is evaluated: score, grade, vetoes, dimensions, points and values."""
    values = [f"{_value(i)} AS {column(i, 'v')}" for i in model.indicators]
    vetoes = " + ".join(
        f"CASE WHEN coalesce({column(v, 'a')}, 0) > 0 THEN {1 << n} ELSE 0 END" for n, v in enumerate(model.vetoes)
    )
    out = " AND ".join(f"coalesce({column(e, 'a')}, 0) = 0" for e in model.exclusions) or "true"
    query = (
        f"SELECT subject_id, CAST({vetoes or '0'} AS BIGINT) AS vetoes, {', '.join(values)} FROM {FOUND} AS found "
        f"WHERE {out}"
    )
    trace = [f"{_bin(i)} AS {column(i, 'k')}" for i in model.indicators] if traced else []
    points = [f"{_points(i)} AS {column(i, 'p')}" for i in model.indicators]
    query = f"SELECT *, {', '.join(points + trace)} FROM ({query}) AS valued"
    dimensions = [f"{_dimension(model, d.key)} AS d_{d.key.replace('-', '_')}" for d in model.dimensions]
    query = f"SELECT *, {', '.join(dimensions)} FROM ({query}) AS pointed"
    total = " + ".join([str(hundredths(model.base)), *(f"d_{d.key.replace('-', '_')}" for d in model.dimensions)])
    query = f"SELECT *, {clamped(total, model.minimum, model.maximum)} AS score FROM ({query}) AS summed"
    shown = ["subject_id", "score", f"{grade_of(model)} AS grade", "vetoes"]
    shown += [f"d_{d.key.replace('-', '_')}" for d in model.dimensions]
    shown += [column(i, of) for of in ("pvk" if traced else "pv") for i in model.indicators]
    return f"SELECT {', '.join(shown)} FROM ({query}) AS scored"


def _value(indicator: Indicator) -> str:
    found = column(indicator, "a")
    if indicator.model:
        return grades_table(indicator.model)
    match indicator.aggregate:
        case Aggregate.LATEST:
            return found
        case Aggregate.DAYS_SINCE:
            return f"date_diff('day', {found}, {DAY})"
        case Aggregate.RATIO:
            whole = column(indicator, "n")
            return f"CASE WHEN {whole} > 0 THEN {found} * {HUNDRED * HUNDRED} // {whole} END"
        case Aggregate.EXISTS:
            return f"CASE WHEN coalesce({found}, 0) > 0 THEN 1 ELSE 0 END"
        case _:
            return f"coalesce({found}, 0)"


def cases(indicator: Indicator) -> list[tuple[str, Decimal]]:
    """The conditions on an indicator's value, the first that holds counting, each with its points."""
    value = column(indicator, "v")
    made = [(f"{value} IS NULL", indicator.missing.points)] if indicator.missing else []
    for bin_ in indicator.bins:
        edge = bin_.below
        made.append(("true" if edge is None else f"{value} < {_number(edge * scale(indicator))}", bin_.points))
    for grading in indicator.gradings:
        listed = ", ".join(literal(v) for v in grading.values)
        made.append((f"CAST({value} AS VARCHAR) IN ({listed})", grading.points))
    return made


def _points(indicator: Indicator) -> str:
    whens = " ".join(f"WHEN {condition} THEN {hundredths(points)}" for condition, points in cases(indicator))
    return f"CASE {whens} ELSE 0 END"


def _bin(indicator: Indicator) -> str:
    whens = " ".join(f"WHEN {condition} THEN {n}" for n, (condition, _) in enumerate(cases(indicator)))
    return f"CASE {whens} ELSE -1 END"


def _dimension(model: Model, key: str) -> str:
    dimension = next(d for d in model.dimensions if d.key == key)
    points = [column(i, "p") for i in model.indicators if i.dimension == key]
    return clamped(" + ".join(points) or "0", dimension.minimum, dimension.maximum)


def clamped(sum_: str, least: Decimal, most: Decimal) -> str:
    """A sum of hundredths within two limits, which are points."""
    return f"CAST(greatest({hundredths(least)}, least({hundredths(most)}, {sum_})) AS INTEGER)"


def grade_of(model: Model) -> str:
    """The grade that follows from the columns ``score`` and ``vetoes``."""
    whens = [f"WHEN score >= {hundredths(b.from_)} THEN {literal(b.key)}" for b in model.bands if b.from_ is not None]
    lowest = literal(model.bands[-1].key)
    return f"CASE WHEN vetoes <> 0 THEN {lowest} {' '.join(whens)} ELSE {lowest} END"


def hundredths(points: Decimal) -> int:
    """Points as an integer of hundredths; a pack gives them no more than two places."""
    return int(points * HUNDRED)


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
