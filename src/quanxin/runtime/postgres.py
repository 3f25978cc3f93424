"""PostgreSQL from the wheel: found running, or started, by any process that needs it.

Invariant: at most one server runs on a cluster; whoever asks gets one that answers, or an error in words. A server
outlives the process that started it, as a service does, so no process can stop it under another; ``stop`` ends it.
Whatever was killed, the next start recovers: PostgreSQL replays its log, and a pid file that a killed server left
behind counts only while that process is a PostgreSQL on this very cluster.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from quanxin.runtime import cluster, roles
from quanxin.runtime.cluster import SUPERUSER, DatabaseError

DATABASE = "quanxin"
LARGEST_LOG = 16 << 20  # bytes of the server's log that are kept on when it starts
_PATIENCE = 600.0  # seconds: replaying 4 GB of log on a slow disk takes minutes
_TAKING_LEAVE = 30.0  # seconds for the children of a killed server to notice and go
_WAITS = {  # what a server that is not ready says, and how many seconds it may take
    "starting up": _PATIENCE,
    "in recovery": _PATIENCE,
    "not yet accepting": _PATIENCE,
    "shutting down": _PATIENCE,
    "No such file": _TAKING_LEAVE,
    "refused": _TAKING_LEAVE,
}


def url(data_dir: Path, role: str = roles.APPLICATION) -> str:
    """The connection URL of the cluster under ``data_dir`` for a role, whether or not it runs or exists yet."""
    return f"postgresql://{role}@/{DATABASE}?host={quote(str(cluster.socket_dir(data_dir)), safe='')}"


def as_django(url: str) -> dict[str, Any]:
    """Django's description of the database that a libpq connection string or URL names."""
    given = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": given.pop("dbname", DATABASE),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": given.pop("port", ""),
        "OPTIONS": {"application_name": "quanxin", **given},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def ensure(data_dir: Path) -> None:
    """Have the cluster run and hold our database; start and create what is missing. ``DatabaseError`` if it cannot.

    Quick when it runs already: one connection over the socket. The application's role is made with everything else that
    a database needs, so that one which lets it in is complete.
    """
    if _answers(data_dir, DATABASE, roles.APPLICATION):
        return
    with _lock(data_dir):
        if not _answers(data_dir, SUPERUSER, SUPERUSER):
            cluster.prepare(data_dir)
            _start(data_dir)
        _create_database(data_dir)


def stop(data_dir: Path) -> bool:
    """End the server: open transactions are rolled back, the log is flushed. False when none was running.

    By signal, not by ``pg_ctl``: it works whatever became of the rights on the folders above the cluster.
    """
    if pid(data_dir) is None:
        return False
    with _lock(data_dir):
        server = pid(data_dir)
        if server is None:
            return False
        os.kill(server, signal.SIGINT)
        deadline = time.monotonic() + _PATIENCE
        while pid(data_dir) == server:
            if time.monotonic() > deadline:
                raise DatabaseError(
                    f"数据库未能停止，日志见 {_log(data_dir)}。\n"
                    f"The database could not be stopped; its log is {_log(data_dir)}."
                )
            time.sleep(0.05)
    return True


