"""What follows from records: for a city from nothing, for one (``city``), and a ground that falls."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import city, evaluation_lake
from bench.ground import line, percentiles

if TYPE_CHECKING:
    import duckdb

    from quanxin.engine.grounds import Program

FALLEN = 40  # grounds that fall


def measure_city(subjects: int) -> None:
    """Print what a city costs from nothing beside the same by hand."""
    city.measure("all consequences", subjects, _program, _compiled, _by_hand, "subject_id, measure, id, until")


def _program() -> Program:
    from quanxin.calendar import today
    from quanxin.measures.reckoning import program_of
    from quanxin.runtime.pack import current_pack

    return program_of(current_pack(), today())[0]


def _compiled(con: duckdb.DuckDBPyConnection, workdir: Path) -> None:
    from quanxin.measures.in_bulk import put_consequences

    put_consequences(con, evaluation_lake.DAY, evaluation_lake.AT, workdir)
    con.execute("ALTER TABLE consequences RENAME TO found")


def _by_hand(con: duckdb.DuckDBPyConnection, workdir: Path) -> None:
    """The same, as somebody writes it who knows the files, the superseded records and the merges."""
    city.put_decided(con, workdir)
    con.execute("CREATE TABLE rule (ground VARCHAR, measure VARCHAR, type VARCHAR, last DATE, months INT)")
    con.executemany("INSERT INTO rule VALUES (?, ?, ?, ?, ?)", [list(row) for row in _rules_by_hand()])
    con.execute(f"CREATE TABLE ground AS {' UNION ALL '.join(_grounds_by_hand())}")
    con.execute(
        "CREATE TABLE found AS SELECT * FROM (SELECT subject_id, measure, ground.id, "
        "CAST(least(until, last, since + to_months(months)) AS DATE) AS until FROM ground "
        "JOIN subject ON subject.id = subject_id JOIN rule USING (ground, type)) "
        f"WHERE coalesce(until >= DATE '{evaluation_lake.DAY}', true)"
    )


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


def measure_one(folder: Path, subjects: int) -> None:
    """One subject alone, warm, and how much longer a repair takes where it lifts a measure."""
    from django.db import transaction

    from quanxin.accounts import operator
    from quanxin.archive import restrictions, viewers
    from quanxin.archive.models import Record, Restriction
    from quanxin.calendar import now
    from quanxin.measures import following
    from quanxin.measures.models import Application
    from quanxin.measures.reckoning import consequences_of
    from quanxin.policy.model import Basis

    viewer = viewers.centre(operator(), "bench")
    city.measure_one("what follows for one", folder, subjects, lambda one: consequences_of(one, viewer))
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
