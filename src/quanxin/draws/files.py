"""The files in which a draw is published, with everything that a stranger needs to make it again.

Invariant: each file has one form; ``draw.json`` fixes the bytes of all others, by root or by digest. Before the draw
``commitment.json`` is published, which is the ``committed`` part of ``draw.json``; the frame and the inspectors' files stay
the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from quanxin.draws import committing
from quanxin.draws.canonical import canonical, digest, lines, shaped
from quanxin.draws.committing import Commitment
from quanxin.draws.drawing import Draw, Skip, Taken
from quanxin.draws.faults import Kind, Refused, refuse
from quanxin.draws.frame import Frame, Label
from quanxin.draws.inspecting import Assigned, Pool, rows
from quanxin.draws.randomness import Outcome, Randomness

FORMAT = "quanxin-draw-1"
COMMITMENT, DRAW, FRAME, SKIPS, SELECTED = "commitment.json", "draw.json", "frame.csv", "skips.csv", "selected.csv"
INSPECTORS, RECUSALS, VISITS = "inspectors.csv", "recusals.csv", "visits.csv"
SKIPS_HEADER, SELECTED_HEADER, VISITS_HEADER = "round,label,reason", "round,place,label", "object,team,cert,round"
SHAPE = {
    "format": str,
    "committed": committing.SHAPE,
    "commitment": str,
    "randomness": {
        "outcomes": [{"source": str, "on": str, "issue": str, "value": str, "numbers": [[int]]}],
        "secret": (str, None),
        "text": str,
    },
    "codes": [str],
    "files": {str: str},
    "counts": {str: {"size": int, "quota": int, "drawn": int}},
}
NAMES = (DRAW, FRAME, SKIPS, SELECTED, INSPECTORS, RECUSALS, VISITS)


def committed(commitment: Commitment, frame: Frame, pool: Pool | None = None) -> dict[str, bytes]:
    """What is published before the draw."""
    made = {COMMITMENT: canonical(commitment.committed()), FRAME: frame.written()}
    return made | (_library(pool or Pool()) if commitment.crew else {})


def published(drawn: Draw, frame: Frame, pool: Pool | None = None) -> dict[str, bytes]:
    """What is published after it."""
    made = _outcome(drawn)
    library = _library(pool or Pool()) if drawn.commitment.crew else {}
    return {DRAW: canonical(_said(drawn, made)), FRAME: frame.written(), **made, **library}


def result_digest(files: Mapping[str, bytes]) -> bytes:
    """What a ledger holds, or a signature signs, of the outcome: SHA-256 of ``draw.json``, which fixes all other files."""
    return digest(files[DRAW])


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Put files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def load(folder: Path) -> dict[str, bytes]:
    """The files of a draw that are in a folder, its partners' among them."""
    stems = tuple(f"{name.partition('.')[0]}-" for name in (INSPECTORS, RECUSALS, VISITS))
    partners = sorted(path.name for path in folder.glob("*.csv") if path.name.startswith(stems))
    return {name: (folder / name).read_bytes() for name in (*NAMES, *partners) if (folder / name).is_file()}


def counts(drawn: Draw) -> dict[str, dict[str, int]]:
    """Of each stratum: its size, its quota, and how many stand."""
    have = Counter(label.stratum for label in drawn.standing)
    return {
        one.stratum: {
            "size": (size := drawn.commitment.sizes.get(one.stratum, 0)),
            "quota": one.of(size),
            "drawn": have[one.stratum],
        }
        for one in drawn.commitment.quotas
    }


@dataclass(frozen=True, slots=True)
class Published:
    """The files of a draw, read: the draw as they say it is, and what they say of themselves."""

    drawn: Draw
    frame: Frame
    pool: Pool
    committed: Mapping[str, Any]
    commitment: str
    digests: Mapping[str, str]
    counts: Mapping[str, Any]