def pid(data_dir: Path) -> int | None:
    """The process id of the server that runs on the cluster, or None when there is none."""
    home = cluster.cluster_dir(data_dir)
    try:
        number = int((home / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    words = _command_line(number)
    return number if any("postgres" in Path(word).name for word in words[:1]) and str(home) in words else None


def crashed(data_dir: Path) -> bool:
    """Whether a server ran on the cluster and went without saying so; one that was stopped leaves no pid file."""
    return pid(data_dir) is None and (cluster.cluster_dir(data_dir) / "postmaster.pid").exists()


@contextmanager
def _lock(data_dir: Path) -> Iterator[None]:
    """One process at a time makes, starts or stops the cluster; the kernel frees the lock of a dead one."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data_dir / "pg.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DatabaseError(
            f"数据目录 {data_dir} 无法写入：{error.strerror}。请更换 QUANXIN_DATA_DIR，或改用其属主运行。\n"
            f"The data directory {data_dir} cannot be written to: {error.strerror}. "
            "Choose another QUANXIN_DATA_DIR, or run as its owner."
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _connect(data_dir: Path, database: str, role: str = SUPERUSER) -> psycopg.Connection:
    return psycopg.connect(
        host=str(cluster.socket_dir(data_dir)), user=role, dbname=database, autocommit=True, connect_timeout=10
    )


def _answers(data_dir: Path, database: str, role: str) -> bool:
    """Whether the server lets the role into ``database``; waits for one that is starting, recovering or stopping.

    ``DatabaseError`` when a server runs but will not have us, or is not ready in time.
    """
    began = time.monotonic()
    while True:
        try:
            _connect(data_dir, database, role).close()
            return True
        except psycopg.OperationalError as error:
            missing = (f'database "{database}" does not exist', f'role "{role}" does not exist')
            if pid(data_dir) is None or any(words in str(error) for words in missing):
                return False
            # before there is a session libpq gives words alone, no SQLSTATE
            patience = next((seconds for words, seconds in _WAITS.items() if words in str(error)), 0.0)
            if time.monotonic() - began > patience:
                raise DatabaseError(
                    f"数据库不接受连接，日志见 {_log(data_dir)}：\n"
                    f"The database takes no connection; its log is {_log(data_dir)}:\n{error}"
                ) from error
            time.sleep(0.1)


def _start(data_dir: Path) -> None:
    """Start the server and wait until it answers; the children of a killed one are given time to go."""
    home = cluster.cluster_dir(data_dir)
    options = shlex.join(["-c", f"unix_socket_directories={cluster.socket_dir(data_dir)}"])
    command = ("-D", str(home), "-o", options, "-l", str(_log(data_dir)), "-w", "-t", f"{_PATIENCE:.0f}", "start")
    deadline = time.monotonic() + _TAKING_LEAVE
    while True:
        if pid(data_dir) is None:
            _forget(data_dir)
        _turn(_log(data_dir))
        size = _log(data_dir).stat().st_size if _log(data_dir).exists() else 0
        done = cluster.run(data_dir, "pg_ctl", *command)
        if done.returncode == 0:
            return
        said = _log(data_dir).read_bytes()[size:].decode(errors="replace") if _log(data_dir).exists() else done.stdout
        if "still in use" not in said or time.monotonic() > deadline:
            raise DatabaseError(f"数据库未能启动：\nThe database did not start:\n{said.strip()}")
        time.sleep(0.5)


def _forget(data_dir: Path) -> None:
    """Remove the lock files of a server that is gone, whose number a zombie or a newer process may bear.

    Children that outlived it are no danger: PostgreSQL itself will not start while its shared memory is attached.
    """
    sockets = cluster.socket_dir(data_dir)
    for path in (
        cluster.cluster_dir(data_dir) / "postmaster.pid",
        sockets / ".s.PGSQL.5432.lock",
        sockets / ".s.PGSQL.5432",
    ):
        path.unlink(missing_ok=True)


def _create_database(data_dir: Path) -> None:
    """Create our database unless it is there, and its roles; one of an older version is handed to its owner."""
    with _connect(data_dir, SUPERUSER) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    with _connect(data_dir, DATABASE) as connection, connection.transaction(), connection.cursor() as cursor:
        roles.found(cursor)


def _turn(log: Path) -> None:
    """Put a log that has grown aside, in the place of the one before, so that two at most are kept."""
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_name(f"{log.name}.1"))


def _log(data_dir: Path) -> Path:
    return cluster.cluster_dir(data_dir) / "server.log"


def _command_line(number: int) -> list[str]:
    """The words a process was started with; none when it is gone."""
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return []
    listed = subprocess.run(["ps", "-p", str(number), "-o", "command="], capture_output=True, text=True, check=False)
    return listed.stdout.split()
