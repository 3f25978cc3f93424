"""Running the cases of a pack: this row, received that day, ends so.

Invariant: a case runs through the very program that intake runs, under the rules of its own day; what it says of a
window is asked of the payload that this program makes.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import duckdb

from quanxin.engine import database
from quanxin.engine.prepared import Prepared
from quanxin.engine.program import Program, compile
from quanxin.engine.run import check
from quanxin.engine.windows import window
from quanxin.policy import Pack
from quanxin.policy.consequences import GroundedCase
from quanxin.policy.evaluation import ModelCase
from quanxin.policy.ruling import Case
from quanxin.policy.supervision import SchemeCase

WINDOW = ("regime", "repair_tier", "override", "repairable", "why", "repairable_from")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case, whether it ended as it says, and how it ended where it did not."""

    case: Case | ModelCase | GroundedCase | SchemeCase
    ok: bool
    message: str = ""


def run_cases(pack: Pack) -> list[Outcome]:
    """The outcome of each case of a pack, in its order."""
    with database.connect() as con:
        standing = Prepared(con)  # one plan for all cases of a resource, which takes far longer than running it
        return [_run(con, standing, pack, case) for case in pack.cases]


def _run(con: duckdb.DuckDBPyConnection, standing: Prepared, pack: Pack, case: Case) -> Outcome:
    rules = pack.on(case.received_on)
    resource = rules.resources.get(case.resource)
    if resource is None:
        return Outcome(case, False, f"{case.resource} is not in force on {case.received_on}")
    unknown = set(case.row) - {f.key for f in resource.fields}
    if unknown:
        return Outcome(case, False, f"the resource has no {', '.join(sorted(unknown))}")
    columns = list(case.row)
    spec = ", ".join(f'"{c}" VARCHAR' for c in columns)
    con.execute(f"CREATE OR REPLACE TABLE source (row_no BIGINT, {spec})")
    con.execute(
        f"INSERT INTO source VALUES (1, {', '.join('?' * len(columns))})", [case.row[c] or None for c in columns]
    )
    tiers, overrides = pack.tiers_of(resource.key), pack.overrides_of(resource.key)
    every = [f.key for f in resource.fields]  # as an intake of few rows does: what a case does not name is empty
    program = compile(resource, rules, columns=every, tiers=tiers, overrides=overrides)
    check(con, program, "source", standing)
    compared = _compared(con, case)
    if told := [name for name in WINDOW if name in case.model_fields_set]:
        if case.applied_on is None:
            return Outcome(case, False, f"{', '.join(told)}: of a window only a case with applied_on can speak")
        found = _window(con, pack, program, case, case.applied_on)
        compared += [(name, getattr(case, name), found[name]) for name in told]
    wrong = [f"{name}: {found}, not {said}" for name, said, found in compared if said != found]
    return Outcome(case, not wrong, "; ".join(wrong))


def _window(
    con: duckdb.DuckDBPyConnection, pack: Pack, program: Program, case: Case, on: dt.date
) -> dict[str, str | bool | dt.date | None]:
    """What the window of the row is for an application on a day."""
    asked = f"SELECT {program.payload}, _event_date, _subject_type FROM checked c"
    payload, event, kind = con.execute(asked).fetchone() or ("{}", None, None)
    found = window(pack, case.resource, json.loads(payload), event, on, subject_type=kind)
    return {
        "regime": found.regime.key if found.regime else None,
        "repair_tier": found.repair_tier.key if found.repair_tier else None,
        "override": found.override.key if found.override else None,
        "repairable": found.repairable,
        "why": found.why.value if found.why else None,
        "repairable_from": found.repairable_from,
    }


def _compared(con: duckdb.DuckDBPyConnection, case: Case) -> list[tuple[str, Any, Any]]:
    """What the case says beside what was found; what it does not speak of is not compared."""
    codes = con.execute(
        "SELECT DISTINCT CASE WHEN check_key IS NULL THEN code ELSE check_key END FROM issues ORDER BY 1"
    ).fetchall()
    row = con.execute("SELECT _tier, _public_until, _published FROM checked").fetchone() or (None, None, None)
    compared: list[tuple[str, Any, Any]] = [("codes", sorted(case.codes), [c for (c,) in codes])]
    for name, found in zip(("tier", "public_until", "published"), row, strict=True):
        if name in case.model_fields_set:
            compared.append((name, getattr(case, name), found))
    return compared
