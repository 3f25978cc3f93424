"""Compaction: many files of a resource become one, sorted by subject.

Invariant: nothing is lost and nothing changes for a reader: the new file holds every row of the old ones with its batch,
and takes their place in the batches' manifests in one transaction under the lock of the resource. Killed at any moment, the
lake is as it was before or as it is after; what no manifest names is swept away by the next act on the resource.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.db import transaction

from quanxin.archive import lake, lake_reading
from quanxin.archive.commit import lock_resources
from quanxin.archive.models import Batch
from quanxin.calendar import now

WORTH_IT = 8  # files of a resource from which the nightly compaction begins


@dataclass(frozen=True, slots=True)
class Compacted:
    """What became of a resource's files: how many there were and are, with their rows and bytes."""

    resource: str
    files_before: int
    files: int
    rows: int
    bytes_before: int
    bytes: int


@transaction.atomic
def compact(con: duckdb.DuckDBPyConnection, resource: str, workdir: Path) -> Compacted:
    """Write a resource's files as one; one file or none is left as it is. Waits for a batch that is being committed."""
    lock_resources(resource)
    lake.sweep(resource)
    old = lake_reading.files_of(resource)
    before = sum(path.stat().st_size for path in old)
    if len(old) < 2:
        return Compacted(resource, len(old), len(old), _rows(resource), before, before)
    lake_reading.versions(con, resource, workdir)
    name = f"compacted-{now().astimezone(dt.UTC):%Y%m%dT%H%M%S%f}"
    for file in (name, *(path.stem for path in old)):
        lake.announce(resource, file)
    manifest = lake.write(con, "SELECT * FROM stored ORDER BY _subject_id, _id", resource=resource, batch=name)
    held = {row[0] for row in con.execute("SELECT DISTINCT _batch FROM stored").fetchall()}
    Batch.objects.filter(resource=resource, pk__in=held).update(manifest=manifest)
    return Compacted(resource, len(old), 1, manifest[0]["rows"], before, manifest[0]["bytes"])


@dataclass(frozen=True, slots=True)
class Statistics:
    """A resource in the lake: its files with rows and bytes, and how many of the versions stand no more."""

    resource: str
    files: int
    rows: int
    bytes: int
    superseded: int


def statistics(superseded: dict[str, int]) -> list[Statistics]:
    """Each resource in the lake by its manifests; ``superseded`` counts the versions that stand no more."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for resource, manifest in Batch.objects.order_by("resource").values_list("resource", "manifest"):
        for entry in manifest:
            found.setdefault(resource, {})[entry["path"]] = (entry["rows"], entry["bytes"])
    return [
        Statistics(
            resource,
            len(files),
            sum(r for r, _ in files.values()),
            sum(b for _, b in files.values()),
            superseded.get(resource, 0),
        )
        for resource, files in found.items()
    ]


def _rows(resource: str) -> int:
    return sum(s.rows for s in statistics({}) if s.resource == resource)
