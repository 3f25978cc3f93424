"""Running the cases of a pack: this row, received that day, ends so.

Invariant: a case runs through the very program that intake runs, under the rules of its own day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from quanxin.engine.program import compile
from quanxin.engine.run import check
from quanxin.policy import Pack
from quanxin.policy.evaluation import ModelCase
from quanxin.policy.ruling import Case


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case, whether it ended as it says, and how it ended where it did not."""

    case: Case | ModelCase
    ok: bool
    message: str = ""


def run_cases(pack: Pack) -> list[Outcome]:
    """The outcome of each case of a pack, in its order."""
    with duckdb.connect() as con:
        return [_run(con, pack, case) for case in pack.cases]


def _run(con: duckdb.DuckDBPyConnection, pack: Pack, case: Case) -> Outcome:
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
    check(con, compile(resource, rules, columns=columns, tiers=tiers, overrides=overrides), "source")
    wrong = [f"{name}: {found}, not {said}" for name, said, found in _compared(con, case) if said != found]
    return Outcome(case, not wrong, "; ".join(wrong))


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
