"""Compiling lists and measures to SQL: which records are grounds, and what follows from them on a day.

Invariant: the queries are a pure function of the rules of one day. They look at each record for itself and count nothing; a
record whose event has no day grounds nothing, nor does one that was not published where it should have been. The day
stands in the second query as ``DAY``: the same text answers for one subject, for a city and on Spark.

A ground is one record's: membership of a list (``list/KEY``), or what a measure names of a resource (``record/MEASURE``),
with its first and last day. A consequence is a ground that meets a rule for subjects of a type.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from quanxin.calendar.sql import add_months
from quanxin.engine.days import DAY
from quanxin.engine.normalise import literal, quoted
from quanxin.engine.values import type_of
from quanxin.policy import Pack
from quanxin.policy.consequences import CreditList, Measure
from quanxin.policy.expressions import columns
from quanxin.policy.model import FieldDef, Mode, Resource

LISTED, RECORDED = "list/", "record/"  # how a ground is named
LIFTED, SUSPENDED = "lifted", "suspended"  # what a decision holds a record for
# The columns of a source before its items, as the lake names them; ``_held`` is LIFTED, SUSPENDED or NULL.
OWN = {
    "_subject_id": "BIGINT",
    "_id": "BIGINT",
    "_event_date": "DATE",
    "_valid_until": "DATE",
    "_published": "BOOLEAN",
    "_public_until": "DATE",
    "_held": "VARCHAR",
}
GROUNDS = {
    "subject_id": "BIGINT",
    "id": "BIGINT",
    "resource": "VARCHAR",
    "ground": "VARCHAR",
    "since": "DATE",
    "until": "DATE",
    "held": "VARCHAR",
}
RULES = {"ground": "VARCHAR", "measure": "VARCHAR", "type": "VARCHAR", "until": "DATE", "months": "INTEGER"}
Rule = tuple[str, str, str, dt.date | None, int | None]


@dataclass(frozen=True, slots=True)
class Source:
    """What is read of a resource: the items, and the table that holds them after the columns of ``OWN``. ``grounds`` is
    the SELECT over it, with the columns of ``GROUNDS``."""

    resource: str
    fields: tuple[FieldDef, ...]
    grounds: str

    @property
    def table(self) -> str:
        return f"m_{self.resource.replace('-', '_')}"

    @property
    def columns(self) -> dict[str, str]:
        """The columns of the table, with their types."""
        return OWN | {f.key: type_of(f) for f in self.fields}


@dataclass(frozen=True, slots=True)
class Program:
    """The rules of a day, compiled: what is read of each resource, and ``rules`` with their ``columns``. ``answer`` is the
    SELECT over ``grounds``, ``population(subject_id, type)`` and ``rules``."""

    sources: tuple[Source, ...]
    rules: tuple[tuple[Any, ...], ...]
    answer: str
    columns: Mapping[str, str] = field(default_factory=lambda: RULES)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records of a resource are a ground: under which ``name`` (SQL), for which records (``when``), how long.

    ``months`` is the most that it lasts. The end that the record ``stated`` counts ``instead``, or ``too`` (the earlier of
    both). ``shown``: as long as the record may be shown; ``needs`` are the items that ``name`` and ``when`` look at.
    """

    resource: str
    name: str
    when: str
    needs: frozenset[str]
    months: int | None = None
    stated: Literal["", "instead", "too"] = ""
    shown: bool = True


def compile_rules(pack: Pack, day: dt.date) -> Program:
    """Compile the lists and measures that are in force on a day."""
    in_force = pack.on(day)
    measures, lists = list(in_force.measures.values()), list(in_force.lists.values())
    recorded = [
        Wanted(trigger.resource, literal(RECORDED + measure.key), trigger.when, frozenset(columns(trigger.when)))
        for measure in measures
        for trigger in measure.triggers
        if trigger.resource
    ]
    rules = sorted(_rules(measures), key=lambda rule: rule[:3])
    return Program(sources_of(pack, day, lists, recorded), tuple(rules), _consequences(measures))


def compile_grounds(pack: Pack, day: dt.date, lists: Sequence[CreditList], recorded: Sequence[Wanted]) -> Program:
    """Compile grounds alone, from which no measure follows."""
    return Program(sources_of(pack, day, lists, recorded), (), _consequences(()))


def sources_of(pack: Pack, day: dt.date, lists: Sequence[CreditList], recorded: Sequence[Wanted]) -> tuple[Source, ...]:
    """What is read on a day for membership of lists, and for what is wanted of records."""
    keys = sorted({one.resource for one in lists} | {one.resource for one in recorded})
    found = (_source(pack, key, day, lists, recorded) for key in keys)
    return tuple(source for source in found if source is not None)


