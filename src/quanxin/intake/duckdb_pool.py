"""Benches: workshops that stay, for intakes of few rows.

Invariant: nothing of one intake is there for the next: what it makes lies in a database of its own, and goes with it; a
bench at which anything failed is not used again. There are no more than the engine may have threads, for planning a
program anew at each of many would take longer than waiting for one. Whoever waits for a bench holds no lock of a resource.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from django.conf import settings

from quanxin.engine import Prepared
from quanxin.intake.reading import table
from quanxin.runtime.bridge import few_rows, put
from quanxin.runtime.duckdb_scratch import connect, own_folder, workshop

# bytes that an intake of any size takes, bytes for each thread and each row; and what its rows weigh on the disk
_ANY, _THREAD, _ROW = 96 << 20, 64 << 20, 320

_room = threading.BoundedSemaphore(settings.ENGINE_THREADS)
# by process and data directory, outside of which a bench reaches nothing
_free: list[tuple[int, Path, duckdb.DuckDBPyConnection, Prepared]] = []
_foreign: list[duckdb.DuckDBPyConnection] = []  # those of a parent process, which are not ours to close


@contextmanager
def bench() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path, Prepared]]:
    """A DuckDB of one thread that stays, a folder that is removed, and the programs that the DuckDB keeps prepared.

    Waits until one is free. Within it rows cross to PostgreSQL in memory.
    """
    with _room:
        yield from _taken()


def _taken() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path, Prepared]]:
    con, standing = _take()
    try:
        with own_folder() as folder, few_rows():
            con.execute("ATTACH ':memory:' AS work")
            con.execute("USE work")
            yield con, folder, standing
            con.execute("USE memory")
            con.execute("DETACH work")
    except BaseException:
        con.close()
        raise
    _free.append((os.getpid(), settings.DATA_DIR, con, standing))


@contextmanager
def bench_if_free(few: bool) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path, Prepared | None]]:
    """For ``few`` rows a bench, if one is free now: else a workshop, which keeps no programs. For who holds locks."""
    if few and _room.acquire(blocking=False):
        try:
            yield from _taken()
        finally:
            _room.release()
    else:
        with workshop() as (con, workdir):
            yield con, workdir, None


@contextmanager
def source(
    columns: Sequence[str], folder: Path, *, rows: int | None, few: bool
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path, Prepared | None]]:
    """A DuckDB with ``source``, the rows with ``columns`` that a file's reader left in ``folder``, and a folder for it: of
    ``few`` rows a bench, else a workshop, which keeps no programs, with the memory that ``rows`` rows need (None: with all
    that it may have)."""
    if few:
        with bench() as (con, workdir, standing):
            put(con, "source", table.few(columns, folder))
            yield con, workdir, standing
    else:
        with workshop(folders=[folder], memory=None if rows is None else _memory_for(rows, folder)) as (con, workdir):
            table.publish(con, columns, folder)
            yield con, workdir, None


def _memory_for(rows: int, folder: Path) -> int:
    """Bytes that the engine needs for an intake: allowed more, it keeps what it could write to the disk.

    What it evaluates takes some hundred MB for each thread beside that.
    """
    weight = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    return _ANY + _THREAD * settings.ENGINE_THREADS + _ROW * rows + weight


def _take() -> tuple[duckdb.DuckDBPyConnection, Prepared]:
    """A bench that is free, else a new one. A forked process has none: its parent's are of threads that it lacks."""
    with suppress(IndexError):
        while True:
            process, place, con, standing = _free.pop()
            if process != os.getpid():
                _foreign.append(con)
            elif place == settings.DATA_DIR:
                return con, standing
    con = connect(1, None)
    return con, Prepared(con)
