"""The receipt of a batch: what became of every row.

Invariant: accepted + updated + duplicate + quarantined + unlinked = received, always.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from quanxin.identifiers.personal_numbers import mask
from quanxin.intake.notes import notes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a hand-in. ``codes`` counts rows for each code found; ``withdrawn`` counts records that a
    replacing file no longer holds; ``repeated`` says that the same file had been taken in before; ``reading`` describes
    how the rows were read, and what of it is to be known stands among the notes of the JSON."""

    batch: str
    resource: str
    provider: str
    received: int
    accepted: int
    updated: int
    duplicate: int
    quarantined: int
    unlinked: int
    codes: dict[str, int]
    seconds: float
    file: str = ""
    sha256: str = ""
    mode: str = "append"
    withdrawn: int = 0
    enrolled: int = 0
    renamed: int = 0
    replay_of: str | None = None
    repeated: bool = False
    reading: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: dict[str, Any], *, repeated: bool = False) -> Receipt:
        known = {f.name for f in fields(cls)}
        return cls(**{k: v for k, v in data.items() if k in known} | {"repeated": repeated})

    def to_json(self) -> dict[str, Any]:
        """As JSON that others read; the names are stable."""
        return asdict(self) | {"notes": [asdict(note) for note in notes(self.reading)]}


def masked(described: dict[str, Any]) -> dict[str, Any]:
    """How rows were read, persons' numbers masked: a file without headers has its first row in their place."""
    made: dict[str, Any] = json.loads(mask(json.dumps(described, ensure_ascii=False)))
    return made
