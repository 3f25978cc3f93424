"""Playing the cases of check items: a subject of this type with these records, checked on this day, ends so.

Invariant: grounds and consequences are those of ``engine.grounds``, over records judged as ``measure_cases`` has them; what an
item reads besides is asked by its own condition. The cases of one day are a city, each of them a subject of it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import duckdb

from quanxin.calendar import add_months
from quanxin.engine import grounds
from quanxin.engine.cases import Outcome
from quanxin.engine.days import date_literal, dated, on_day
from quanxin.engine.measure_cases import by_day, gone, play
from quanxin.policy import Pack, expressions
from quanxin.policy.checks import CheckCase, CheckItem, Reading

OUTCOMES = ("clear", "wrong-target", "not-in-force", "not-yet", "expired", "lifted", "suspended")
HIDDEN = ("repaired", "deleted", "shielded")  # found by nobody
See = Callable[[str, str, str], None]  # what a case reached: an item, an outcome, and by which list or resource
City = list[tuple[int, CheckCase]]
_Event = tuple[
    str, int, int, dt.date | None, dt.date | None, bool
]  # an item, a case, a place, first and last day, in time


@dataclass(slots=True)
class _Found:
    """What the queries say of a case: the records that its item looks at (place, list or resource, first and last day, whether
    it is the day for them), and what follows (place, ground) that is not suspended."""

    looked: list[tuple[int, str, dt.date | None, dt.date | None, bool]] = field(default_factory=list)
    follows: set[tuple[int, str]] = field(default_factory=set)


def run_check_cases(pack: Pack, see: See) -> list[Outcome]:
    """The outcome of each case of a pack's check items, in its order; ``see`` hears of what they reach."""

    def outcomes(con: duckdb.DuckDBPyConnection, day: dt.date, city: City) -> Mapping[int, Outcome]:
        found = _looked(con, pack, day, city)
        return {number: _outcome(pack, case, found[number], see) for number, case in city}

    return by_day(pack, pack.check_cases, outcomes)


def unreached(pack: Pack, seen: set[tuple[str, str, str]]) -> Iterator[str]:
    """The outcomes of the pack's check items, and the lists and resources by which they find somebody, that no case reached."""
    for item in {one.key: one for one in pack.check_items}.values() if pack.check_cases else ():
        known = {outcome for key, outcome, _ in seen if key == item.key}
        for outcome in (*OUTCOMES, "restricted" if item.measures else "hint"):
            if outcome not in known:
                yield f"check-items/{item.key}: {outcome}"
        for source in (*(grounds.LISTED + key for key in item.lists), *(one.resource for one in item.reads)):
            if not {(item.key, "restricted", source), (item.key, "hint", source)} & seen:
                yield f"check-items/{item.key}: by {source}"


def _looked(con: duckdb.DuckDBPyConnection, pack: Pack, day: dt.date, city: City) -> dict[int, _Found]:
    """What the queries of a day say of each case."""
    program, rules = grounds.compile_rules(pack, day), pack.on(day)
    items = {number: rules.check_items.get(case.item) for number, case in city}
    by_key = {item.key: item for item in items.values() if item}
    allowed = {measure for item in by_key.values() for measure in item.measures}
    resources = sorted({record.resource for _, case in city for record in case.records})
    sources = tuple(_source(pack, program, resource, by_key.values()) for resource in resources)
    program = dataclasses.replace(program, sources=sources)
    play(con, pack, program, city, [rule for rule in program.rules if rule[1] in allowed])
    tables, events = {source.resource: source.table for source in sources}, list[_Event]()
    for item in by_key.values():
        for reading in (one for one in item.reads if one.resource in tables):
            found = con.execute(_read(reading, tables[reading.resource], day)).fetchall()
            events += [(item.key, *row) for row in found]
    return _by_case(con, on_day(program.answer, date_literal(day)), day, items, events)


def _source(pack: Pack, program: grounds.Program, resource: str, items: Iterable[CheckItem]) -> grounds.Source:
    """A resource with what its grounds and the conditions of items ask of it."""
    found = next((one for one in program.sources if one.resource == resource), None)
    needed = {f.key for f in found.fields} if found else set()
    needed |= {name for item in items for one in item.reads for name in expressions.columns(one.when)}
    fields = tuple(f for f in pack.resource_history(resource)[-1].fields if f.key in needed)
    return grounds.Source(resource, fields, found.grounds if found else "SELECT * FROM grounds WHERE false")


def _read(reading: Reading, table: str, day: dt.date) -> str:
    """The records for which a reading asks, and whether they hold on the day or lie within its years."""
    if reading.years is None:
        in_time = f"coalesce(_valid_until >= {date_literal(day)}, true)"
    else:
        in_time = f"_event_date > {date_literal(add_months(day, -12 * reading.years))}"
    return (
        f"SELECT _subject_id, _id, _event_date, _valid_until, {in_time} AND _event_date <= {date_literal(day)} FROM {table} "
        f"WHERE {on_day(dated(reading.when), date_literal(day))}"
    )


def _by_case(
    con: duckdb.DuckDBPyConnection,
    consequences: str,
    day: dt.date,
    items: dict[int, CheckItem | None],
    events: Iterable[_Event],
) -> dict[int, _Found]:
    found = {number: _Found() for number in items}
    for number, place, ground, since, until in con.execute(
        "SELECT subject_id, id, ground, since, until FROM grounds"
    ).fetchall():
        item = items[number]
        if item and ground.removeprefix(grounds.LISTED) in item.lists:
            found[number].looked.append((place, ground, since, until, since <= day and (until is None or until >= day)))
    for key, number, place, since, until, in_time in events:
        item = items[number]
        if item and item.key == key:
            found[number].looked.append((place, "", since, until, in_time))
    for number, measure, ground, place, suspended in con.execute(
        f"SELECT subject_id, measure, ground, id, suspended FROM ({consequences})"
    ).fetchall():
        item = items[number]
        if item and measure in item.measures and not suspended:
            found[number].follows |= {(place, ground), (place, "")}
    return found


def _outcome(pack: Pack, case: CheckCase, found: _Found, see: See) -> Outcome:
    ends, by = _ending(pack, case, found)
    for one in by or {""}:
        see(case.item, ends, one)
    wrong = "" if ends == case.outcome else f"outcome: {ends}, not {case.outcome}"
    return Outcome(case, not wrong, wrong)


def _ending(pack: Pack, case: CheckCase, found: _Found) -> tuple[str, set[str]]:
    """How a case ends, and by which lists and resources."""
    item = pack.on(case.as_of).check_items.get(case.item)
    if item is None:
        return "not-in-force", set()
    if case.subject_type not in item.targets:
        return "wrong-target", set()
    held = [record.held for record in case.records]
    standing = [one for one in found.looked if one[4]]
    seen = [one for one in standing if held[one[0]] not in HIDDEN]
    restricts = {(place, source) for place, source, *_ in seen} & found.follows
    if restricts or seen:
        by = {source or case.records[place].resource for place, source, *_ in seen}
        disputed = all(held[place] == "disputed" for place, *_ in seen)
        return "restricted" if restricts else "suspended" if disputed else "hint", by
    if standing:
        return "suspended" if all(held[place] == "shielded" for place, *_ in standing) else "lifted", set()
    ways = {
        gone(pack, case, source, place, since, until, None) if source
        else "not-yet" if since and since > case.as_of else "expired"
        for place, source, since, until, _ in found.looked if since
    }  # fmt: skip
    return next((way for way in ("lifted", "expired", "not-yet") if way in ways), "clear"), set()