def read(files: Mapping[str, bytes]) -> Published:
    """Read the files of a draw. Raises ``Refused`` where one is missing or is not, byte for byte, in its form."""
    said = _json(files)
    crew = bool(said["committed"].get("crew"))
    for name in NAMES if crew else NAMES[:4]:
        if name not in files:
            refuse(Kind.FORM, name)
    try:
        drawn = Draw(
            commitment=Commitment.read(said["committed"]),
            randomness=_randomness(said["randomness"]),
            codes=tuple(bytes.fromhex(code) for code in said["codes"]),
            skips=tuple(Skip(int(n), Label.read(label), why) for n, label, why in rows(files[SKIPS], SKIPS_HEADER)),
            taken=tuple(Taken(int(n), int(at), Label.read(label)) for n, at, label in rows(files[SELECTED], SELECTED_HEADER)),
            assigned=tuple(
                Assigned(where, team, cert, int(n)) for where, team, cert, n in rows(files[VISITS], VISITS_HEADER)
            ) if crew else (),
        )  # fmt: skip
    except Refused:
        raise
    except (TypeError, ValueError):
        refuse(Kind.FORM, DRAW)
    for name, data in _outcome(drawn).items():
        if data != files[name]:
            refuse(Kind.FORM, name)
    if [code.hex() for code in drawn.codes] != said["codes"]:
        refuse(Kind.FORM, "codes")
    pool = Pool.read(files[INSPECTORS], files[RECUSALS]) if crew else Pool()
    own = said["commitment"], said["files"], said["counts"]
    return Published(drawn, Frame.read(files[FRAME]), pool, said["committed"], *own)


def _outcome(drawn: Draw) -> dict[str, bytes]:
    """The files that only the draw makes."""
    made = {
        SKIPS: lines(SKIPS_HEADER, (f"{one.round},{one.label},{one.reason}" for one in drawn.skips)),
        SELECTED: lines(SELECTED_HEADER, (f"{one.round},{one.place},{one.label}" for one in drawn.taken)),
    }
    if drawn.commitment.crew:
        cells = (f"{one.object},{one.team},{one.cert},{one.round}" for one in drawn.assigned)
        made[VISITS] = lines(VISITS_HEADER, cells)
    return made


def _said(drawn: Draw, made: Mapping[str, bytes]) -> dict[str, Any]:
    committed = drawn.commitment.committed()
    return {
        "format": FORMAT,
        "committed": committed,
        "commitment": digest(canonical(committed)).hex(),
        "randomness": _told(drawn.randomness),
        "codes": [code.hex() for code in drawn.codes],
        "files": {name: digest(data).hex() for name, data in made.items()},
        "counts": counts(drawn),
    }


def _told(randomness: Randomness) -> dict[str, Any]:
    secret = randomness.secret
    return {
        "outcomes": [
            {"source": one.source, "on": one.on.isoformat(), "issue": one.issue, "value": one.value,
             "numbers": [list(numbers) for numbers in one.numbers]}
            for one in randomness.outcomes
        ],
        "secret": secret.hex() if secret is not None else None,
        "text": randomness.text,
    }  # fmt: skip


def _json(files: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        said = json.loads(files[DRAW])
    except (KeyError, ValueError, RecursionError):
        said = None
    if not shaped(said, SHAPE) or said["format"] != FORMAT:
        refuse(Kind.FORM, DRAW)
    return dict(said)


def _randomness(said: Mapping[str, Any]) -> Randomness:
    outcomes = tuple(
        Outcome(
            one["source"], date.fromisoformat(one["on"]), one["issue"], tuple(map(tuple, one["numbers"])), one["value"]
        )
        for one in said["outcomes"]
    )
    made = Randomness(outcomes, None if said["secret"] is None else bytes.fromhex(said["secret"]))
    if made.text != said["text"]:
        refuse(Kind.RANDOMNESS, said["text"])
    if _told(made) != said:
        refuse(Kind.FORM, "randomness")
    return made


def _library(pool: Pool) -> dict[str, bytes]:
    return {INSPECTORS: pool.inspectors_file, RECUSALS: pool.recusals_file}