def _source(
    pack: Pack, key: str, day: dt.date, lists: Sequence[CreditList], recorded: Sequence[Wanted]
) -> Source | None:
    history = pack.resource_history(key)
    resource = pack.on(day).resources.get(key) or next((r for r in reversed(history) if r.in_force.from_ <= day), None)
    if resource is None:
        return None
    made = [_listed(pack, one) for one in lists if one.resource == key]
    needed = {one.removed for one in lists if one.resource == key and one.removed}
    for one in (wanted for wanted in recorded if wanted.resource == key):
        made.append(_recorded(one, resource))
        needed |= one.needs
    fields = tuple(f for f in resource.fields if f.key in needed)
    table = Source(key, fields, "").table
    return Source(
        key, fields, " UNION ALL ".join(f"{select} FROM {table} AS r WHERE {where}" for select, where in made)
    )


def _listed(pack: Pack, one: CreditList) -> tuple[str, str]:
    """Membership of a list: from its day, until its own end or the term of the list on that day, or the day of leaving."""
    editions = sorted((e for e in pack.lists if e.key == one.key), key=lambda e: e.in_force.from_)
    terms = [
        f"WHEN r._event_date >= DATE {literal(edition.in_force.from_.isoformat())} "
        f"THEN {add_months('r._event_date', edition.term_months)}"
        for edition in reversed(editions)
        if edition.term_months is not None
    ]
    first = next((e.term_months for e in editions if e.term_months is not None), None)
    other = f" ELSE {add_months('r._event_date', first)}" if first is not None else ""
    term = f"CASE {' '.join(terms)}{other} END" if terms else "CAST(NULL AS DATE)"
    left = f"CAST(r.{quoted(one.removed)} - INTERVAL '1' DAY AS DATE)" if one.removed else "CAST(NULL AS DATE)"
    until = f"least(coalesce(r._valid_until, {term}), {left}, r._public_until)"
    return _ground(literal(LISTED + one.key), one.resource, until), "r._event_date IS NOT NULL"


def _recorded(one: Wanted, resource: Resource) -> tuple[str, str]:
    """What is wanted of a resource's records: from their day; as long as they may be shown, and as they last."""
    term = add_months("r._event_date", one.months) if one.months is not None else "CAST(NULL AS DATE)"
    stated = {"": term, "instead": f"coalesce(r._valid_until, {term})", "too": f"least(r._valid_until, {term})"}
    own = stated[one.stated]
    until = f"least({own}, r._public_until)" if one.shown else own
    shown = " AND r._published" if one.shown and resource.publication.mode is Mode.PUBLIC else ""
    return _ground(one.name, resource.key, until), f"r._event_date IS NOT NULL{shown} AND ({one.when})"


def _ground(name: str, resource: str, until: str) -> str:
    return (
        f"SELECT r._subject_id AS subject_id, r._id AS id, {literal(resource)} AS resource, {name} AS ground, "
        f"r._event_date AS since, CAST({until} AS DATE) AS until, r._held AS held"
    )


def names_of(measure: Measure) -> list[str]:
    """How the grounds of a measure are named."""
    return sorted({LISTED + t.list if t.list else RECORDED + measure.key for t in measure.triggers})


def _rules(measures: Sequence[Measure]) -> Iterator[Rule]:
    for measure in measures:
        for ground in names_of(measure):
            for target in measure.targets:
                yield ground, measure.key, target, measure.in_force.until, measure.term_months


def _consequences(measures: Sequence[Measure]) -> str:
    months = sorted({measure.term_months for measure in measures if measure.term_months is not None})
    terms = " ".join(f"WHEN r.months = {n} THEN {add_months('g.since', n)}" for n in months)
    term = f"CASE {terms} END" if terms else "CAST(NULL AS DATE)"
    return (
        "SELECT subject_id, measure, ground, resource, id, since, until, suspended FROM ("
        "SELECT g.subject_id, r.measure, g.ground, g.resource, g.id, g.since, "
        f"least(g.until, r.until, {term}) AS until, coalesce(g.held = {literal(SUSPENDED)}, false) AS suspended "
        "FROM grounds AS g JOIN population AS p ON p.subject_id = g.subject_id "
        "JOIN rules AS r ON r.ground = g.ground AND r.type = p.type "
        f"WHERE g.since <= {DAY} AND coalesce(g.held, '') <> {literal(LIFTED)}) AS found "
        f"WHERE until IS NULL OR until >= {DAY}"
    )
