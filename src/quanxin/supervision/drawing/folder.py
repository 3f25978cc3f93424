"""The files of draws under the data directory: what is published of each, and the private list that tells which label is whose.

Invariant: what an act writes lies in a folder of its own, which the draw's row names as of the act's commit: of an act that does
not come to its end nothing is read, and nothing shown. Until its results are published a draw shows what was fixed beforehand,
and of its outcome the signed digest alone: who will be visited is not told before the visit. A void draw shows all that it has.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.conf import settings

from quanxin.draws import files
from quanxin.ledger.signed import ENDING
from quanxin.runtime.durable import sync
from quanxin.supervision.models import Draw

ROOM = "draws"
OBJECTS, LEFT_OUT = "objects.csv", "left-out.csv"  # never published
BEFORE = (
    files.COMMITMENT,
    files.COMMITMENT + ENDING,
    files.FRAME,
    files.INSPECTORS,
    files.RECUSALS,
    files.DRAW + ENDING,
)


def of(draw: Draw) -> Path:
    """The folder of a draw."""
    return Path(settings.DATA_DIR) / ROOM / draw.folder


def put(draw: Draw, contents: Mapping[str, bytes]) -> None:
    """Put files beside those that the draw has, or in place of one of that name; on disk when this returns, and the draw's with
    the transaction. What lay there before stays as it is, for whoever reads it."""
    before, draw.folder = of(draw), f"{draw.case.number}/{secrets.token_hex(8)}"
    place = of(draw)
    place.mkdir(parents=True)
    for name, content in contents.items():
        with (place / name).open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    if before != place.parent:
        for kept in before.iterdir():
            if kept.name not in contents:
                os.link(kept, place / kept.name)
    for folder in (place, place.parent, place.parent.parent):
        sync(folder)
    draw.save(update_fields=["folder"])


def read(draw: Draw, name: str) -> bytes:
    """A file of a draw; raises ``FileNotFoundError``."""
    return (of(draw) / name).read_bytes()


def shown(draw: Draw) -> list[str]:
    """The names of the files that everybody may have now."""
    if draw.committed_at is None:
        return []
    every = draw.published_at is not None or draw.voided_at is not None
    there = sorted(path.name for path in of(draw).iterdir()) if of(draw).is_dir() else []
    return [
        name
        for name in there
        if not name.startswith(".") and name not in (OBJECTS, LEFT_OUT) and (every or _before(name))
    ]


def _before(name: str) -> bool:
    return name in BEFORE or name.startswith(("inspectors-", "recusals-"))


def objects(rows: Iterable[tuple[str, int]]) -> bytes:
    """A private list: each label, or each reason for being left out, with its subject."""
    return "".join(f"{label},{subject}\n" for label, subject in rows).encode()


def subjects_of(draw: Draw, labels: Iterable[str]) -> dict[str, int]:
    """The subjects of labels, by the private list."""
    wanted = set(labels)
    found: dict[str, int] = {}
    with (of(draw) / OBJECTS).open(encoding="utf-8") as lines:
        for line in lines:
            label, _, subject = line.rstrip("\n").rpartition(",")
            if label in wanted:
                found[label] = int(subject)
    return found
