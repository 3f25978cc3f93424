"""Classes of everyone from nothing, and of one subject (``city``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench import city, evaluation_lake

if TYPE_CHECKING:
    import duckdb

    from quanxin.engine.grounds import Program
    from quanxin.policy.supervision import Scheme

FOUND = "CREATE TABLE found AS SELECT DISTINCT subject_id, scheme, level FROM classes"


def measure_city(subjects: int) -> None:
    """Print what the classes of a city cost from nothing beside the same by hand."""
    city.measure("classes", subjects, _program, _compiled, _by_hand, "subject_id, scheme, level")


def measure_one(folder: Path, subjects: int) -> None:
    """The classes of one subject alone, warm."""
    from quanxin.accounts import operator
    from quanxin.archive import viewers
    from quanxin.supervision.classing.reckoning import class_of

    viewer = viewers.department(operator(), "bench")
    city.measure_one("classes of one", folder, subjects, lambda one: class_of(one, "market-risk", viewer))


def _program() -> Program:
    from quanxin.calendar import today
    from quanxin.runtime.pack import current_pack
    from quanxin.supervision.classing.reckoning import program_of

    return program_of(current_pack(), today())[0]


def _compiled(con: duckdb.DuckDBPyConnection, workdir: Path) -> None:
    from quanxin.supervision.classing.strata import put_classes

    put_classes(con, evaluation_lake.DAY, evaluation_lake.AT, workdir)
    con.execute(FOUND)


def _by_hand(con: duckdb.DuckDBPyConnection, workdir: Path) -> None:
    """The same, as somebody writes it who knows the files, the superseded records and the merges."""
    from quanxin.runtime.pack import current_pack

    schemes = list(current_pack().on(evaluation_lake.DAY).schemes.values())
    city.put_decided(con, workdir)
    con.execute("CREATE TABLE target (scheme VARCHAR, type VARCHAR)")
    con.executemany("INSERT INTO target VALUES (?, ?)", [[s.key, kind] for s in schemes for kind in s.targets])
    con.execute("CREATE TABLE place (scheme VARCHAR, place INT, level VARCHAR)")
    places = [[s.key, n, key] for s in schemes for key, n in s.places.items()]
    con.executemany("INSERT INTO place VALUES (?, ?, ?)", places + [[s.key, -1, s.default] for s in schemes])
    parts = " UNION ALL ".join(query for scheme in schemes for query in _of(scheme))
    con.execute(
        f"CREATE TABLE classes AS SELECT subject_id, scheme, level FROM (SELECT subject_id, scheme, max(place) AS place "
        f"FROM ({parts}) JOIN subject ON subject.id = subject_id JOIN target USING (scheme, type) "
        "GROUP BY subject_id, scheme HAVING bool_or(inside)) JOIN place USING (scheme, place) WHERE level IS NOT NULL"
    )
    con.execute(FOUND)


def _of(scheme: Scheme) -> Iterator[str]:
    """One query a rating, trigger and holder of a scheme: its files, its day, its end, the place of its level."""
    from quanxin.policy.model import Mode
    from quanxin.runtime.pack import current_pack

    rules, day = current_pack().on(evaluation_lake.DAY), f"DATE '{evaluation_lake.DAY}'"
    first = {"monthly": f"date_trunc('month', {day})", "quarterly": f"date_trunc('quarter', {day})"}
    refreshed = first.get(scheme.refresh or "", day)
    for rating in scheme.ratings:
        placed = " ".join(f"WHEN '{value}' THEN {scheme.places[to]}" for value, to in rating.levels.items())
        until = f"least(coalesce(_valid_until, _event_date + INTERVAL {scheme.period_months} MONTH), _public_until)"
        shown = "AND _published" if rules.resources[rating.resource].publication.mode is Mode.PUBLIC else ""
        yield (
            f"SELECT subject_id, '{scheme.key}' AS scheme, arg_max(place, (_event_date, place)) AS place, true AS inside FROM "
            f"(SELECT *, CASE {rating.item} {placed} END AS place FROM {city.rows_of(rating.resource)} "
            f"WHERE _event_date <= {refreshed} AND coalesce(CAST({until} AS DATE) >= {day}, true) {shown}) "
            "WHERE place IS NOT NULL GROUP BY subject_id"
        )
    for one in scheme.triggers:
        listed = rules.lists.get(one.list or "")
        resource = listed.resource if listed is not None else str(one.resource)
        if listed is not None:
            removed = f"{listed.removed} - INTERVAL 1 DAY" if listed.removed else "NULL"
            until = f"least(coalesce(_valid_until, _event_date + INTERVAL {listed.term_months} MONTH), {removed}, _public_until)"
            shown = ""
        else:
            until = f"least(_valid_until, _event_date + INTERVAL {one.months} MONTH, _public_until)"
            shown = "AND _published" if rules.resources[resource].publication.mode is Mode.PUBLIC else ""
        yield (
            f"SELECT subject_id, '{scheme.key}' AS scheme, {scheme.places[one.level]} AS place, "
            f"{not scheme.holders} AS inside FROM {city.rows_of(resource)} "
            f"WHERE _event_date <= {refreshed} AND coalesce(CAST({until} AS DATE) >= {day}, true) {shown} AND ({one.when})"
        )
    for held in scheme.holders:
        yield (
            f"SELECT subject_id, '{scheme.key}' AS scheme, -1 AS place, true AS inside FROM {city.rows_of(held.resource)} "
            f"WHERE _event_date <= {day} AND coalesce(_valid_until >= {day}, true) AND ({held.when})"
        )
    if not scheme.holders and scheme.default:
        yield (
            f"SELECT id AS subject_id, '{scheme.key}' AS scheme, -1 AS place, true AS inside FROM subject "
            "WHERE id NOT IN (SELECT other FROM merged)"
        )
