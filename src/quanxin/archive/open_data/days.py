"""The days of open data that are kept, as their manifests tell them.

Invariant: a folder with the name of a day is whole; a file is given out only of the latest day, by a name that its
manifest has, and only while nothing in it was taken from the public since it was written. Earlier days are kept for the
record and reach nobody: what was public then need not be so now.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from quanxin.archive.models import Event
from quanxin.archive.restrictions import HIDING
from quanxin.calendar import local

MANIFEST = "manifest.json"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Published:
    """A file: its name, format, size and SHA-256."""

    name: str
    format: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """The public records of one resource; ``fields`` are the items with their titles and types."""

    resource: str
    title: str
    title_en: str
    rows: int
    fields: tuple[dict[str, str], ...]
    basis: tuple[str, ...]
    rhythm: str
    files: tuple[Published, ...]


@dataclass(frozen=True, slots=True)
class OpenDay:
    """What was published for a day, and when."""

    day: dt.date
    made_at: dt.datetime
    position: int
    datasets: tuple[Dataset, ...]

    def to_json(self) -> dict[str, Any]:
        """As the manifest that lies beside the files; ``position`` is that of the last event they follow."""
        return {
            "day": self.day.isoformat(),
            "made_at": local(self.made_at).isoformat(),
            "position": self.position,
            "datasets": [asdict(one) for one in self.datasets],
        }

    def outdated(self) -> frozenset[str]:
        """The resources of which a record was restricted or withdrawn since the files were written."""
        since = Event.objects.filter(position__gt=self.position)
        hidden = since.filter(kind=Event.Kind.RECORDS_RESTRICTED, particulars__restriction__in=HIDING)
        withdrawn = since.filter(kind=Event.Kind.RECORDS_WITHDRAWN)
        return frozenset((hidden | withdrawn).order_by().values_list("particulars__resource", flat=True))


def root() -> Path:
    """The folder of open data."""
    return Path(settings.DATA_DIR) / "open"


def days() -> list[dt.date]:
    """The days that are kept, oldest first."""
    if not root().is_dir():
        return []
    return sorted(dt.date.fromisoformat(p.name) for p in root().iterdir() if _DAY.fullmatch(p.name))


def latest() -> OpenDay | None:
    """The latest day; None before the first."""
    kept = days()
    return read(kept[-1]) if kept else None


def read(day: dt.date) -> OpenDay:
    """What a kept day's manifest says."""
    said = json.loads((root() / day.isoformat() / MANIFEST).read_text(encoding="utf-8"))
    return OpenDay(
        dt.date.fromisoformat(said["day"]),
        dt.datetime.fromisoformat(said["made_at"]),
        said.get("position", 0),
        tuple(
            Dataset(
                **one
                | {
                    "files": tuple(Published(**f) for f in one["files"]),
                    "fields": tuple(one["fields"]),
                    "basis": tuple(one["basis"]),
                }
            )
            for one in said["datasets"]
        ),
    )


class Outdated(Exception):
    """A file that is withheld until it is written anew: something in it was taken from the public."""


def file_of(day: str, name: str) -> Path | None:
    """Where a file of the latest day lies; None for another day and for what its manifest does not name.

    Raises ``Outdated`` for a file in which a record stands that was restricted or withdrawn since.
    """
    kept = latest()
    if kept is None or day != kept.day.isoformat():
        return None
    named = {f.name: one.resource for one in kept.datasets for f in one.files}
    if name in named and named[name] in kept.outdated():
        raise Outdated(name)
    return root() / day / name if name in named or name == MANIFEST else None
