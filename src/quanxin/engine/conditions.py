"""Asking a pack's expressions of facts that are at hand: of a record, of the matter about it, of a form.

Invariant: an answer depends on the facts and the day alone; each fact has the type of its field, and what is not known is
NULL. No table is read.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import duckdb
from sqlglot import exp

from quanxin.engine import database
from quanxin.engine.days import date_literal, dated, on_day
from quanxin.engine.normalise import literal, quoted
from quanxin.policy.expressions import parse

_LOCK = threading.Lock()


class Fact(NamedTuple):
    """A value as JSON has it, with its type in DuckDB."""

    type: str
    value: Any


Facts = Mapping[str, Mapping[str, Fact]]  # table → field → fact


def evaluate(asked: Sequence[str], facts: Facts, day: dt.date) -> list[Any]:
    """What each expression comes to on a day. Raises ``ValueError`` for a fact that is not of its type."""
    if not asked:
        return []
    named = set().union(*(_named(sql) for sql in asked))
    tables = [_table(name, {key: facts[name][key] for table, key in named if table == name}) for name in sorted(facts)]
    cells = ", ".join(f"({on_day(dated(sql), date_literal(day))})" for sql in asked)
    try:
        with _LOCK:
            row = _database().execute(f"SELECT {cells} FROM {', '.join(tables)}").fetchone()
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise ValueError(str(error)) from error
    return list(row or ())


def _named(sql: str) -> set[tuple[str, str]]:
    return {(column.table, column.name) for column in parse(sql).find_all(exp.Column)}


def _table(name: str, facts: Mapping[str, Fact]) -> str:
    """One row of facts as a table of its name."""
    cells = [f"{_cell(fact)} AS {quoted(key)}" for key, fact in sorted(facts.items())] or ["1"]
    return f"(SELECT {', '.join(cells)}) AS {quoted(name)}"


def _cell(fact: Fact) -> str:
    if fact.value is None:
        return f"CAST(NULL AS {fact.type})"
    if isinstance(fact.value, str):  # a text cast from JSON would keep its quotes
        return f"CAST({literal(fact.value)} AS {fact.type})"
    return f"CAST(CAST({literal(json.dumps(fact.value, ensure_ascii=False))} AS JSON) AS {fact.type})"


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One database in memory for all questions; a plan for one row is not worth optimising."""
    con = database.connect(threads=1)
    con.execute("PRAGMA disable_optimizer")
    return con
