"""The days of open data that are kept, as their manifests tell them.

Invariant: a folder with the name of a day is whole; a file is reached only by a name that its manifest has.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

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
    datasets: tuple[Dataset, ...]

    def to_json(self) -> dict[str, Any]:
        """As the manifest that lies beside the files."""
        return {"day": self.day.isoformat(), "made_at": self.made_at.isoformat(),
                "datasets": [asdict(one) for one in self.datasets]}  # fmt: skip


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
        dt.date.fromisoformat(said["day"]), dt.datetime.fromisoformat(said["made_at"]),
        tuple(
            Dataset(**one | {"files": tuple(Published(**f) for f in one["files"]), "fields": tuple(one["fields"]),
                             "basis": tuple(one["basis"])})
            for one in said["datasets"]
        ),
    )  # fmt: skip


def file_of(day: str, name: str) -> Path | None:
    """Where a file of a day lies; None for what no manifest names."""
    if not _DAY.fullmatch(day) or not (root() / day / MANIFEST).is_file():
        return None
    named = {f.name for one in read(dt.date.fromisoformat(day)).datasets for f in one.files} | {MANIFEST}
    return root() / day / name if name in named else None
