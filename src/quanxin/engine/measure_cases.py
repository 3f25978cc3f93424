"""Playing the cases of measures: a subject of this type with these records, asked about on this day, ends so.

Invariant: a case is played by the very queries that reckon a city (``engine.grounds``), over records whose publication is
asked of ``engine.judging`` by the pack; the cases of one day are a city, each of them a subject of it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import duckdb

from quanxin.engine import database, grounds, publish
from quanxin.engine.cases import Outcome
from quanxin.engine.days import date_literal, on_day
from quanxin.engine.judging import Asked, judge_of
from quanxin.engine.normalise import literal, quoted
from quanxin.engine.values import type_of
from quanxin.policy import Pack
from quanxin.policy.consequences import GroundedCase, Grounding, Measure, MeasureCase
from quanxin.policy.model import Resource
from quanxin.policy.supervision import SchemeCase

HELD = {
    "repaired": grounds.LIFTED,
    "deleted": grounds.LIFTED,
    "shielded": grounds.SUSPENDED,
    "disputed": grounds.SUSPENDED,
}
OUTCOMES = ("applies", "no-ground", "wrong-target", "not-in-force", "not-yet", "expired", "lifted", "suspended")
See = Callable[[str, str, str], None]  # what a case reached: a measure, an outcome, and by which ground it applied
G = TypeVar("G", bound=GroundedCase | SchemeCase)
City = list[tuple[int, MeasureCase]]  # the cases of a day by their numbers in the pack


class Played(Protocol):
    """A case: a subject of a type with records."""

    @property
    def subject_type(self) -> str: ...
    @property
    def records(self) -> tuple[Grounding, ...]: ...


@dataclass(slots=True)
class _Found:
    """What the queries say of a case: its measure's consequences (ground, last day, suspended), and its grounds."""

    consequences: list[tuple[str, dt.date | None, bool]] = field(default_factory=list)
    grounds: list[tuple[str, int, dt.date, dt.date | None, str | None]] = field(default_factory=list)


def run_measure_cases(pack: Pack, see: See) -> list[Outcome]:
    """The outcome of each case of a pack's measures, in its order; ``see`` hears of what they reach."""

    def outcomes(con: duckdb.DuckDBPyConnection, day: dt.date, city: City) -> Mapping[int, Outcome]:
        found = _reckoned(con, pack, day, city)
        return {number: _outcome(pack, case, found[number], see) for number, case in city}

    return by_day(pack, pack.measure_cases, outcomes)


def by_day(
    pack: Pack,
    cases: Sequence[G],
    outcomes_of: Callable[[duckdb.DuckDBPyConnection, dt.date, list[tuple[int, G]]], Mapping[int, Outcome]],
) -> list[Outcome]:
    """The outcome of each case, in its order; those of a day, by their numbers, are asked for together."""
    days: dict[dt.date, list[tuple[int, G]]] = {}
    outcomes: dict[int, Outcome] = {}
    for number, case in enumerate(cases):
        if problem := unusable(pack, case):
            outcomes[number] = Outcome(case, False, problem)
        else:
            days.setdefault(case.as_of, []).append((number, case))
    with database.connect(threads=1) as con:
        for day, city in days.items():
            outcomes |= outcomes_of(con, day, city)
    return [outcomes[number] for number in range(len(cases))]


def unreached(pack: Pack, seen: set[tuple[str, str, str]]) -> Iterator[str]:
    """The outcomes of the pack's measures, and the grounds that they apply by, that no case reached."""
    for measure in {one.key: one for one in pack.measures}.values():
        known = {outcome for key, outcome, _ in seen if key == measure.key}
        for outcome in OUTCOMES:
            if outcome not in known and (outcome != "wrong-target" or _others(pack, measure)):
                yield f"measures/{measure.key}: {outcome}"
        for ground in sorted(_grounds_of(measure)):
            if (measure.key, "applies", ground) not in seen:
                yield f"measures/{measure.key}: applies by {ground}"


