"""PostgreSQL from the wheel: started once, found by everyone, back after any death, closed to other users."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from quanxin.runtime import cluster, postgres, roles

ENSURE = "import sys, pathlib; from quanxin.runtime import postgres; postgres.ensure(pathlib.Path(sys.argv[1]))"


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory that did not exist, two levels deep; its server is stopped afterwards."""
    top = Path(tempfile.mkdtemp(prefix="qx-", dir="/tmp"))
    top.chmod(0o755)
    yield top / "deep" / "data"
    postgres.stop(top / "deep" / "data")
    shutil.rmtree(top)


def ask(data_dir: Path, query: str) -> object:
    with psycopg.connect(postgres.url(data_dir, roles.OWNER), autocommit=True) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def kill(pid: int) -> None:
    """Kill the server and see it gone, which includes one that nobody has reaped."""
    os.kill(pid, signal.SIGKILL)
    stat = Path(f"/proc/{pid}/stat")
    while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)


def test_a_new_cluster_is_utf8_orders_by_code_point_and_commits_for_good(data_dir: Path) -> None:
    postgres.ensure(data_dir)
    assert ask(data_dir, "SHOW server_encoding") == "UTF8"
    assert ask(data_dir, "SHOW synchronous_commit") == "on"
    assert ask(data_dir, "SHOW max_wal_size") == "4GB"
    assert ask(data_dir, "SHOW data_checksums") == "on"
    assert (
        ask(data_dir, "SELECT lower('ＡÉ') || string_agg(x, '' ORDER BY x) FROM (VALUES ('泉'), ('a'), ('B')) v(x)")
        == "ａéBa泉"
    )


def test_nobody_else_reaches_the_cluster(data_dir: Path) -> None:
    postgres.ensure(data_dir)
    assert cluster.cluster_dir(data_dir).stat().st_mode & 0o777 == 0o700
    assert ask(data_dir, "SHOW listen_addresses") == ""
    assert data_dir.stat().st_mode & 0o007 == 0 or os.geteuid() != 0


def test_a_second_call_finds_the_same_server_and_waits_for_nobody_that_starts_one(data_dir: Path) -> None:
    postgres.ensure(data_dir)
    first = postgres.pid(data_dir)
    with (data_dir / "pg.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert subprocess.Popen([sys.executable, "-c", ENSURE, str(data_dir)]).wait(60) == 0
    assert postgres.pid(data_dir) == first


def test_processes_that_start_at_once_share_one_server_and_none_stops_it_by_ending(data_dir: Path) -> None:
    starters = [subprocess.Popen([sys.executable, "-c", ENSURE, str(data_dir)]) for _ in range(3)]
    assert [starter.wait(60) for starter in starters] == [0, 0, 0]
    assert postgres.pid(data_dir) is not None
    assert ask(data_dir, "SELECT 1") == 1


def test_a_killed_server_comes_back_with_every_committed_row(data_dir: Path) -> None:
    postgres.ensure(data_dir)
    ask(data_dir, "CREATE TABLE kept AS SELECT generate_series(1, 100000) AS n")
    pid = postgres.pid(data_dir)
    assert pid is not None
    kill(pid)
    postgres.ensure(data_dir)
    assert postgres.pid(data_dir) not in (None, pid)
    assert ask(data_dir, "SELECT count(*) FROM kept") == 100000


def test_a_pid_file_that_names_some_other_living_process_does_not_count(data_dir: Path) -> None:
    postgres.ensure(data_dir)
    pid = postgres.pid(data_dir)
    assert pid is not None
    kill(pid)
    pid_file = cluster.cluster_dir(data_dir) / "postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(str(pid), str(os.getpid()), 1))
    assert postgres.pid(data_dir) is None
    postgres.ensure(data_dir)
    assert ask(data_dir, "SELECT 1") == 1


def test_a_starter_killed_half_way_leaves_a_cluster_that_the_next_one_completes(data_dir: Path) -> None:
    for delay in (0.3, 0.6, 0.9):
        starter = subprocess.Popen([sys.executable, "-c", ENSURE, str(data_dir)], start_new_session=True)
        time.sleep(delay)
        os.killpg(starter.pid, signal.SIGKILL)
        starter.wait()
    postgres.ensure(data_dir)
    assert ask(data_dir, "SELECT current_database()") == "quanxin"


def test_a_path_too_long_for_a_socket_gets_one_elsewhere_closed_to_others(data_dir: Path) -> None:
    long = data_dir / ("泉" * 40)
    postgres.ensure(long)
    sockets = cluster.socket_dir(long)
    try:
        assert sockets.parent == Path("/tmp")  # noqa: S108
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert ask(long, "SELECT 1") == 1
    finally:
        postgres.stop(long)
        sockets.rmdir()


def test_stopping_says_whether_there_was_anything_to_stop(data_dir: Path) -> None:
    assert postgres.stop(data_dir) is False
    postgres.ensure(data_dir)
    assert postgres.stop(data_dir) is True
    assert postgres.pid(data_dir) is None
    assert postgres.stop(data_dir) is False


def test_a_data_directory_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(cluster.DatabaseError, match="QUANXIN_DATA_DIR"):
        postgres.ensure(tmp_path / "file" / "data")


def test_a_server_that_cannot_start_is_explained_by_its_own_log(data_dir: Path) -> None:
    postgres.ensure(data_dir)
    postgres.stop(data_dir)
    with (cluster.cluster_dir(data_dir) / "postgresql.conf").open("a") as conf:
        conf.write("max_connections = none\n")
    with pytest.raises(cluster.DatabaseError, match=r"max_connections"):
        postgres.ensure(data_dir)


def reachable_python() -> str | None:
    """An interpreter of this version that a user without rights may run: ours, or the system's."""
    for candidate in (Path(sys.executable).resolve(), Path(f"/usr/bin/python3.{sys.version_info.minor}")):
        if candidate.exists() and all(parent.stat().st_mode & 0o001 for parent in candidate.parents):
            return str(candidate)
    return None


@pytest.fixture
def as_plain_user() -> Callable[[Path], subprocess.CompletedProcess[str]]:
    """``ensure`` in a process of the user nobody, which only root can start."""
    if os.geteuid() != 0:
        pytest.skip("the tests run as a plain user already; the others of this file are the proof")
    python = reachable_python()
    if python is None:
        pytest.skip("no Python of this version lies where a plain user may run it")

    def run(data_dir: Path) -> subprocess.CompletedProcess[str]:
        account = pwd.getpwnam("nobody")
        return subprocess.run(
            [python, "-c", ENSURE, str(data_dir)],
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            cwd="/",
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.defpath},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_plain_user_runs_a_cluster_of_his_own_and_root_can_use_it(
    as_plain_user: Callable[[Path], subprocess.CompletedProcess[str]], data_dir: Path
) -> None:
    data_dir.parent.mkdir()
    shutil.chown(data_dir.parent, "nobody")
    started = as_plain_user(data_dir)
    assert started.returncode == 0, started.stderr
    assert started.stderr == ""
    assert cluster.cluster_dir(data_dir).owner() == "nobody"
    postgres.stop(data_dir)
    postgres.ensure(data_dir)
    assert cluster.cluster_dir(data_dir).owner() == "nobody"
    assert as_plain_user(data_dir).returncode == 0


def test_a_plain_user_is_told_why_the_directory_of_root_is_closed(
    as_plain_user: Callable[[Path], subprocess.CompletedProcess[str]], data_dir: Path
) -> None:
    postgres.ensure(data_dir)
    refused = as_plain_user(data_dir)
    assert refused.returncode != 0
    assert "QUANXIN_DATA_DIR" in refused.stderr
