"""A workshop that stays: the next intake finds nothing of the one before, and an error ends it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import duckdb
import pytest

from quanxin.intake import duckdb_pool
from quanxin.runtime.duckdb_scratch import cursor_beside


@pytest.fixture(autouse=True)
def no_benches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb_pool, "_free", [])
    monkeypatch.setattr(duckdb_pool, "_room", threading.BoundedSemaphore(2))


def relations(con: duckdb.DuckDBPyConnection) -> list[tuple[str, ...]]:
    query = "SELECT database_name, table_name FROM duckdb_tables() UNION ALL SELECT database_name, view_name "
    return con.execute(query + "FROM duckdb_views() WHERE NOT internal").fetchall()


def test_the_next_intake_finds_the_same_connection_and_nothing_in_it() -> None:
    with duckdb_pool.bench() as (con, folder, standing):
        con.execute("CREATE TABLE checked AS SELECT 1 AS row_no")
        con.execute("CREATE TABLE _source_rows (a VARCHAR)")
        con.execute("CREATE VIEW source AS SELECT * FROM _source_rows")
        assert cursor_beside(con).execute("SELECT row_no FROM checked").fetchall() == [(1,)]
    assert not folder.exists()
    with duckdb_pool.bench() as (again, other, same):
        assert again is con
        assert same is standing
        assert other != folder
        assert relations(again) == []


def test_after_an_error_another_connection_is_used() -> None:
    with pytest.raises(duckdb.Error), duckdb_pool.bench() as (con, folder, _):
        con.execute("SELECT nothing FROM nowhere")
    assert not folder.exists()
    with pytest.raises(duckdb.ConnectionException):
        con.execute("SELECT 1")
    with duckdb_pool.bench() as (other, _, _):
        assert other is not con


def test_two_at_once_have_one_each() -> None:
    with duckdb_pool.bench() as (one, first, _), duckdb_pool.bench() as (two, second, _):
        assert one is not two
        assert first != second
        assert not duckdb_pool._room.acquire(blocking=False)  # a third would wait
    with duckdb_pool.bench() as (one, _, _), duckdb_pool.bench() as (two, _, _):
        assert one is not two
    assert len(duckdb_pool._free) == 2


def test_a_forked_process_leaves_its_parents_alone(tmp_path: Path) -> None:
    with duckdb_pool.bench() as (con, _, _):
        pass
    child = os.fork()
    if child == 0:
        with duckdb_pool.bench() as (own, _, _):
            os._exit(0 if own is not con and own.execute("SELECT 1").fetchall() == [(1,)] else 1)
    assert os.waitpid(child, 0)[1] == 0
    with duckdb_pool.bench() as (again, _, _):
        assert again is con
        assert again.execute("SELECT 1").fetchall() == [(1,)]


def test_who_holds_locks_takes_a_bench_that_is_free_and_waits_for_none() -> None:
    with duckdb_pool.bench_if_free(True) as (_, _, standing), duckdb_pool.bench():
        assert standing is not None
        with duckdb_pool.bench_if_free(True) as (con, folder, none):  # both are taken
            assert none is None
            assert con.execute("SELECT 1").fetchone() == (1,)
            assert folder.is_dir()
    with duckdb_pool.bench_if_free(False) as (_, _, none):
        assert none is None
    with duckdb_pool.bench_if_free(True) as (_, _, again), duckdb_pool.bench():  # each gave its place back
        assert again is not None
