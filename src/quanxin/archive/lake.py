"""The lake: the archive in columns, one typed Parquet file for each committed batch.

Invariant: a file belongs to the lake only if a committed batch row names it, so the lake is exactly as atomic as the
database. Files that no batch names are left from acts that died; they were announced before they were written, and
are swept away under the lock of their resource. What was superseded is told by the database and taken out when reading.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

from quanxin.archive.models import Batch
from quanxin.runtime.durable import sync


def root() -> Path:
    """The folder of the lake; every path in a manifest is relative to it."""
    return Path(settings.DATA_DIR) / "lake"


def write(con: duckdb.DuckDBPyConnection, query: str, *, resource: str, batch: str) -> list[dict[str, Any]]:
    """Write the rows of ``query`` as the file of ``batch`` and return its manifest: path, rows, bytes, SHA-256.

    The file is complete and on disk before it has its name. An empty query writes nothing.
    """
    path, draft = _places(resource, batch)
    path.parent.mkdir(parents=True, exist_ok=True)
    row = con.execute(f"COPY ({query}) TO '{draft}' (FORMAT parquet, COMPRESSION zstd)").fetchone()
    rows = int(row[0]) if row else 0
    if not rows:
        draft.unlink()
        return []
    digest = _digest_and_sync(draft)
    draft.rename(path)
    sync(path.parent)
    return [{"path": _relative(path), "rows": rows, "bytes": path.stat().st_size, "sha256": digest}]


def _digest_and_sync(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return digest


def orphans(resource: str | None = None) -> list[Path]:
    """Files in the lake, of one resource or of all, that no committed batch names."""
    base = root() / resource if resource else root()
    found = sorted(p for p in base.rglob("*") if p.is_file())
    manifests = Batch.objects.filter(resource=resource) if resource else Batch.objects.all()
    named = {entry["path"] for manifest in manifests.values_list("manifest", flat=True) for entry in manifest}
    return [p for p in found if _relative(p) not in named]


def settle(resource: str) -> None:
    """Remove announced files that no batch names; the caller holds the resource's lock.

    Only what ``announce`` told of is looked at, however many files there are: ``sweep`` looks at all.
    """
    for mark in _marks(resource).iterdir() if _marks(resource).is_dir() else ():
        path, draft = _places(resource, mark.name)
        if not Batch.objects.filter(resource=resource, manifest__contains=[{"path": _relative(path)}]).exists():
            path.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
        mark.unlink(missing_ok=True)


def announce(resource: str, name: str) -> Path:
    """Announce a file that may come to be, or to be named by no batch; the mark may go once a batch names the file."""
    mark = _marks(resource) / name
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    return mark


def _places(resource: str, name: str) -> tuple[Path, Path]:
    """Where a file lies, and where it is drafted."""
    return root() / resource / f"{name}.parquet", root() / resource / f".{name}.parquet.part"


def _relative(path: Path) -> str:
    return str(path.relative_to(root()))


def _marks(resource: str) -> Path:
    """Where the files that are not known to be committed are announced, beside the lake."""
    return root().with_name("lake-pending") / resource


def sweep(resource: str) -> int:
    """Remove the orphans of a resource; the caller holds the resource's lock. Returns how many there were."""
    lost = orphans(resource)
    for path in lost:
        path.unlink()
    return len(lost)
