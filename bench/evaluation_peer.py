"""The step from what was found to points, dimensions, score and grade, beside OpenFisca-core.

Invariant: both start from the same values of a million entities, and their scores agree but for the few that a float
puts on the other side of an edge; ours keeps every indicator's value and points for everyone, as OpenFisca's trace
does. OpenFisca-core is AGPL: it is installed by pip into an environment within the measurement's own folder, run as a
separate program, and removed.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa

from bench.evaluation import Watch
from bench.ground import Cost, line
from quanxin.engine.days import on_day
from quanxin.engine.normalise import literal
from quanxin.engine.scoring import FOUND, HUNDRED, Scoring, column, compile_model, findings, scale
from quanxin.policy import load
from quanxin.policy.evaluation import Aggregate, Indicator, Model

OPENFISCA = "openfisca-core==46.0.1"
ON = dt.date(2026, 1, 31)


def measure(folder: Path, entities: int) -> None:
    """Print how long ours takes, with the trace for everyone, beside OpenFisca's."""
    pack = load("jinan")
    model = pack.on(ON).models["public-enterprise"]
    scoring = compile_model(model, pack)
    con = duckdb.connect(config={"threads": 2, "memory_limit": "4GB", "temp_directory": str(folder / "spill")})
    con.execute("SET enable_progress_bar = false")
    con.execute(f"CREATE TABLE found AS {_found(scoring, entities)}")
    judged, ours = on_day(scoring.judged.replace(FOUND, "found"), f"DATE '{ON}'"), []
    for _ in range(2):
        watch = Watch()
        con.execute(f"CREATE OR REPLACE TABLE scores AS {judged}")
        watch.took("scores")
        ours.append(watch.costs["scores"])
    _hand_over(con, model, folder)
    theirs = _openfisca(folder)
    expected = con.sql("SELECT score FROM scores ORDER BY subject_id").to_arrow_table()["score"].to_pylist()
    found = pa.array(memoryview((folder / "scores.bin").read_bytes()).cast("d").tolist()).to_pylist()
    alike = sum(a == b for a, b in zip(expected, found, strict=True)) / entities
    assert alike > 0.999, f"only {alike:.2%} of the scores agree"
    best = min(ours, key=lambda cost: cost.wall)
    line(f"{entities:,} entities, {len(model.indicators)} indicators to points and grade, all kept", str(best))
    for name, cost in theirs.items():
        line(f"  OpenFisca-core, {name} ({alike:.3%} of the scores alike)", str(cost))
        line(f"  ÷ OpenFisca-core, {name}", best / cost, "≤ 2")


def _openfisca(folder: Path) -> dict[str, Cost]:
    place = folder / "openfisca"
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    subprocess.run([str(place / "bin/pip"), "install", "--quiet", OPENFISCA], check=True)
    program = Path(__file__).with_name("peer_openfisca.py")
    told = subprocess.run(
        [str(place / "bin/python"), str(program), str(folder)], check=True, capture_output=True, text=True
    )
    return {name: Cost(wall, cpu) for name, (cpu, wall) in json.loads(told.stdout.splitlines()[-1]).items()}


def _found(scoring: Scoring, entities: int) -> str:
    """What the facts might find of so many entities, in the types that they have."""
    columns = {
        c: _some(part, c)
        for part in scoring.model.parts
        for c in findings(scoring.model, part.resource or "")
        if c in (column(part, "a"), column(part, "n"))
    }
    listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    return f"SELECT i + 1 AS subject_id, {listed} FROM (SELECT range AS i FROM range({entities}))"


def _some(part: object, name: str) -> str:
    salt = sum(n * ord(letter) for n, letter in enumerate(name))
    chance, number = f"hash(i, {salt}) % 100", f"CAST(hash(i, {salt + 1}) % 97 AS BIGINT)"
    if not isinstance(part, Indicator):
        return f"CASE WHEN {chance} < 1 AND {name.startswith('a_deregistered')!s} IS FALSE THEN 1 END"
    if part.gradings:
        values = ", ".join(literal(v) for grading in part.gradings for v in grading.values)
        return f"CASE WHEN {chance} < 40 THEN [{values}][1 + {number} % len([{values}])] END"
    match part.aggregate:
        case Aggregate.DAYS_SINCE:
            return f"CASE WHEN {chance} < 60 THEN DATE '{ON}' - CAST({number} * 20 AS INTEGER) END"
        case Aggregate.SUM:
            return f"CASE WHEN {chance} < 40 THEN CAST({number} * {number} AS DECIMAL(38,6)) / 4 END::DECIMAL(38,6)"
        case Aggregate.RATIO:
            return f"{number} % 7" if name.startswith("a_") else f"{number} % 7 + {chance} % 3"
        case _:
            return f"CASE WHEN {chance} < 40 THEN {number} % 9 * {25 if part.decay else 1} END"


def _hand_over(con: duckdb.DuckDBPyConnection, model: Model, folder: Path) -> None:
    """Write the values as doubles, codes by their place among the gradings, and the model's cases."""
    said = {
        "count": con.execute("SELECT count(*) FROM scores").fetchall()[0][0], "base": _whole(model.base),
        "minimum": _whole(model.minimum), "maximum": _whole(model.maximum),
        "bands": [_whole(band.from_) for band in model.bands if band.from_ is not None],
        "dimensions": [{"key": d.key, "minimum": _whole(d.minimum), "maximum": _whole(d.maximum)} for d in model.dimensions],
        "indicators": [_said(i) for i in model.indicators],
    }  # fmt: skip
    (folder / "model.json").write_text(json.dumps(said), encoding="utf-8")
    columns = {"vetoes": "vetoes"} | {f"v_{i.key}": _as_number(i) for i in model.indicators}
    for name, sql in columns.items():
        table = con.sql(f"SELECT coalesce(CAST({sql} AS DOUBLE), 'nan'::DOUBLE) AS n FROM scores ORDER BY subject_id")
        values = table.to_arrow_table()["n"].combine_chunks()
        (folder / f"{name}.bin").write_bytes(values.buffers()[1].to_pybytes()[: 8 * len(values)])


def _as_number(indicator: Indicator) -> str:
    value = column(indicator, "v")
    codes = [v for grading in indicator.gradings for v in grading.values]
    if not codes:
        return value
    return f"CASE {value} {' '.join(f'WHEN {literal(v)} THEN {n}' for n, v in enumerate(codes))} END"


def _said(indicator: Indicator) -> dict[str, object]:
    codes = [v for grading in indicator.gradings for v in grading.values]
    return {
        "key": indicator.key,
        "dimension": indicator.dimension,
        "missing": _whole(indicator.missing.points) if indicator.missing else None,
        "bins": [
            [None if b.below is None else float(b.below * scale(indicator)), _whole(b.points)] for b in indicator.bins
        ],
        "gradings": [[[codes.index(v) for v in g.values], _whole(g.points)] for g in indicator.gradings],
    }


def _whole(points: object) -> int:
    return int(points * HUNDRED)  # type: ignore[operator]