def _others(pack: Pack, measure: Measure) -> set[str]:
    """The types of subjects that the measure's grounds befall and that it does not reach."""
    feeding = {one.resource for one in pack.lists for t in measure.triggers if one.key == t.list}
    feeding |= {t.resource for t in measure.triggers if t.resource}
    return {kind for key in feeding for v in pack.resource_history(key) for kind in v.subject_types} - {
        *measure.targets
    }


def _grounds_of(measure: Measure) -> set[str]:
    return {grounds.LISTED + t.list if t.list else grounds.RECORDED + measure.key for t in measure.triggers}


def unusable(pack: Pack, case: Played) -> str | None:
    """What of a case the pack has no place for."""
    for record in case.records:
        resource = _edition(pack, record)
        if resource is None:
            return f"{record.resource} has no edition for {record.row}: its event has no day"
        if unknown := set(record.row) - {f.key for f in resource.fields}:
            return f"{record.resource} has no {', '.join(sorted(unknown))}"
        if case.subject_type not in resource.subject_types:
            return f"{record.resource} has no records about {case.subject_type}"
    return None


def _edition(pack: Pack, record: Grounding) -> Resource | None:
    """The edition of the record's resource that ruled the day of its event; the first one for an event before it."""
    history = [v for v in pack.resource_history(record.resource) if _event(v, record) is not None]
    ruling = [v for v in history if v.in_force.from_ <= (_event(v, record) or dt.date.max)]
    return next(iter([*reversed(ruling), *history]), None)


def _event(resource: Resource, record: Grounding) -> dt.date | None:
    said = record.row.get(resource.event_date or "")
    return said if isinstance(said, dt.date) else dt.date.fromisoformat(said) if said else None


def _reckoned(con: duckdb.DuckDBPyConnection, pack: Pack, day: dt.date, city: City) -> Mapping[int, _Found]:
    """What the queries of a day say of each case."""
    program = grounds.compile_rules(pack, day)
    asked = {case.measure for _, case in city}
    rules = [rule for rule in program.rules if rule[1] in asked]
    play(con, pack, program, city, rules)
    found = {number: _Found() for number, _ in city}
    measures = {number: case.measure for number, case in city}
    consequences = f"SELECT subject_id, measure, ground, until, suspended FROM ({program.answer})"
    for number, measure, ground, until, suspended in con.execute(on_day(consequences, date_literal(day))).fetchall():
        if measure == measures[number]:
            found[number].consequences.append((ground, until, suspended))
    rows = con.execute("SELECT subject_id, ground, id, since, until, held FROM grounds ORDER BY ALL").fetchall()
    for number, ground, place, since, until, held in rows:
        found[number].grounds.append((ground, place, since, until, held))
    return found


def play(
    con: duckdb.DuckDBPyConnection,
    pack: Pack,
    program: grounds.Program,
    city: Sequence[tuple[int, Played]],
    rules: Iterable[Sequence[Any]],
) -> None:
    """Make ``grounds``, ``population`` and ``rules`` of numbered cases, each a subject with its records."""
    con.execute(f"CREATE OR REPLACE TABLE grounds ({_columns(grounds.GROUNDS)})")
    for source in program.sources:
        given = [
            (number, place, case, record)
            for number, case in city
            for place, record in enumerate(case.records)
            if record.resource == source.resource
        ]
        if given:
            _fill(con, pack, source, given)
            con.execute(f"INSERT INTO grounds {source.grounds}")
    _put(con, "population", {"subject_id": "BIGINT", "type": "VARCHAR"}, ((n, c.subject_type) for n, c in city))
    _put(con, "rules", program.columns, rules)


def _fill(
    con: duckdb.DuckDBPyConnection,
    pack: Pack,
    source: grounds.Source,
    given: Sequence[tuple[int, int, Played, Grounding]],
) -> None:
    """Make the table of a source and put these records into it, judged as an intake does."""
    con.execute(f"CREATE OR REPLACE TABLE {source.table} ({_columns(source.columns)})")
    editions: dict[dt.date, list[tuple[int, int, Played, Grounding]]] = {}
    by_first = {edition.in_force.from_: edition for edition in pack.resource_history(source.resource)}
    for one in given:
        edition = _edition(pack, one[3])
        assert edition is not None  # noqa: S101  such a case was told of before
        editions.setdefault(edition.in_force.from_, []).append(one)
    for first, records in editions.items():
        con.execute(f"INSERT INTO {source.table} BY NAME {_judged(pack, by_first[first], source, records)}")


