"""What DuckDB is asked reaches no file, no network and no setting beyond what its connection was given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from django.conf import settings

import quanxin
from quanxin.engine import database
from quanxin.runtime.duckdb_scratch import workshop

SRC = Path(quanxin.__file__).parent


@pytest.fixture
def data() -> Path:
    """The data directory with a key ring in it."""
    place = Path(settings.DATA_DIR)
    place.mkdir(parents=True, exist_ok=True)
    (place / "keyring.json").write_text("{}")
    return place


@pytest.fixture
def con(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    assert data.is_dir()
    with workshop() as (made, _):
        yield made


def test_nothing_but_the_one_door_opens_duckdb() -> None:
    opened = {
        p.relative_to(SRC).as_posix() for p in SRC.rglob("*.py") if re.search(r"duckdb\.connect\(", p.read_text())
    }
    assert opened == {"engine/database.py"}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('{data}/keyring.json')",
        "SELECT * FROM read_csv('{data}/keyring.json')",
        "SELECT * FROM read_json('{data}/lake/../keyring.json')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_text('/dev/fd/0')",
        "SELECT * FROM read_text('/proc/self/environ')",
        "COPY (SELECT 1) TO '{data}/keyring.json'",
        "COPY (SELECT 1) TO '{data}/sources/x.yaml'",
        "ATTACH '{data}/stolen.db'",
        "EXPORT DATABASE '{data}/out'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_parquet('https://127.0.0.1:1/x.parquet')",
        "CREATE PERSISTENT SECRET x (TYPE s3)",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET allowed_configs = ['temp_directory']",
        "SET temp_directory = '/tmp'",
        "SET log_query_path = '{data}/log'",
        "SELECT * FROM secret",
    ],
)
def test_a_query_reaches_no_file_and_no_setting(con: duckdb.DuckDBPyConnection, data: Path, query: str) -> None:
    secret = [1, 2]  # a variable of Python's, which SQL could name
    before = sorted(p for p in data.rglob("*") if "work" not in p.parts)
    with pytest.raises(duckdb.Error):
        con.execute(query.format(data=data)).fetchall()
    assert sorted(p for p in data.rglob("*") if "work" not in p.parts) == before
    assert (data / "keyring.json").read_text() == "{}"
    assert secret == [1, 2]


def test_a_link_out_of_the_workshop_is_not_followed(data: Path) -> None:
    with workshop() as (con, folder):
        (folder / "in.csv").symlink_to(data / "keyring.json")
        (folder / "up").symlink_to(data)
        for path in (folder / "in.csv", folder / "up" / "keyring.json"):
            with pytest.raises(duckdb.PermissionException):
                con.execute(f"SELECT * FROM read_text('{path}')")


def test_a_file_that_was_handed_in_is_read_and_its_neighbour_is_not(tmp_path: Path) -> None:
    for name in ("某[1] 'a*.csv", "other.csv"):
        (tmp_path / name).write_text("a\n1\n")
    with workshop([tmp_path / "某[1] 'a*.csv"]) as (con, folder):
        (folder / "input.txt").symlink_to(tmp_path / "某[1] 'a*.csv")
        assert con.execute(f"SELECT * FROM read_csv('{folder}/input.txt')").fetchall() == [(1,)]
        with pytest.raises(duckdb.PermissionException):
            con.execute(f"SELECT * FROM read_csv('{tmp_path}/other.csv')")


def test_a_connection_without_folders_reaches_none() -> None:
    con = database.connect(threads=1)
    for query in ("SELECT * FROM read_text('/etc/passwd')", f"COPY (SELECT 1) TO '{Path.cwd()}/x.csv'"):
        with pytest.raises(duckdb.PermissionException):
            con.execute(query)
