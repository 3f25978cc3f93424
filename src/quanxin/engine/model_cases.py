"""Running the cases of evaluation models: these records, this day, end so.

Invariant: a case runs through the very queries that evaluate a city; the cases of one model and day are a city, each of
them a subject of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from quanxin.engine import database
from quanxin.engine.cases import Outcome
from quanxin.engine.scoring import HUNDRED, Scoring, column, compile_model, grades_table
from quanxin.engine.scoring_run import Row, create, fill, score
from quanxin.policy import Pack
from quanxin.policy.evaluation import Model, ModelCase

City = list[tuple[int, ModelCase]]  # cases by their numbers in the pack


@dataclass(frozen=True, slots=True)
class Played:
    """The cases of one model and day after they ran: ``rows`` of scores by the number of the case.

    ``con`` holds what they ran over, the tables of ``scoring.sources`` and ``scores``, until the next cases run.
    """

    con: duckdb.DuckDBPyConnection
    scoring: Scoring
    day: dt.date
    city: City
    rows: Mapping[int, Mapping[str, Any]]


def run_model_cases(pack: Pack, watch: Callable[[Played], None] | None = None) -> list[Outcome]:
    """The outcome of each case of a pack's models, in its order; ``watch`` is shown all that ran together."""
    outcomes: dict[int, Outcome] = {}
    cities: dict[tuple[str, dt.date], City] = {}
    for number, case in enumerate(pack.model_cases):
        cities.setdefault((case.model, case.as_of), []).append((number, case))
    with database.connect() as con:
        for (key, day), city in cities.items():
            model = pack.on(day).models.get(key)
            for number, case in city:
                if problem := _unusable(model, case):
                    outcomes[number] = Outcome(case, False, problem)
            sound = [(number, case) for number, case in city if number not in outcomes]
            if model is not None and sound:
                played = _play(con, pack, compile_model(model, pack), day, sound)
                outcomes |= _outcomes(played)
                if watch:
                    watch(played)
    return [outcomes[number] for number in range(len(pack.model_cases))]


def _unusable(model: Model | None, case: ModelCase) -> str:
    """Why a case cannot be run; blank where it can."""
    if model is None:
        return f"{case.model} is not in force on {case.as_of}"
    unread = sorted({r.resource for r in case.records} - set(model.resources))
    return f"the model does not read {', '.join(unread)}" if unread else ""


def _play(con: duckdb.DuckDBPyConnection, pack: Pack, scoring: Scoring, day: dt.date, city: City) -> Played:
    _put(con, pack, scoring, city)
    score(con, scoring, day)
    cursor = con.execute("SELECT * FROM scores")
    names = [name for name, *_ in cursor.description or ()]
    rows = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    return Played(con, scoring, day, city, rows)


def _outcomes(played: Played) -> dict[int, Outcome]:
    made = {}
    for number, case in played.city:
        compared = _compared(case, played.scoring, played.rows.get(number))
        wrong = [f"{name}: {found}, not {said}" for name, said, found in compared if said != found]
        made[number] = Outcome(case, not wrong, "; ".join(wrong))
    return made


def _put(con: duckdb.DuckDBPyConnection, pack: Pack, scoring: Scoring, city: City) -> None:
    con.execute("CREATE OR REPLACE TABLE population (subject_id BIGINT)")
    con.executemany("INSERT INTO population VALUES (?)", [[number] for number, _ in city])
    for source in scoring.sources:
        create(con, source)
        dated_by = pack.resource_history(source.resource)[-1].event_date
        fill(con, source, _rows(city, source.resource, dated_by))
    for key in scoring.model.builds_on:
        con.execute(f"CREATE OR REPLACE TABLE {grades_table(key)} (subject_id BIGINT, grade VARCHAR)")
        if given := [[number, case.grades[key]] for number, case in city if key in case.grades]:
            con.executemany(f"INSERT INTO {grades_table(key)} VALUES (?, ?)", given)


def _rows(city: City, resource: str, dated_by: str | None) -> Sequence[Row]:
    made: list[Row] = []
    for number, case in city:
        for record in (r for r in case.records if r.resource == resource):
            day: Any = record.fields.get(dated_by) if dated_by else None
            made += [(number, len(made) + n, day, record.fields) for n in range(record.times)]
    return made


def _compared(case: ModelCase, scoring: Scoring, found: Mapping[str, Any] | None) -> list[tuple[str, Any, Any]]:
    """What the case says beside what was found; what it does not speak of is not compared."""
    if found is None or case.excluded:
        return [("excluded", case.excluded, found is None)]
    parts = {i.key: column(i, "p") for i in scoring.model.indicators}
    dimensions = {d.key: f"d_{d.key.replace('-', '_')}" for d in scoring.model.dimensions}
    compared: list[tuple[str, Any, Any]] = []
    for name, said, of in (("points", case.points, parts), ("dimensions", case.dimensions, dimensions)):
        compared += [(f"{name} {k}", v, Decimal(found[of[k]]) / HUNDRED if k in of else None) for k, v in said.items()]
    if case.score is not None:
        compared.append(("score", case.score, Decimal(found["score"]) / HUNDRED))
    if case.grade is not None:
        compared.append(("grade", case.grade, found["grade"]))
    if case.vetoes is not None:
        active = {v.key for n, v in enumerate(scoring.model.vetoes) if found["vetoes"] >> n & 1}
        compared.append(("vetoes", set(case.vetoes), active))
    return compared
