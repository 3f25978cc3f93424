"""Classes of everyone, and the strata that a draw takes its objects from.

Invariant: the text of the query is the one that answers for one subject; the same day and moment give the same rows, whatever
was reckoned or stored since. Nobody but an organisation is in a stratum by class.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from quanxin.engine import classes, grounds_run
from quanxin.engine.classes import Ground
from quanxin.engine.grounds import Program
from quanxin.measures.in_bulk import put_answer_by_spark, put_grounds
from quanxin.runtime.pack import current_pack
from quanxin.supervision.classing import grades, reviews
from quanxin.supervision.classing.reckoning import unscored_merges

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def put_classes(
    con: duckdb.DuckDBPyConnection,
    day: dt.date,
    moment: dt.datetime,
    workdir: Path,
    only: Collection[int] | None = None,
    schemes: Collection[str] | None = None,
    spark: SparkSession | None = None,
) -> None:
    """Make ``classes`` with the columns of ``engine.classes.Ground`` as of a day, as known at a moment, of everyone or of
    ``only`` some subjects, by all schemes or some; ``level`` is what reviews set where that holds."""
    program = classes.compile_schemes(current_pack(), day, schemes)
    if spark is not None:
        put_answer_by_spark(spark, con, program, day, moment, workdir, "classes", apart_from=unscored_merges())
    else:
        put_grounds(con, program, moment, workdir, only, apart_from=unscored_merges())
        grounds_run.put_answer(con, program, day, "classes")
    _put_reviews(con, day, moment, program)


def _put_reviews(con: duckdb.DuckDBPyConnection, day: dt.date, moment: dt.datetime, program: Program) -> None:
    """Let the classes that reviews set stand where they hold; there are few."""
    con.execute("CREATE OR REPLACE TABLE reviewed (scheme VARCHAR, subject_id BIGINT, level VARCHAR)")
    schemes = current_pack().on(day).schemes
    compiled = {str(row[1]) for row in program.rules}
    found = reviews.standing(None, day, moment, compiled)
    if not found:
        return
    subjects = sorted({subject for _, subject in found})
    rows = con.execute("SELECT * FROM classes WHERE subject_id IN (SELECT unnest(?::BIGINT[]))", [subjects]).fetchall()
    by_key: dict[tuple[str, int], list[Ground]] = {}
    for row in rows:
        ground = Ground(*row)
        by_key.setdefault((ground.scheme, ground.subject), []).append(ground)
    hold = [
        [key[0], key[1], found[key].level]
        for key, some in by_key.items()
        if key in found and found[key].holds(schemes[key[0]], some[0].level, some)
    ]
    if hold:
        con.executemany("INSERT INTO reviewed VALUES (?, ?, ?)", hold)
        con.execute(
            "UPDATE classes SET level = reviewed.level FROM reviewed "
            "WHERE reviewed.scheme = classes.scheme AND reviewed.subject_id = classes.subject_id"
        )


def put_strata(con: duckdb.DuckDBPyConnection, scheme: str, day: dt.date, moment: dt.datetime, workdir: Path) -> None:
    """Make ``strata(subject_id, level)`` of a scheme in force on a day, as known at a moment: the class, or what the pack's
    matrix makes of it and the public grade. Raises ``KeyError`` for no such scheme."""
    rules = current_pack().on(day)
    found = rules.schemes[scheme]
    put_classes(con, day, moment, workdir, schemes=[scheme])
    con.execute("CREATE OR REPLACE TABLE strata AS SELECT DISTINCT subject_id, level FROM classes")
    matrix = next((one for one in rules.matrices.values() if one.scheme == scheme), None)
    if matrix is not None:
        grades.put_grades(con, matrix.model, day, moment, workdir)
        _combine(con, list(matrix.strata(found)))


def _combine(con: duckdb.DuckDBPyConnection, cells: list[tuple[str, str, str]]) -> None:
    con.execute("CREATE OR REPLACE TABLE cells (grade VARCHAR, level VARCHAR, stratum VARCHAR)")
    con.executemany("INSERT INTO cells VALUES (?, ?, ?)", [list(cell) for cell in cells])
    con.execute(
        "CREATE OR REPLACE TABLE strata AS SELECT s.subject_id, coalesce(c.stratum, s.level) AS level FROM strata AS s "
        "LEFT JOIN grades AS g ON g.subject_id = s.subject_id LEFT JOIN cells AS c ON c.grade = g.grade AND c.level = s.level"
    )
