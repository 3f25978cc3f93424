"""Intake of penalty rows, each part beside its floor.

Invariant: a floor does the same work on the same rows in the same run: CSV to Parquet by DuckDB alone for checking and
bucketing, a plain COPY of the very rows into the very table for the commit.
"""

from __future__ import annotations

import resource as usage
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import duckdb

from bench.ground import line, timed


def measure(folder: Path, rows: int, threads: int = 2) -> None:
    """Print how checking and committing ``rows`` penalties compare with their floors, and the peak of memory."""
    from bench.rows import write_penalties

    path = folder / "penalties.csv"
    with ProcessPoolExecutor(1, get_context("spawn")) as elsewhere:  # so that their memory is not the intake's
        elsewhere.submit(write_penalties, path, rows).result()
        floor = elsewhere.submit(_to_parquet, path, folder / "floor.parquet", threads).result()
    steps = _intake(path)
    peak = usage.getrusage(usage.RUSAGE_SELF).ru_maxrss / 1024
    checked = steps["committing"] - steps["start"]
    committed = steps["end"] - steps["committing"]
    line(f"{rows:,} rows, CSV to Parquet by DuckDB alone", f"{floor:6.2f} s")
    line(f"{rows:,} rows, read, checked, matched, bucketed", f"{checked:6.2f} s")
    for name, start, end in (
        ("reading", "reading", "checking"),
        ("checking", "checking", "matching"),
        ("matching and bucketing", "matching", "committing"),
    ):
        line(f"  of which {name}", f"{steps[end] - steps[start]:6.2f} s")
    line("  ÷ floor", f"{checked / floor:6.2f}", "≤ 2.2")
    plain = _plain_copy(folder / "records.csv")
    line(f"{rows:,} rows, plain COPY into the same table", f"{plain:6.2f} s")
    line(f"{rows:,} rows, committed (lake, constraints, events, held rows)", f"{committed:6.2f} s")
    line("  ÷ plain COPY", f"{committed / plain:6.2f}", "≤ 1.6")
    line("peak memory of the intake's process", f"{peak:6.0f} MB")


def _to_parquet(path: Path, out: Path, threads: int) -> float:
    """Seconds of the better of two runs."""
    return min(timed(lambda: _convert(path, out, threads))[0] for _ in range(2))


def _convert(path: Path, out: Path, threads: int) -> None:
    con = duckdb.connect(config={"threads": threads})
    con.execute("SET enable_progress_bar = false")
    con.execute(f"COPY (SELECT * FROM read_csv('{path}', all_varchar = true)) TO '{out}' (COMPRESSION zstd)")
    con.close()


def _intake(path: Path) -> dict[str, float]:
    from quanxin.accounts import operator
    from quanxin.intake.pipeline import intake

    steps = {"start": time.perf_counter()}

    def reached(step: str) -> None:
        steps.setdefault(step, time.perf_counter())

    receipt = intake(
        path,
        resource="administrative-penalty",
        provider="market-regulation",
        actor=operator(),
        on_progress=reached,
    )
    steps["end"] = time.perf_counter()
    print(
        f"  {receipt.received:,} = {receipt.accepted:,} + {receipt.updated:,} + {receipt.duplicate:,} + "
        f"{receipt.quarantined:,} + {receipt.unlinked:,}; {receipt.codes}"
    )
    return steps


def _plain_copy(file: Path) -> float:
    """Seconds that a plain COPY of the records takes into the record table, emptied before."""
    from quanxin.archive.commit import RECORD_COLUMNS
    from quanxin.runtime.bridge import CHUNK, pg_cursor

    columns = ", ".join(RECORD_COLUMNS)
    with pg_cursor() as cursor:
        where = "WHERE resource = 'administrative-penalty'"
        with (
            file.open("wb") as out,
            cursor.copy(f"COPY (SELECT {columns} FROM archive_record {where}) TO STDOUT") as rows,
        ):
            for chunk in rows:
                out.write(chunk)
        cursor.execute("ALTER TABLE archive_record DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE archive_record")
        cursor.execute("ALTER TABLE archive_record ENABLE TRIGGER USER")
    started = time.perf_counter()
    fill = f"COPY archive_record ({columns}) FROM STDIN"
    with pg_cursor() as cursor, file.open("rb") as data, cursor.copy(fill) as copy:
        while chunk := data.read(CHUNK):
            copy.write(chunk)
    return time.perf_counter() - started