def _judged(
    pack: Pack, edition: Resource, source: grounds.Source, given: Sequence[tuple[int, int, Played, Grounding]]
) -> str:
    """A SELECT of records of an edition with the columns of their source."""
    rows = [{key: _text(value) for key, value in record.row.items()} for *_, record in given]
    asked = [
        Asked(row, _event(edition, record), case.subject_type)
        for row, (_, _, case, record) in zip(rows, given, strict=True)
    ]
    judged = judge_of(pack, edition).judge(asked)
    own = {"_subject_id": "BIGINT", "_id": "BIGINT", "_published": "BOOLEAN", "_public_until": "DATE"}
    shape = own | {"_held": "VARCHAR"} | {f.key: type_of(f) for f in edition.fields}
    said = [
        dict.fromkeys(shape)
        | row
        | {
            "_subject_id": number, "_id": place, "_published": found.published, "_held": HELD.get(record.held or ""),
            "_public_until": _text(found.public_until),
        }
        for row, (number, place, _, record), found in zip(rows, given, judged, strict=True)
    ]  # fmt: skip
    stated = literal(json.dumps(said, ensure_ascii=False))
    records = f"SELECT unnest(CAST(CAST({stated} AS JSON) AS STRUCT({_columns(shape)})[]), max_depth := 2)"
    return (
        f"SELECT {', '.join(map(quoted, source.columns))} FROM (SELECT *, {', '.join(publish.dates(edition))} "
        f"FROM ({records}))"
    )


def _put(con: duckdb.DuckDBPyConnection, table: str, shape: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Make a table of these rows."""
    said = [dict(zip(shape, map(_text, row), strict=True)) for row in rows]
    stated = literal(json.dumps(said, ensure_ascii=False))
    con.execute(
        f"CREATE OR REPLACE TABLE {table} AS "
        f"SELECT unnest(CAST(CAST({stated} AS JSON) AS STRUCT({_columns(shape)})[]), max_depth := 2)"
    )


def _columns(shape: Mapping[str, str]) -> str:
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in shape.items())


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _outcome(pack: Pack, case: MeasureCase, found: _Found, see: See) -> Outcome:
    ends, until, grounded = _ending(pack, case, found)
    see(case.measure, ends, grounded)
    wrong = [f"outcome: {ends}, not {case.outcome}"] if ends != case.outcome else []
    if not wrong and "until" in case.model_fields_set and until != case.until:
        wrong = [f"until: {until}, not {case.until}"]
    return Outcome(case, not wrong, "; ".join(wrong))


def _ending(pack: Pack, case: MeasureCase, found: _Found) -> tuple[str, dt.date | None, str]:
    """How a case ends, the last day of what stands, and the ground that it stands on."""
    measure = pack.on(case.as_of).measures.get(case.measure)
    if measure is None:
        return "not-in-force", None, ""
    standing = [one for one in found.consequences if not one[2]] or found.consequences
    if standing:
        ground, until, suspended = max(standing, key=lambda one: one[1] or dt.date.max)
        return "suspended" if suspended else "applies", until, ground
    of_it = [one for one in found.grounds if one[0] in _grounds_of(measure)]
    if not of_it:
        return "no-ground", None, ""
    if case.subject_type not in measure.targets:
        return "wrong-target", None, ""
    ways = {gone(pack, case, *one) for one in of_it}
    return next(way for way in ("lifted", "expired", "not-yet") if way in ways), None, ""


def gone(
    pack: Pack, case: GroundedCase, ground: str, place: int, since: dt.date, until: dt.date | None, held: str | None
) -> str:
    """Why a ground grounds nothing on the day of a case."""
    if since > case.as_of:
        return "not-yet"
    listed = pack.on(case.as_of).lists.get(ground.removeprefix(grounds.LISTED))
    left = case.records[place].row.get(listed.removed or "") if listed else None
    early = left is not None and until is not None and _text(left) == _text(until + dt.timedelta(days=1))
    return "lifted" if held == grounds.LIFTED or early else "expired"
