"""A city's night: every enterprise evaluated by the model of sixty indicators, beside the same model written by hand.

Invariant: both read the same files of the lake on two threads, each in a process of its own, and end with the same score,
grade, vetoes, dimensions, points and values of every subject, or the measurement fails. What is timed begins with the
register and the judgements in memory and ends with the table of scores; the files of a run are timed apart. Wall time
is noisy where other work runs: the seconds of the processor stand beside it.
"""

from __future__ import annotations

import resource as usage
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from bench import evaluation_lake
from bench.ground import Cost, elsewhere, line

MODEL = "public-enterprise"
BY_HAND = Path(__file__).with_name("evaluation_by_hand.sql")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a process measured: its steps, the peak of its memory in MB, and what it found."""

    costs: dict[str, Cost]
    peak: float
    digest: tuple[Any, ...]
    counts: dict[str, int]


def measure(scales: list[int], subjects: int, folder: Path) -> None:
    """Print, for each number of records, how the compiled model compares with the one by hand, and the growth."""
    elsewhere(_enrol, subjects)
    nights, compiled = {}, {}
    for records in scales:
        size = elsewhere(evaluation_lake.lay, records, subjects)
        elsewhere(_hand_over, folder)
        by_hand = elsewhere(_by_hand, folder)
        plain, full = elsewhere(_compiled, False), elsewhere(_compiled, True)
        _tell(f"{records / 1e6:g} million records", size, records, by_hand, plain, full)
        compiled[records] = full.costs["scores"] + full.costs["files"]
        night = elsewhere(_night)
        nights[records] = night.costs["whole"]
        line("  a whole run, scores put into PostgreSQL for the first time", str(nights[records]))
        line("  its peak memory", f"{night.peak:6.0f} MB", "≤ 3072 MB")
    least, most = min(scales), max(scales)
    if most > least:
        name = f"growth from {least:,} to {most:,} records"
        line(f"{name}, with explanation", compiled[most] / compiled[least], f"≤ {most / least:g}")
        line(f"{name}, a whole run", nights[most] / nights[least], f"≤ {most / least:g}")


def _enrol(subjects: int) -> None:
    """The register, and the model in use, as two people put it there."""
    from quanxin.accounts.actors import Actor, Role
    from quanxin.evaluation import editions

    evaluation_lake.enrol(subjects)
    proposed = editions.propose(Actor("modeller", frozenset({Role.MODELLER})), MODEL, reason="bench")
    editions.decide(Actor("approver", frozenset({Role.APPROVER})), proposed, approved=True, remark="bench")


def _tell(scale: str, size: int, records: int, by_hand: Outcome, plain: Outcome, full: Outcome) -> None:
    assert by_hand.digest == plain.digest == full.digest, "the model by hand and the compiled one differ"
    subjects, of_hash = plain.digest
    line(f"{scale}: in the lake", f"{size / 1e6:,.0f} MB, {size / records:.0f} bytes a record")
    line(f"{scale}: evaluated alike by both, digest", f"{subjects:,} subjects, {of_hash % 10**12}")
    line(f"{scale}: register and judgements brought (both)", str(plain.costs["register"]))
    line(f"{scale}: by hand, {BY_HAND.name}", str(by_hand.costs["scores"]))
    line(f"{scale}: compiled", str(plain.costs["scores"]))
    line("  ÷ by hand", plain.costs["scores"] / by_hand.costs["scores"], "≤ 1.2")
    without, explained = (o.costs["scores"] + o.costs["files"] for o in (plain, full))
    line(f"{scale}: compiled, with its file of scores", str(without))
    line(f"{scale}: with {full.counts['marks']:,} marks too", str(explained))
    line("  with everyone's explanation ÷ without", explained / without, "≤ 1.5")
    for name, outcome in (("by hand", by_hand), ("compiled", plain), ("with explanation", full)):
        line(f"  peak memory, {name}", f"{outcome.peak:6.0f} MB", "≤ 3072 MB")


class Watch:
    """Costs by step, from one look to the next."""

    def __init__(self) -> None:
        self.costs: dict[str, Cost] = {}
        self._last = self._now()

    @staticmethod
    def _now() -> tuple[float, float]:
        used = usage.getrusage(usage.RUSAGE_SELF)
        return time.perf_counter(), used.ru_utime + used.ru_stime

    def took(self, step: str) -> None:
        now = self._now()
        self.costs[step] = Cost(now[0] - self._last[0], now[1] - self._last[1])
        self._last = now


def _peak() -> float:
    return usage.getrusage(usage.RUSAGE_SELF).ru_maxrss / 1024


def _digest(con: duckdb.DuckDBPyConnection, table: str) -> tuple[Any, ...]:
    """How many rows, and the sum of their hashes over all columns by name."""
    names = sorted(row[0] for row in con.execute(f"DESCRIBE {table}").fetchall())
    texts = ", ".join(f"{name}::VARCHAR" for name in names)
    return tuple(con.execute(f"SELECT count(*), sum(hash({texts})::HUGEINT) FROM {table}").fetchall()[0])


def _hand_over(folder: Path) -> None:
    """Write what only the database knows as files for the model by hand."""
    from quanxin.engine.scoring import compile_model
    from quanxin.evaluation import sources
    from quanxin.evaluation.editions import model_in_use
    from quanxin.runtime.bridge import to_duckdb
    from quanxin.runtime.duckdb_scratch import workshop
    from quanxin.runtime.pack import current_pack

    scoring = compile_model(model_in_use(MODEL)[0], current_pack())
    with workshop() as (con, workdir):
        sources.put_decided(con, evaluation_lake.AT)
        sources.put_population(con, scoring.model, evaluation_lake.AT, workdir)
        told = "SELECT resource, id FROM archive_record WHERE superseded_at IS NOT NULL"
        to_duckdb(con, told, "ended", {"resource": "VARCHAR", "id": "BIGINT"}, workdir)
        for table in ("population", "merged", "ended"):
            con.execute(f"COPY {table} TO '{folder / table}.parquet'")


def _by_hand(folder: Path) -> Outcome:
    from quanxin.archive import lake
    from quanxin.runtime.duckdb_scratch import workshop

    with workshop() as (con, _):
        for table in ("population", "merged", "ended"):
            con.execute(f"CREATE TABLE {table} AS FROM '{folder / table}.parquet'")
        con.execute(f"SET VARIABLE day = DATE '{evaluation_lake.DAY}'")
        con.execute(f"SET VARIABLE lake = '{lake.root()}'")
        watch = Watch()
        con.execute(BY_HAND.read_text(encoding="utf-8"))
        watch.took("scores")
        peak = _peak()
        return Outcome(watch.costs, peak, _digest(con, "by_hand"), {})


def _compiled(explained: bool) -> Outcome:
    """The run's own steps, with or without the marks."""
    from quanxin.engine import scoring_run
    from quanxin.engine.scoring import compile_model
    from quanxin.evaluation import files, sources
    from quanxin.evaluation.editions import model_in_use
    from quanxin.runtime.duckdb_scratch import workshop
    from quanxin.runtime.pack import current_pack

    scoring, day, moment = (
        compile_model(model_in_use(MODEL)[0], current_pack()),
        evaluation_lake.DAY,
        evaluation_lake.AT,
    )
    with workshop() as (con, workdir):
        watch = Watch()
        sources.put_decided(con, moment)
        sources.put_population(con, scoring.model, moment, workdir)
        scoring_run.create_marks(con, scoring)
        watch.took("register")
        for source in scoring.sources:
            sources.from_lake(con, source, moment, workdir)
            (scoring_run.score_source if explained else scoring_run.find_facts)(con, scoring, source, day)
            con.execute(f"DROP TABLE {source.table}")
        scoring_run.score_subjects(con, scoring, day)
        watch.took("scores")
        files.write(con, "bench-00000000")
        watch.took("files")
        peak = _peak()
        marks = int(con.execute("SELECT count(*) FROM marks").fetchall()[0][0])
        return Outcome(watch.costs, peak, _digest(con, "scores"), {"marks": marks})


