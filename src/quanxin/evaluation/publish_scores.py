"""Making the results of a run the scores of its subjects.

Invariant: what a run found and what stands agree afterwards, for exactly the subjects that it was about; every
difference leaves a line of history. Runs of one model do this one after the other.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from quanxin.evaluation.models import Run
from quanxin.runtime import locks
from quanxin.runtime.bridge import pg_cursor, temporary, to_postgres

# About whom the run was: everyone with a score of the model, or the named ones.
CHANGED = """
INSERT INTO evaluation_change (model, subject_id, run_id, score, grade)
SELECT %(model)s, i.subject_id, %(run)s, i.score, i.grade
FROM pg_temp.scored i LEFT JOIN evaluation_score s ON s.model = %(model)s AND s.subject_id = i.subject_id
WHERE s.subject_id IS NULL OR (s.score, s.grade) IS DISTINCT FROM (i.score, i.grade)
ORDER BY i.subject_id
"""
GONE = """
WITH gone AS (
    DELETE FROM evaluation_score s WHERE s.model = %(model)s AND (%(all)s OR s.subject_id = ANY(%(only)s))
        AND NOT EXISTS (SELECT 1 FROM pg_temp.scored i WHERE i.subject_id = s.subject_id)
    RETURNING s.subject_id
)
INSERT INTO evaluation_change (model, subject_id, run_id, score, grade)
SELECT %(model)s, subject_id, %(run)s, NULL, '' FROM gone ORDER BY subject_id
"""
STANDS = """
INSERT INTO evaluation_score (model, subject_id, score, grade, vetoes, run_id)
SELECT %(model)s, subject_id, score, grade, vetoes, %(run)s FROM pg_temp.scored
ON CONFLICT (model, subject_id) DO UPDATE SET score = EXCLUDED.score, grade = EXCLUDED.grade,
    vetoes = EXCLUDED.vetoes, run_id = EXCLUDED.run_id
WHERE (evaluation_score.score, evaluation_score.grade, evaluation_score.vetoes)
    IS DISTINCT FROM (EXCLUDED.score, EXCLUDED.grade, EXCLUDED.vetoes)
"""
DIFFERENT = """
SELECT count(*) FROM pg_temp.scored i
FULL JOIN (SELECT * FROM evaluation_score WHERE model = %(model)s) s ON s.subject_id = i.subject_id
WHERE (i.subject_id, i.score, i.grade, i.vetoes) IS DISTINCT FROM (s.subject_id, s.score, s.grade, s.vetoes)
"""


def lock(model: str) -> None:
    """Wait for and hold a model until the transaction ends: one run at a time gives its scores."""
    locks.hold(locks.Kind.MODEL, model)


def apply(con: duckdb.DuckDBPyConnection, run: Run, only: Collection[int] | None) -> None:
    """Make the DuckDB table ``scores`` the scores that stand, for the named subjects or for everyone."""
    _bring(con)
    said = {"model": run.model, "run": run.pk, "all": only is None, "only": sorted(only or ())}
    with pg_cursor() as cursor:
        for statement in (CHANGED, GONE, STANDS):
            cursor.execute(statement, said)


def differences(con: duckdb.DuckDBPyConnection, model: str) -> int:
    """How many subjects' scores are not what the DuckDB table ``scores`` says."""
    _bring(con)
    with pg_cursor() as cursor:
        cursor.execute(DIFFERENT, {"model": model})
        return int(cursor.fetchone()[0])


def _bring(con: duckdb.DuckDBPyConnection) -> None:
    with pg_cursor() as cursor:
        temporary(cursor, "scored", "subject_id bigint, score integer, grade varchar(8), vetoes bigint")
        to_postgres(
            con,
            "SELECT subject_id, score, grade, vetoes FROM scores",
            "scored",
            ("subject_id", "score", "grade", "vetoes"),
        )
        cursor.execute("ANALYZE pg_temp.scored")
