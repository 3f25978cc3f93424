"""Prepared programs give what programs give, and keep nothing of one run for the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from quanxin import engine
from quanxin.engine import prepared as module
from quanxin.engine.normalise import quoted
from quanxin.policy.model import Resource
from tests.city import penalty
from tests.engine.constructs import covering
from tests.engine.test_program import PACK, RULES

PENALTY = RULES.resources["administrative-penalty"]
CLEAN = penalty(0)
BAD = penalty(1, fine="约三万", decision_date="2025年13月1日")


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as made:
        yield made


def outcome(
    con: duckdb.DuckDBPyConnection,
    rows: Sequence[Mapping[str, str | None]],
    standing: engine.Prepared | None,
    columns: tuple[str, ...] = tuple(CLEAN),
) -> tuple[list[Any], list[Any], list[Any]]:
    """What checking leaves: the columns of ``checked``, its rows, and the issues."""
    texts = {c: pa.array([row.get(c) for row in rows], pa.string()) for c in (*columns, "_surplus")}
    con.register("incoming", pa.table({"row_no": pa.array(range(1, len(rows) + 1), pa.int64())} | texts))
    con.execute("CREATE OR REPLACE TABLE source AS SELECT * FROM incoming")
    program = engine.compile(PENALTY, RULES, columns=columns, tiers=PACK.tiers_of(PENALTY.key))
    engine.check(con, program, "source", standing)
    described = [row[:2] for row in con.execute("DESCRIBE checked").fetchall()]
    checked = con.execute("SELECT * FROM checked ORDER BY row_no").fetchall()
    return described, checked, con.execute("SELECT * FROM issues ORDER BY ALL").fetchall()


def test_what_comes_out_is_the_same_run_after_run(con: duckdb.DuckDBPyConnection) -> None:
    kept = engine.Prepared(con)
    for rows in ([CLEAN, BAD], [BAD], [CLEAN, CLEAN], [CLEAN, CLEAN | {"fine": "9"}], [CLEAN]):
        with duckdb.connect() as fresh:
            assert outcome(con, rows, kept) == outcome(fresh, rows, None)


def test_another_set_of_columns_is_another_program(con: duckdb.DuckDBPyConnection) -> None:
    kept = engine.Prepared(con)
    fewer = tuple(c for c in CLEAN if c != "fine")
    for columns in (tuple(CLEAN), fewer, tuple(CLEAN)):
        with duckdb.connect() as fresh:
            assert outcome(con, [CLEAN, BAD], kept, columns) == outcome(fresh, [CLEAN, BAD], None, columns)


def test_the_program_used_longest_ago_goes_first(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    kept = engine.Prepared(con)
    sets = [tuple(c for c in CLEAN if c != left) for left in ("fine", "valid_until", "content")]
    for columns in (sets[0], sets[1], sets[0], sets[2]):
        outcome(con, [CLEAN], kept, columns)
    homes = "SELECT database_name FROM duckdb_databases() WHERE database_name LIKE 'program%' ORDER BY 1"
    assert con.execute(homes).fetchall() == [("program_1",), ("program_3",)]


def test_room_does_not_grow_with_the_runs(con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP", 4)
    kept = engine.Prepared(con)
    for _ in range(9):
        outcome(con, [CLEAN, BAD], kept)
    left = con.execute("SELECT sum(estimated_size) FROM duckdb_tables() WHERE database_name = 'program_1'").fetchone()
    assert left
    assert left[0] <= 2 * 2  # of the one run since the last sweep


@pytest.mark.parametrize("resource", covering(RULES), ids=lambda resource: resource.key)
def test_the_columns_that_a_program_states_are_those_of_its_query(
    con: duckdb.DuckDBPyConnection, resource: Resource
) -> None:
    columns = [f.key for f in resource.fields]
    program = engine.compile(resource, RULES, columns=columns, tiers=PACK.tiers_of(resource.key))
    con.execute("PRAGMA disable_optimizer")
    con.execute(f"CREATE TABLE given (row_no BIGINT, {', '.join(f'{quoted(c)} VARCHAR' for c in columns)})")
    con.execute(f"CREATE TABLE stated ({', '.join(f'{quoted(c)} {kind}' for c, kind in program.shape.items())})")
    found = con.execute(f"DESCRIBE SELECT * FROM {program.over('given')}").fetchall()
    assert [row[:2] for row in found] == [row[:2] for row in con.execute("DESCRIBE stated").fetchall()]
