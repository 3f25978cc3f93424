"""Holding a run against what came after: who of which grade came upon a severe list in the time that followed.

Invariant: what counts as a bad end is told by the pack: the vetoes of the edition, and the negative lists in force that no
veto looks at. A listing counts if its event lies after the day of the run and not more months later than the pack says,
and if the veto's own filter holds on the day of that event. Nothing is held against a run that could have known it by its
day, and a run that knew more than its day is told from one that did not.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from quanxin.calendar import add_months, day_of, today
from quanxin.engine.normalise import literal
from quanxin.engine.scoring import Source
from quanxin.evaluation import sources
from quanxin.evaluation.editions import model_by_digest
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.files import path_of
from quanxin.evaluation.models import Run
from quanxin.evaluation.sensitivity import standard
from quanxin.evaluation.statistics import Interval, discrimination, wilson
from quanxin.policy import Pack, expressions
from quanxin.policy.evaluation import Model
from quanxin.policy.model import Text
from quanxin.runtime.pack import current_pack


@dataclass(frozen=True, slots=True)
class Outcome:
    """A way to come to a bad end: a record of a resource that the filter, if any, lets through on its own day."""

    key: str
    title: Text
    resource: str
    filter: str | None = None


def outcomes_of(model: Model, pack: Pack) -> list[Outcome]:
    """The bad ends of a model's subjects; raises ``EvaluationError`` where the pack knows none."""
    rules = pack.on(today())
    found = [Outcome(v.key, v.title, v.resource, v.filter) for v in model.vetoes]
    covered = {outcome.resource for outcome in found}
    for key, listed in sorted(rules.lists.items()):
        resource = rules.resources.get(listed.resource)
        fits = resource is not None and set(resource.subject_types) & set(model.subject_types)
        if listed.nature == "negative" and listed.resource not in covered and fits:
            found.append(Outcome(f"list-{key}", listed.title, listed.resource))
    if not found:
        raise EvaluationError("backtest-nothing")
    return found


def backtested(con: duckdb.DuckDBPyConnection, run: Run, workdir: Path, moment: dt.datetime) -> dict[str, Any]:
    """The figures of a back-test of a run, by what is known at ``moment``, as JSON."""
    model, pack = model_by_digest(run.model, run.digest), current_pack()
    until = add_months(run.as_of, standard(pack).outcome_months)
    found = outcomes_of(model, pack)
    con.execute(f"CREATE OR REPLACE VIEW results AS SELECT * FROM read_parquet({literal(str(path_of(run, 'scores')))})")
    put_ends(con, found, pack, (run.as_of, until), workdir, moment)
    con.execute(
        "CREATE OR REPLACE TABLE tested AS SELECT r.subject_id, r.score, r.grade, r.vetoes, "
        "r.subject_id IN (SELECT subject_id FROM ends) AS bad FROM results r"
    )
    return {
        "from": run.as_of.isoformat(),
        "until": until.isoformat(),
        "complete": until <= today(),
        "hindsight": day_of(run.known_at) > run.as_of,
        "known_at": moment.isoformat(),
        "grades": _grades(con, model),
        "ends": _ends(con, found),
        "all": _discriminated(con, "true"),
        "unvetoed": _discriminated(con, "vetoes = 0"),
    }


def put_ends(
    con: duckdb.DuckDBPyConnection,
    found: list[Outcome],
    pack: Pack,
    span: tuple[dt.date, dt.date],
    workdir: Path,
    moment: dt.datetime,
) -> None:
    """Make ``ends(subject_id, outcome)``: who came to which bad end after the first day of a span, up to the last.

    Subjects stand under every number that they have had, for a run knew them by that of its day.
    """
    sources.put_decided(con, moment)
    con.execute("CREATE OR REPLACE TABLE ended (subject_id BIGINT, outcome VARCHAR)")
    for outcome in found:
        latest = pack.resource_history(outcome.resource)[-1]
        named = set(expressions.columns(outcome.filter)) if outcome.filter else set()
        source = Source(outcome.resource, tuple(f for f in latest.fields if f.key in named))
        sources.from_lake(con, source, moment, workdir)
        day = "CAST(event_date AS DATE)"  # a resource that nobody handed in has no type there
        holds = f" AND ({outcome.filter.replace(expressions.TODAY, day)})" if outcome.filter else ""
        con.execute(
            f"INSERT INTO ended SELECT DISTINCT subject_id, {literal(outcome.key)} FROM {source.table} "
            f"WHERE {day} > {_day(span[0])} AND {day} <= {_day(span[1])}{holds}"
        )
        con.execute(f"DROP TABLE {source.table}")
    con.execute(
        "CREATE OR REPLACE TABLE ends AS SELECT subject_id, outcome FROM ended "
        "UNION SELECT m.subject_id, e.outcome FROM ended e JOIN merged m ON m.kept = e.subject_id"
    )


def _day(day: dt.date) -> str:
    return f"DATE {literal(day.isoformat())}"


def _grades(con: duckdb.DuckDBPyConnection, model: Model) -> list[dict[str, Any]]:
    """Of each grade, best first: how many had it, how many came to a bad end, the share with its interval."""
    query = "SELECT grade, count(*), count(*) FILTER (WHERE bad) FROM tested GROUP BY grade"
    counts = {grade: (of, bad) for grade, of, bad in con.execute(query).fetchall()}
    made = []
    for band in model.bands:
        of, bad = counts.get(band.key, (0, 0))
        made.append({"grade": band.key, "subjects": of, "bad": bad, "rate": _interval(wilson(bad, of))})
    return made


def _ends(con: duckdb.DuckDBPyConnection, found: list[Outcome]) -> list[dict[str, Any]]:
    """Of each bad end, how many of the evaluated came to it."""
    query = "SELECT outcome, count(DISTINCT subject_id) FROM ends SEMI JOIN tested USING (subject_id) GROUP BY outcome"
    counts = dict(con.execute(query).fetchall())
    return [
        {"key": o.key, "title": o.title.model_dump(), "resource": o.resource, "subjects": counts.get(o.key, 0)}
        for o in found
    ]


def _discriminated(con: duckdb.DuckDBPyConnection, where: str) -> dict[str, Any]:
    """How well the score told who would come to a bad end, among whom ``where`` names, with the points of its curve."""
    rows = con.execute(
        "SELECT score, count(*) FILTER (WHERE bad), count(*) FILTER (WHERE NOT bad) FROM tested "
        f"WHERE {where} GROUP BY score ORDER BY score"
    ).fetchall()
    bads, goods = sum(bad for _, bad, _ in rows), sum(good for _, _, good in rows)
    return {"bad": bads, "good": goods, "area": _interval(discrimination(rows)), "curve": curve(rows)}


MOST_POINTS = 100


def curve(rows: list[tuple[int, int, int]]) -> list[list[int]]:
    """[bad, good] with a score up to each of at most a hundred places, from nobody to everyone."""
    made, bads, goods = [[0, 0]], 0, 0
    step = max(1, -(-len(rows) // MOST_POINTS))
    for n, (_, bad, good) in enumerate(rows, start=1):
        bads, goods = bads + bad, goods + good
        if n % step == 0 or n == len(rows):
            made.append([bads, goods])
    return made


def _interval(found: Interval | None) -> list[str | None] | None:
    """Value, lower and upper bound as text."""
    if found is None:
        return None
    return [None if bound is None else str(bound) for bound in (found.value, found.low, found.high)]
