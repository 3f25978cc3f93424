"""Classes of everyone from nothing, and of one subject.

Invariant: the city is laid straight down (``evaluation_lake``), with what schemes look at; compiled and by hand read the same
files on two threads and end with the same classes, or the measurement fails.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import evaluation_lake
from bench.ground import line, percentiles

if TYPE_CHECKING:
    import duckdb

    from quanxin.policy.supervision import Scheme

ASKED, WARM = 300, 20


def measure_city(subjects: int) -> None:
    """Print what the classes of a city cost from nothing beside the same by hand."""
    from bench.evaluation import Cost, elsewhere

    elsewhere(evaluation_lake.enrol, subjects)
    elsewhere(_lay, subjects * 3, subjects)
    compiled, by_hand = elsewhere(_compiled), elsewhere(_by_hand)
    if compiled[1] != by_hand[1]:
        raise AssertionError(f"compiled {compiled[1]} and by hand {by_hand[1]} differ")
    ours, theirs = Cost(*compiled[0]), Cost(*by_hand[0])
    line(f"classes of {subjects:,} subjects, {compiled[1][0]:,} found", f"{ours}", "")
    line("  ÷ the same by hand", ours / theirs, "≤ 1.5")


def _lay(records: int, subjects: int) -> None:
    """Lay the resources that schemes look at, of an even share each."""
    from quanxin.calendar import today
    from quanxin.runtime.pack import current_pack
    from quanxin.supervision.classing.reckoning import program_of

    program, _ = program_of(current_pack(), today())
    fields = {source.resource: source.fields for source in program.sources}
    share = records // len(fields)
    laid = [evaluation_lake.Part(key, share, 1 + n * share) for n, key in enumerate(sorted(fields))]
    evaluation_lake.lay_parts(laid, fields, subjects)


def _timed(work: Any) -> tuple[tuple[float, float], tuple[int, int]]:
    from quanxin.runtime.duckdb_scratch import workshop

    with workshop() as (con, workdir):
        wall, cpu = time.perf_counter(), time.process_time()
        work(con, workdir)
        con.execute("CREATE TABLE found AS SELECT DISTINCT subject_id, scheme, level FROM classes")
        cost = (time.perf_counter() - wall, time.process_time() - cpu)
        count, digest = con.execute(
            "SELECT count(*), coalesce(sum(hash(subject_id, scheme, level) % 1000003), 0)::BIGINT FROM found"
        ).fetchall()[0]
    return cost, (count, digest)


def _compiled() -> Any:
    from quanxin.runtime.pack import current_pack
    from quanxin.supervision.classing.strata import put_classes

    current_pack()  # read by both beforehand
    return _timed(lambda con, workdir: put_classes(con, evaluation_lake.DAY, evaluation_lake.AT, workdir))


def _by_hand() -> Any:
    """The same, as somebody writes it who knows the files, the superseded records and the merges."""
    from quanxin.archive.decided import merged_at
    from quanxin.runtime.bridge import to_duckdb
    from quanxin.runtime.pack import current_pack

    schemes = list(current_pack().on(evaluation_lake.DAY).schemes.values())

    def work(con: duckdb.DuckDBPyConnection, workdir: Path) -> None:
        con.execute("CREATE TABLE merged (other BIGINT, kept BIGINT)")
        con.executemany("INSERT INTO merged VALUES (?, ?)", [list(p) for p in merged_at(evaluation_lake.AT).items()])
        to_duckdb(con, "SELECT id, type FROM subjects_subject", "subject", {"id": "BIGINT", "type": "VARCHAR"}, workdir)
        ended = f"SELECT id FROM archive_record WHERE superseded_at <= '{evaluation_lake.AT}'"
        to_duckdb(con, ended, "ended", {"id": "BIGINT"}, workdir)
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

    return _timed(work)


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
            f"(SELECT *, CASE {rating.item} {placed} END AS place FROM {_rows(rating.resource)} "
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
            f"{not scheme.holders} AS inside FROM {_rows(resource)} "
            f"WHERE _event_date <= {refreshed} AND coalesce(CAST({until} AS DATE) >= {day}, true) {shown} AND ({one.when})"
        )
    for held in scheme.holders:
        yield (
            f"SELECT subject_id, '{scheme.key}' AS scheme, -1 AS place, true AS inside FROM {_rows(held.resource)} "
            f"WHERE _event_date <= {day} AND coalesce(_valid_until >= {day}, true) AND ({held.when})"
        )
    if not scheme.holders and scheme.default:
        yield (
            f"SELECT id AS subject_id, '{scheme.key}' AS scheme, -1 AS place, true AS inside FROM subject "
            "WHERE id NOT IN (SELECT other FROM merged)"
        )


def _rows(resource: str) -> str:
    from quanxin.archive.lake_reading import files_of

    files = ", ".join(f"'{path}'" for path in files_of(resource))
    return (
        f"(SELECT * EXCLUDE (kept, other), coalesce(kept, _subject_id) AS subject_id FROM read_parquet([{files}], "
        "union_by_name = true) LEFT JOIN merged ON other = _subject_id WHERE _id NOT IN (SELECT id FROM ended))"
    )


def measure_one(folder: Path, city: int) -> None:
    """The classes of one subject alone, warm."""
    from quanxin.accounts import operator
    from quanxin.archive import viewers
    from quanxin.demo.run import run
    from quanxin.subjects.models import Subject
    from quanxin.supervision.classing.reckoning import class_of

    run(subjects=city, seed=5, folder=folder / "departments", actor=operator())
    viewer, took = viewers.department(operator(), "bench"), []
    for n, subject in enumerate(Subject.objects.filter(natural=False).order_by("id")[: ASKED + WARM]):
        begun = time.perf_counter()
        class_of(subject, "market-risk", viewer)
        if n >= WARM:
            took.append(time.perf_counter() - begun)
    line(f"classes of one, {len(took)} subjects", percentiles(took), "p95 ≤ 25 ms")
