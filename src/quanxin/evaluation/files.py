"""The files of runs: scores with their points and values, and the records behind them.

Invariant: a file counts only if a committed run names it; rows are in the order of subjects, so that the same results
have the same bytes. Files that no run names are left from runs that died, and the next run clears them.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

from quanxin.evaluation.models import Run

PARTS = {
    "scores": "SELECT * FROM scores ORDER BY subject_id",
    "marks": "SELECT * FROM marks WHERE subject_id IN (SELECT subject_id FROM scores) ORDER BY subject_id, resource, id",
}


def root() -> Path:
    """The folder of the runs' files; every path in a manifest is relative to it."""
    return Path(settings.DATA_DIR) / "evaluation"


def write(con: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    """Write the tables ``scores`` and ``marks`` as the files of a run and return its manifest."""
    root().mkdir(parents=True, exist_ok=True)
    _sweep()
    manifest = []
    for part, query in PARTS.items():
        path, draft = root() / f"{name}.{part}.parquet", root() / f".{name}.{part}.part"
        con.execute(f"COPY ({query}) TO '{draft}' (FORMAT parquet, COMPRESSION zstd)")
        with draft.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        draft.rename(path)
        manifest.append({"part": part, "path": path.name, "bytes": path.stat().st_size, "sha256": digest})
    return manifest


def path_of(run: Run, part: str) -> Path:
    """The file of a run; raises ``FileNotFoundError`` for a run without one."""
    entry = next((e for e in run.manifest if e["part"] == part), None)
    if entry is None:
        raise FileNotFoundError(f"run {run.pk} has no {part}")
    return root() / str(entry["path"])


def _sweep() -> None:
    """Remove what no run names; runs of one model wait for each other, those of another are told by their names."""
    named = {e["path"] for manifest in Run.objects.values_list("manifest", flat=True) for e in manifest}
    for path in root().glob("*.parquet"):
        if path.name not in named and _is_abandoned(path):
            path.unlink(missing_ok=True)


def _is_abandoned(path: Path) -> bool:
    """Whether the run that a file is named after was never committed, and is not one that is being written now."""
    number = path.name.rpartition("-")[2].split(".")[0]
    newest = Run.objects.order_by("-id").values_list("id", flat=True).first() or 0
    return number.isdigit() and int(number) < newest
