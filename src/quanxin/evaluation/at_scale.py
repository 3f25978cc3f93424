"""Evaluating a city on Apache Spark: the lake is read and scored there, by the same queries.

Invariant: the texts of the queries are those that DuckDB runs, translated; what comes back are the same integers. What
only the database knows (what was superseded, merged, who is registered) goes to Spark as files of the workshop, which its
workers must see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from django.conf import settings

from quanxin.archive import lake_on_spark
from quanxin.engine.days import on_day
from quanxin.engine.normalise import literal
from quanxin.engine.scoring import FOUND, Scoring, Source, facts_table, grades_table
from quanxin.engine.scoring_run import create
from quanxin.engine.spark import translated
from quanxin.engine.spark_session import SparkMissing, session
from quanxin.evaluation import sources
from quanxin.evaluation.errors import EvaluationError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


# A model's one join has some twenty sides, each sorted by subject within one task: pages of the ordinary size, sixteen to
# a task's share of the memory, are not enough for all of them at once; nor are twenty tables in each worker's memory.
SETTINGS = {
    "spark.buffer.pageSize": "1m",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.adaptive.autoBroadcastJoinThreshold": "-1",
}


@contextmanager
def cluster(master: str | None) -> Iterator[SparkSession]:
    """A session on a master; raises ``EvaluationError`` where there is no Spark."""
    memory = str(settings.ENGINE_MEMORY).strip().lower().removesuffix("b").replace(" ", "").removesuffix("i")
    own, threads = dict(SETTINGS), settings.ENGINE_THREADS
    if master is None or master.startswith("local"):
        own["spark.sql.shuffle.partitions"] = str(2 * threads)
    try:
        with session(master or f"local[{threads}]", memory=memory, settings=own) as spark:
            yield spark
    except SparkMissing as error:
        raise EvaluationError("spark-missing", part=error.part) from error


def score(
    spark: SparkSession,
    con: duckdb.DuckDBPyConnection,
    scoring: Scoring,
    day: dt.date,
    moment: dt.datetime,
    workdir: Path,
) -> tuple[int, int]:
    """Make ``scores`` and ``marks`` in DuckDB as ``runs`` does, by Spark; return the subjects and records looked at."""
    at, fields = f"DATE {literal(day.isoformat())}", [f for s in scoring.sources for f in s.fields]
    subjects = sources.put_population(con, scoring.model, moment, workdir)
    for name in ("population", "merged", "uncounted", *(grades_table(key) for key in scoring.model.builds_on)):
        lake_on_spark.hand_over(spark, con, name, workdir)
    records = sum(_put_source(spark, con, source, moment, workdir) for source in scoring.sources)
    for source in scoring.sources:
        facts = on_day(scoring.facts[source.resource], at)
        spark.sql(translated(facts, fields)).createOrReplaceTempView(facts_table(source.resource))
    judged = on_day(scoring.judged.replace(FOUND, f"({scoring.found})"), at)
    lake_on_spark.bring_back(spark, con, judged, "scores", workdir, fields)
    marks = " UNION ALL ".join(
        f"SELECT subject_id, {literal(s.resource)} AS resource, id, bits FROM ({on_day(scoring.marks[s.resource], at)}) AS m{n}"
        for n, s in enumerate(scoring.sources)
    )
    lake_on_spark.bring_back(spark, con, marks, "marks", workdir, fields)
    return subjects, records


def _put_source(
    spark: SparkSession, con: duckdb.DuckDBPyConnection, source: Source, moment: dt.datetime, workdir: Path
) -> int:
    """Make the view of a source from the files of the lake; return how many records it has."""
    versions = lake_on_spark.versions(spark, con, source.resource, source.fields, moment, workdir)
    if versions is None:
        create(con, source)
        lake_on_spark.hand_over(spark, con, source.table, workdir)
        return 0
    query = sources.counted(f"({versions}) AS v", source.fields, ())
    return int(lake_on_spark.kept(spark, query, source.table, workdir, source.fields).count())
