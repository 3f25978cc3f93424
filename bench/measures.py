"""What follows from records: for one, for a city from nothing, and a ground that falls.

Invariant: the city is laid straight down (``evaluation_lake``), its lists among it; compiled and by hand read the same files on
two threads and end with the same rows, or the measurement fails. Wall time is noisy where other work runs: the seconds of the
processor stand beside it.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import evaluation_lake
from bench.ground import line, percentiles

if TYPE_CHECKING:
    import duckdb

ASKED = 300  # subjects asked alone
FALLEN = 40  # grounds that fall
WARM = 20


def measure_city(subjects: int) -> None:
    """Print what a city costs from nothing beside the same by hand."""
    from bench.evaluation import Cost, elsewhere

    elsewhere(evaluation_lake.enrol, subjects)
    elsewhere(_lay, subjects * 3, subjects)
    compiled, by_hand = elsewhere(_compiled), elsewhere(_by_hand)
    if compiled[1] != by_hand[1]:
        raise AssertionError(f"compiled {compiled[1]} and by hand {by_hand[1]} differ")
    ours, theirs = Cost(*compiled[0]), Cost(*by_hand[0])
    line(f"all consequences of {subjects:,} subjects, {compiled[1][0]:,} found", f"{ours}", "")
    line("  ÷ the same by hand", ours / theirs, "≤ 1.5")


def _lay(records: int, subjects: int) -> None:
    """Lay the resources that measures look at, of an even share each."""
    from quanxin.calendar import today
    from quanxin.measures.reckoning import program_of
    from quanxin.runtime.pack import current_pack

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
        cost = (time.perf_counter() - wall, time.process_time() - cpu)
        count, digest = con.execute(
            "SELECT count(*), coalesce(sum(hash(subject_id, measure, id, until) % 1000003), 0)::BIGINT FROM consequences"
        ).fetchall()[0]
    return cost, (count, digest)


def _compiled() -> Any:
    from quanxin.measures.in_bulk import put_consequences

    return _timed(lambda con, workdir: put_consequences(con, evaluation_lake.DAY, evaluation_lake.AT, workdir))


def _by_hand() -> Any:
    """The same, as somebody writes it who knows the files, the superseded records and the merges."""
    from quanxin.archive.decided import merged_at
    from quanxin.runtime.bridge import to_duckdb

    def work(con: duckdb.DuckDBPyConnection, workdir: Path) -> None:
        con.execute("CREATE TABLE merged (other BIGINT, kept BIGINT)")
        con.executemany("INSERT INTO merged VALUES (?, ?)", [list(p) for p in merged_at(evaluation_lake.AT).items()])
        to_duckdb(con, "SELECT id, type FROM subjects_subject", "subject", {"id": "BIGINT", "type": "VARCHAR"}, workdir)
        ended = f"SELECT id FROM archive_record WHERE superseded_at <= '{evaluation_lake.AT}'"
        to_duckdb(con, ended, "ended", {"id": "BIGINT"}, workdir)
        con.execute("CREATE TABLE rule (ground VARCHAR, measure VARCHAR, type VARCHAR, last DATE, months INT)")
        con.executemany("INSERT INTO rule VALUES (?, ?, ?, ?, ?)", [list(row) for row in _rules_by_hand()])
        con.execute(f"CREATE TABLE ground AS {' UNION ALL '.join(_grounds_by_hand())}")
        con.execute(
            "CREATE TABLE consequences AS SELECT * FROM (SELECT subject_id, measure, ground.id, "
            "CAST(least(until, last, since + to_months(months)) AS DATE) AS until FROM ground "
            "JOIN subject ON subject.id = subject_id JOIN rule USING (ground, type)) "
            f"WHERE coalesce(until >= DATE '{evaluation_lake.DAY}', true)"
        )

    return _timed(work)


def _rules_by_hand() -> list[tuple[Any, ...]]:
    from quanxin.runtime.pack import current_pack

    measures = current_pack().on(evaluation_lake.DAY).measures.values()
    return [
        (trigger.list or f"{measure.key} {trigger.resource}", measure.key, kind, measure.in_force.until, measure.term_months)
        for measure in measures for trigger in measure.triggers for kind in measure.targets
    ]  # fmt: skip


def _grounds_by_hand() -> list[str]:
    """One query a list or record: its files, its day, its end."""
    from quanxin.archive.lake_reading import files_of
    from quanxin.policy.model import Mode
    from quanxin.runtime.pack import current_pack

    rules, found = current_pack().on(evaluation_lake.DAY), []
    lists = [(one.key, one.resource, one.term_months, one.removed, "true") for one in rules.lists.values()]
    records = [(f"{m.key} {t.resource}", t.resource, None, None, t.when)
               for m in rules.measures.values() for t in m.triggers if t.resource]  # fmt: skip
    for name, resource, months, removed, when in [*lists, *records]:
        term = f"_event_date + INTERVAL {months} MONTH" if months else "NULL"
        ends = [f"coalesce(_valid_until, {term})" if name in rules.lists else "NULL", "_public_until"]
        ends += [f"{removed} - INTERVAL 1 DAY"] if removed else []
        shown = (
            "AND _published"
            if name not in rules.lists and rules.resources[resource].publication.mode is Mode.PUBLIC
            else ""
        )
        files = ", ".join(f"'{path}'" for path in files_of(resource))
        found.append(
            f"SELECT coalesce(kept, _subject_id) AS subject_id, _id AS id, '{name}' AS ground, _event_date AS since, "
            f"CAST(least({', '.join(ends)}) AS DATE) AS until FROM read_parquet([{files}], union_by_name = true) "
            "LEFT JOIN merged ON other = _subject_id "
            f"WHERE _event_date <= DATE '{evaluation_lake.DAY}' {shown} AND ({when}) AND _id NOT IN (SELECT id FROM ended)"
        )
    return found


def measure_one(folder: Path, city: int) -> None:
    """One subject alone, warm, and how much longer a repair takes where it lifts a measure."""
    from django.db import transaction

    from quanxin.accounts import operator
    from quanxin.archive import restrictions, viewers
    from quanxin.archive.models import Record, Restriction
    from quanxin.calendar import now
    from quanxin.demo.run import run
    from quanxin.measures import following
    from quanxin.measures.models import Application
    from quanxin.measures.reckoning import consequences_of
    from quanxin.policy.model import Basis
    from quanxin.subjects.models import Subject

    run(subjects=city, seed=5, folder=folder / "departments", actor=operator())
    viewer = viewers.centre(operator(), "bench")
    subjects = list(Subject.objects.filter(natural=False).order_by("id")[: ASKED + WARM])
    took = []
    for n, subject in enumerate(subjects):
        begun = time.perf_counter()
        consequences_of(subject, viewer)
        if n >= WARM:
            took.append(time.perf_counter() - begun)
    line(f"what follows for one, {len(took)} subjects", percentiles(took), "p95 ≤ 25 ms")
    basis, added = [Basis.model_validate({"title": "bench", "article": "1"})], []
    handled = following.GROUNDS.act
    for one in Application.objects.filter(lifted_at=None).order_by("id")[:FALLEN]:
        record = Record.objects.get(
            subject_id=one.subject_id, resource=one.resource, key_hash=one.key_hash, superseded_at=None
        )
        with transaction.atomic():
            events = restrictions.restrict(
                operator(), [record], Restriction.Kind.REPAIRED, case=f"case:{one.pk}", basis=basis, at=now()
            )
            one.refresh_from_db()
            assert one.state == Application.State.LIFTED
            transaction.set_rollback(True)
        with transaction.atomic():
            Restriction.objects.create(
                kind=Restriction.Kind.REPAIRED, subject_id=record.subject_id, resource=record.resource,
                key_hash=record.key_hash, case="case:1", basis=[{"title": "bench"}], actor="bench", from_at=now(),
            )  # fmt: skip
            begun = time.perf_counter()
            handled(events)
            added.append(time.perf_counter() - begun)
            transaction.set_rollback(True)
    line(f"what lifting adds to a repair, {len(added)} repairs", percentiles(added), "≤ 10 ms")