def _night() -> Outcome:
    """A whole run as ``quanxin evaluate`` makes it, over scores that nobody has yet."""
    from quanxin.accounts import operator
    from quanxin.evaluation import runs
    from quanxin.evaluation.models import Score
    from quanxin.runtime.bridge import pg_cursor

    with pg_cursor() as cursor:
        for table in ("evaluation_change", "evaluation_score", "evaluation_run"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE evaluation_change, evaluation_score, evaluation_run")
        for table in ("evaluation_change", "evaluation_score", "evaluation_run"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    watch = Watch()
    (run,) = runs.evaluate(operator(), [MODEL])
    watch.took("whole")
    assert run.subjects == Score.objects.count()
    return Outcome(watch.costs, _peak(), (run.subjects,), {})


def measure_spark(records: int, subjects: int) -> None:
    """Print how long a trial of the same day takes on Spark ``local[2]`` and on DuckDB, with equal results."""
    from quanxin.engine.spark_session import missing

    if part := missing():
        line("Spark", f"not measured: {part} is missing")
        return
    elsewhere(_enrol, subjects)
    elsewhere(evaluation_lake.lay, records, subjects)
    here, there = elsewhere(_trial, "duckdb"), elsewhere(_trial, "spark")
    assert here.digest == there.digest, "DuckDB and Spark differ"
    scale = f"{records / 1e6:g} million records, {subjects:,} enterprises, a trial run"
    line(f"{scale} on DuckDB", f"{here.costs['whole'].wall:7.1f} s")
    line(f"{scale} on Spark local[2]", f"{there.costs['whole'].wall:7.1f} s")
    line("  ÷ DuckDB", f"{there.costs['whole'].wall / here.costs['whole'].wall:6.1f}", "reported")


def _trial(engine: Literal["duckdb", "spark"]) -> Outcome:
    from quanxin.accounts import operator
    from quanxin.evaluation import files, runs

    watch = Watch()
    (run,) = runs.evaluate(
        operator(),
        [MODEL],
        as_of=evaluation_lake.DAY,
        known_at=evaluation_lake.AT,
        engine=engine,
        master="local[2]" if engine == "spark" else None,
    )
    watch.took("whole")
    con = duckdb.connect()
    con.execute(f"CREATE VIEW scores AS FROM '{files.path_of(run, 'scores')}'")
    return Outcome(watch.costs, _peak(), _digest(con, "scores"), {})
