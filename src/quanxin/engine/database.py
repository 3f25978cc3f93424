"""The only door to DuckDB.

Invariant: every connection is in memory, and what it is asked reaches no file but those it was given when it was made: no
path outside its folders and files, through no link and no ``..``, no extension, no network, no variable of Python's, no
setting that would change any of this. DuckDB resolves a path before it judges it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

_OWN = ["enable_optimizer"]  # what may be set afterwards: planning few rows without optimising
_CLOSED = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
}


def connect(
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    spill: Path | None = None,
    folders: Iterable[Path] = (),
    files: Iterable[Path] = (),
    options: Mapping[str, str] | None = None,
) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that reads and writes in ``folders`` and ``files`` alone; with neither, nowhere.

    ``spill`` is the folder for what exceeds ``memory_limit``; without it nothing goes to the disk. ``options`` are
    further settings of DuckDB's, as SQL literals; they and all others are fixed from now on.
    """
    config: dict[str, Any] = {**_CLOSED, "temp_directory": str(spill or "")}
    if threads is not None:
        config["threads"] = threads
    if memory_limit is not None:
        config["memory_limit"] = memory_limit
    con = duckdb.connect(":memory:", config=config)
    for name, value in (options or {}).items():
        con.execute(f"SET {name} = {value}")
    con.execute(f"SET allowed_directories = {_listed(folders)}")
    con.execute(f"SET allowed_paths = {_listed(files)}")
    con.execute("SET enable_external_access = false")
    con.execute(f"SET allowed_configs = {_OWN!r}")
    con.execute("SET lock_configuration = true")
    return con


def _listed(paths: Iterable[Path]) -> str:
    """Paths as a list of SQL literals, with links resolved, as DuckDB compares them."""
    quoted = ("'" + str(path.resolve()).replace("'", "''") + "'" for path in paths)
    return f"[{', '.join(quoted)}]"
