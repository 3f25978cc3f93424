"""Sorting checked rows into the five buckets.

Invariant: every row of ``judged`` has exactly one row in ``outcome`` and exactly one bucket there, whatever the order
of the rows. A row that failed anything is quarantined; a sound row whose subject is not known is unlinked.
"""

from __future__ import annotations

import duckdb

from quanxin import engine
from quanxin.engine import Program
from quanxin.intake import ownership
from quanxin.runtime.batch_rows import BatchRows

BUCKETS = ("accepted", "updated", "duplicate", "quarantined", "unlinked")

# Rows that identify one subject in different ways meet only after matching: the same record twice is a duplicate, and
# two different records under one key are all held, for nobody can tell which is right.
TWINS = """
CREATE OR REPLACE TABLE twins AS
SELECT row_no, min(row_no) OVER same AS first_row, min(_content) OVER same <> max(_content) OVER same AS conflicting
FROM candidate_rows JOIN prints USING (row_no)
WINDOW same AS (PARTITION BY subject_id, key_hash)
QUALIFY count(*) OVER same > 1
"""

OFTEN = "QUALIFY count(*) OVER (PARTITION BY subject_id, key_hash) > 1"
# Only rows that have a current version are compared with it.
KNOWN = (
    "SELECT row_no FROM candidate_rows c JOIN current cur ON cur.subject_id = c.subject_id "
    "AND cur.key_hash = c.key_hash AND cur.id IS NOT NULL"
)
OUTCOME = """
CREATE OR REPLACE TABLE outcome AS
SELECT c.row_no, coalesce(cur.kept, m.subject_id) AS subject_id, c._key_hash AS key_hash, cur.id AS replaces,
       coalesce(cur.version, 0) + 1 AS version,
       coalesce(NOT x.prevails AND NOT m.bad AND NOT coalesce(t.conflicting, false)
                AND coalesce(t.first_row = c.row_no, true), false) AS anothers,
       CASE WHEN c._failed OR m.bad OR coalesce(t.conflicting, false) THEN 'quarantined'
            WHEN c._duplicate_of IS NOT NULL THEN 'duplicate'
            WHEN m.subject_id IS NULL THEN 'unlinked'
            WHEN t.first_row <> c.row_no THEN 'duplicate'
            WHEN x.row_no IS NOT NULL THEN CASE WHEN x.prevails THEN 'updated' ELSE 'quarantined' END
            WHEN cur.content_hash = p._content THEN 'duplicate'  -- NULL where the last version was withdrawn
            WHEN cur.id IS NOT NULL THEN 'updated'
            ELSE 'accepted' END AS bucket
FROM judged c
LEFT JOIN assigned m USING (row_no)
LEFT JOIN twins t USING (row_no)
LEFT JOIN current cur ON cur.subject_id = m.subject_id AND cur.key_hash = c._key_hash
LEFT JOIN others x ON x.row_no = c.row_no
LEFT JOIN prints p ON p.row_no = c.row_no AND cur.id IS NOT NULL
"""


def find_twins(con: duckdb.DuckDBPyConnection, program: Program) -> None:
    """Make ``twins`` from ``judged``, ``source`` and ``assigned(row_no, subject_id, bad)``."""
    con.execute(
        "CREATE OR REPLACE TABLE candidate_rows AS SELECT c.row_no, a.subject_id, c._key_hash AS key_hash "
        "FROM judged c JOIN assigned a USING (row_no) "
        "WHERE a.subject_id IS NOT NULL AND NOT a.bad AND NOT c._failed AND c._duplicate_of IS NULL"
    )
    con.execute("CREATE OR REPLACE TABLE twins (row_no BIGINT, first_row BIGINT, conflicting BOOLEAN)")
    if con.execute("SELECT count(*) = count(DISTINCT (subject_id, key_hash)) FROM candidate_rows").fetchone() == (
        True,
    ):
        return
    engine.fingerprint(con, program, "source", f"SELECT row_no FROM candidate_rows {OFTEN}")
    con.execute(TWINS)
    con.execute(
        "INSERT INTO issues (row_no, code, severity) SELECT row_no, 'conflict-in-batch', 'error' FROM twins "
        "WHERE conflicting UNION ALL SELECT row_no, 'duplicate-in-batch', 'note' FROM twins "
        "WHERE NOT conflicting AND first_row <> row_no"
    )


def sort_rows(con: duckdb.DuckDBPyConnection, program: Program, several: BatchRows) -> list[dict[str, int]]:
    """Make ``outcome`` from ``judged``, ``source``, ``current`` and ``others``, and ``entering`` (the rows that go into the
    archive); return each batch's rows in each bucket."""
    engine.fingerprint(con, program, "source", KNOWN)
    con.execute(OUTCOME)
    ownership.report(con)
    con.execute(
        "CREATE OR REPLACE TABLE entering AS SELECT row_no, subject_id, key_hash, replaces, version "
        "FROM outcome WHERE bucket IN ('accepted', 'updated')"
    )
    counts = [dict.fromkeys(BUCKETS, 0) for _ in several.batches]
    query = f"SELECT {several.part('row_no')}, bucket, count(*) FROM outcome GROUP BY ALL"
    for part, bucket, rows in con.execute(query).fetchall():
        counts[part][bucket] = rows
    return counts


def count_codes(con: duckdb.DuckDBPyConnection, several: BatchRows) -> list[dict[str, int]]:
    """Each batch's rows for each code found, in the order of the codes."""
    counts: list[dict[str, int]] = [{} for _ in several.batches]
    part = several.part("row_no")
    query = f"SELECT {part} AS part, code, count(DISTINCT row_no) FROM issues GROUP BY ALL ORDER BY code"
    for batch, code, rows in con.execute(query).fetchall():
        counts[batch][code] = rows
    return counts
