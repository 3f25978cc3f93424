"""The forms of acts: what was sent, checked as a row of a resource is.

Invariant: an item of a form is read, and found wrong, by the very query that reads rows; nothing that a procedure does not
ask for is taken.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb

from quanxin.calendar import today
from quanxin.casework.errors import FormRefused, Wrong
from quanxin.engine import database
from quanxin.engine.normalise import quoted
from quanxin.engine.prepared import Prepared
from quanxin.engine.program import Program, compile
from quanxin.engine.run import check
from quanxin.engine.taxonomy import describe
from quanxin.policy.model import (
    Deadline,
    FieldDef,
    InForce,
    Mode,
    Publication,
    Resource,
    Retention,
    Sharing,
    SubjectOf,
    Text,
)
from quanxin.policy.procedure import Act, Procedure
from quanxin.runtime.pack import current_pack

_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked, as a resource of one row for the engine to check; the same by its key and edition."""

    key: str
    edition: dt.date
    resource: Resource = field(compare=False)


def checked(procedure: Procedure, act: Act, sent: Mapping[str, str]) -> dict[str, Any]:
    """The items of an act's form, each with its value as JSON has it. Raises ``FormRefused`` with everything wrong."""
    return read(f"{procedure.key}-{act.key}", act.title, procedure.in_force, act.asks, sent)


def read(
    key: str, title: Text, in_force: InForce, asks: tuple[FieldDef, ...], sent: Mapping[str, str]
) -> dict[str, Any]:
    """The items that a rule of the pack ``asks`` for, found by ``key`` and edition; raises as ``checked``."""
    if not asks:
        return {}
    resource, columns = _as_resource(key, title, in_force, asks), [f.key for f in asks]
    program = _program(_Asked(key, in_force.from_, resource), today())
    with _LOCK:
        con, standing = _bench()
        con.execute(
            f"CREATE OR REPLACE TABLE sent (row_no BIGINT, {', '.join(f'{quoted(c)} VARCHAR' for c in columns)})"
        )
        cells = [sent.get(key, "").strip() or None for key in columns]
        con.execute(f"INSERT INTO sent VALUES (1{', ?' * len(columns)})", cells)
        check(con, program, "sent", standing)
        found = con.execute("SELECT code, severity, field, value, check_key FROM issues").fetchall()
        (payload,) = con.execute(f"SELECT {program.payload} FROM checked c").fetchone() or ("{}",)
    names = ("code", "severity", "field", "value", "check_key")
    issues = [dict(zip(names, row, strict=True)) for row in found if row[1] == "error" and row[2] in columns]
    if issues:
        raise FormRefused([Wrong(str(one["field"]), describe(one, resource)) for one in issues])
    return dict(json.loads(payload))


@cache
def _bench() -> tuple[duckdb.DuckDBPyConnection, Prepared]:
    con = database.connect(threads=1)
    return con, Prepared(con)


@cache
def _program(asked: _Asked, day: dt.date) -> Program:
    return compile(asked.resource, current_pack().on(day), columns=[f.key for f in asked.resource.fields])


def _as_resource(key: str, title: Text, in_force: InForce, asks: tuple[FieldDef, ...]) -> Resource:
    return Resource(
        key=key,
        title=title,
        in_force=in_force,
        category="",
        providers=(),
        subject_types=(),
        nature="neutral",
        subject=SubjectOf(),
        fields=asks,
        publication=Publication(mode=Mode.SHARED),
        sharing=Sharing(mode=Mode.SHARED),
        retention=Retention(),
        deadline=Deadline(),
    )
