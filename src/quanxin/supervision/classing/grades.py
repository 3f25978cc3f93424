"""Public grades that matrices combine classes with: what a model gave a subject by a day, as known at a moment.

Invariant: the grade is that of the last run by then; what became of scores afterwards changes nothing.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from quanxin.engine.normalise import literal
from quanxin.runtime.bridge import pg_cursor, to_duckdb

if TYPE_CHECKING:
    import duckdb

_GRADES = """
SELECT DISTINCT ON (c.model, c.subject_id) c.model, c.subject_id, c.grade
FROM evaluation_change c JOIN evaluation_run r ON r.id = c.run_id
WHERE r.as_of <= {day} AND r.at <= {moment} AND {which}
ORDER BY c.model, c.subject_id, c.id DESC
"""


def grades_of(subject: int, day: dt.date, moment: dt.datetime) -> dict[str, str]:
    """The grades of a subject, by model."""
    with pg_cursor() as cursor:
        cursor.execute(_GRADES.format(day="%s", moment="%s", which="c.subject_id = %s"), (day, moment, subject))
        return {model: grade for model, _, grade in cursor.fetchall() if grade}


def put_grades(con: duckdb.DuckDBPyConnection, model: str, day: dt.date, moment: dt.datetime, workdir: Path) -> None:
    """Make ``grades(subject_id, grade)`` of everyone whom a model graded."""
    at = literal(moment.isoformat())
    query = _GRADES.format(day=literal(day.isoformat()), moment=at, which=f"c.model = {literal(model)}")
    columns = {"subject_id": "BIGINT", "grade": "VARCHAR"}
    to_duckdb(con, f"SELECT subject_id, grade FROM ({query}) AS g WHERE grade <> ''", "grades", columns, workdir)
