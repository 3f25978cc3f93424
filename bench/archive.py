"""The archive of a subject: one query by index, whatever the city's size.

Invariant: subjects are drawn by chance among those that have records, the one with the most records among them.
"""

from __future__ import annotations

import random
import time

from django.db import connection

from bench.ground import line, percentiles


def measure(subjects: int = 500) -> None:
    """Print the percentiles of reading the public archive of a subject."""
    from quanxin.archive.queries import archive_of
    from quanxin.archive.viewers import PUBLIC

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT subject_id FROM archive_record GROUP BY 1 ORDER BY count(*) DESC, 1")
        ids = [row[0] for row in cursor.fetchall()]
    drawn = [ids[0], *random.Random(5).sample(ids, min(subjects, len(ids)))]
    seconds = []
    for subject in drawn:
        started = time.perf_counter()
        archive_of(subject, PUBLIC)
        seconds.append(time.perf_counter() - started)
    line("archive of a subject, public", percentiles(seconds), "p95 ≤ 25 ms")
    _storage()


def _storage() -> None:
    """Print what a record of the archive takes in the database, with its indexes, and in the lake."""
    from quanxin.archive.lake_compaction import statistics

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_table_size(c.oid)), sum(pg_indexes_size(c.oid)), (SELECT count(*) FROM archive_record) "
            "FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'archive_record'::regclass"
        )
        rows, indexes, count = (int(n) for n in cursor.fetchone())
    kept = next(s for s in statistics({}) if s.resource == "administrative-penalty")
    line("a record in PostgreSQL: row, indexes", f"{rows / count:.0f} + {indexes / count:.0f} bytes")
    line("a penalty in the lake", f"{kept.bytes / kept.rows:.0f} bytes")
