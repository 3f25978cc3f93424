"""A workshop: a folder and a DuckDB of its own, gone when what was done in it is.

Invariant: nothing in a workshop is needed once its process ended; a workshop whose owner died (its lock is free) is
cleared by the next one.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import duckdb
from django.conf import settings

from quanxin.engine import database

COLUMNS = ("lake", "evaluation")  # folders of the data directory that hold what the platform keeps in columns
_PLANNING = {
    # long IN lists as joins would break the engine's single pass over the rows into many
    "disabled_optimizers": "'in_clause'",
    "enable_progress_bar": "false",  # it writes over what a command tells, and into a worker's log
}

_SIZE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?)(I?)B?\s*", re.IGNORECASE)


@contextmanager
def workshop(
    files: Iterable[Path] = (), folders: Iterable[Path] = (), *, memory: int | None = None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A DuckDB in memory that spills into a folder of its own, and the folder; both are removed afterwards.

    It reads and writes in that folder, in the platform's columns (``COLUMNS``), and in what is named: ``files`` that were
    handed in, ``folders`` that hold what was made elsewhere. It takes ``memory`` bytes at most, and never more than the
    settings allow.
    """
    with own_folder() as folder:
        con = connect(settings.ENGINE_THREADS, folder / "spill", files, (folder, *folders), _PLANNING, memory)
        try:
            yield con, folder
        finally:
            con.close()


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder of the caller's own, removed afterwards; if its process dies, by the next one."""
    base = Path(settings.DATA_DIR) / "work"
    base.mkdir(parents=True, exist_ok=True)
    base.chmod(0o700)  # what lies in a workshop is as it was handed in
    folder = base / f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
    with _open_with_lock(base, folder):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def connect(
    threads: int,
    spill: Path | None,
    files: Iterable[Path] = (),
    folders: Iterable[Path] = (),
    options: Mapping[str, str] | None = None,
    memory: int | None = None,
) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that takes what the settings allow, or ``memory`` bytes if that is less; without ``spill`` nothing
    of it goes to the disk."""
    allowed = size_of(settings.ENGINE_MEMORY)
    limit = f"{memory}B" if memory is not None and allowed is not None and memory < allowed else settings.ENGINE_MEMORY
    own = [Path(settings.DATA_DIR) / name for name in COLUMNS]
    return database.connect(
        threads=threads,
        memory_limit=limit,
        spill=spill,
        folders=(*own, *folders),
        files=files,
        options=options,
    )


def size_of(text: str) -> int | None:
    """The bytes of a size as DuckDB reads it: ``2GB``, ``512 MiB``; None for a share of the machine's memory (``80%``)."""
    found = _SIZE.fullmatch(text)
    if found is None:
        return None
    number, prefix, binary = found.groups()
    return int(float(number) * (1024 if binary else 1000) ** " KMGT".index(prefix.upper() or " "))


def cursor_beside(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Another cursor, for another thread, that sees the tables of ``con``."""
    other = con.cursor()
    place = con.execute("SELECT current_database()").fetchone()
    other.execute(f"USE {place[0] if place else 'memory'}")
    return other


def _open_with_lock(base: Path, folder: Path) -> IO[str]:
    """Clear what was abandoned, make the folder and hold its lock, which lasts as long as the file stays open.

    One at a time: between a folder's making and its locking nobody may take it for abandoned.
    """
    with (base / ".lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        _clear_abandoned(base)
        folder.mkdir()
        lock = (folder / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock


def _clear_abandoned(base: Path) -> None:
    """Remove the folders whose lock nobody holds; one that its owner is removing just now is left to it."""
    for folder in base.iterdir():
        with suppress(FileNotFoundError, NotADirectoryError, BlockingIOError), (folder / "lock").open() as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
