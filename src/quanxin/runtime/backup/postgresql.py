"""The database of a backup: ``pg_dump`` and ``pg_restore`` of the package, over whichever server is used.

Invariant: no password stands in a command line; a server that the tools are too old for is refused before anything is read.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from quanxin.runtime import boot, cluster, environment, postgres, roles
from quanxin.runtime.backup.errors import BackupError

PIECE = 16 << 20  # bytes of a part


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of the database that others can read too, and the steps that its tables had taken."""

    snapshot: str
    steps: list[str]
    server: str


def url() -> str:
    """The connection of whoever owns the tables, or of the application where they are its own."""
    return boot.owner_url() or environment.value("QUANXIN_DATABASE_URL") or postgres.url(environment.data_dir())


@contextmanager
def moment() -> Iterator[Moment]:
    """Hold a moment of the database for as long as the block lasts."""
    with psycopg.connect(url()) as session:
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        (snapshot,) = session.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        _refuse_newer(session)
        steps = session.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id").fetchall()
        yield Moment(snapshot, [step for (step,) in steps], session.info.parameter_status("server_version") or "")


def dump(at: Moment) -> Iterator[bytes]:
    """The database as of a moment, in pieces."""
    command = [
        str(cluster.programs() / "pg_dump"),
        "--format=custom",
        "--compress=6",
        f"--snapshot={at.snapshot}",
        "--no-password",
    ]
    with subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018  (they are pipes)
        try:
            while piece := process.stdout.read(PIECE):
                yield piece
            said = process.stderr.read().decode(errors="replace").strip()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise BackupError("backup-tool-failed", tool="pg_dump", said=said)


def is_empty() -> bool:
    """Whether the database holds no table yet."""
    with psycopg.connect(url()) as session:
        row = session.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        ).fetchone()
    return row == (0,)


def restore(file: Path) -> None:
    """Fill the empty database from a dump, whole or not at all."""
    command = [
        str(cluster.programs() / "pg_restore"), "--no-owner", "--no-privileges", "--single-transaction", "--no-password",
        f"--dbname={conninfo_to_dict(url()).get('dbname', postgres.DATABASE)}", str(file),
    ]  # fmt: skip
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError("backup-tool-failed", tool="pg_restore", said=done.stderr.strip()[:2000])


def settle() -> None:
    """Give the application what it may of tables that were just restored as their owner's."""
    owner, application = (
        conninfo_to_dict(one).get("user") for one in (url(), environment.value("QUANXIN_DATABASE_URL")) if one
    )
    if owner and application and owner != application:
        with psycopg.connect(url()) as session, session.cursor() as cursor:
            roles.settle(cursor, str(owner), str(application))


def _refuse_newer(session: psycopg.Connection) -> None:
    said = subprocess.run(
        [str(cluster.programs() / "pg_dump"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    own = re.search(r"(\d+)", said)
    if own and session.info.server_version // 10000 > int(own[1]):
        server = session.info.parameter_status("server_version")
        raise BackupError("backup-server-newer", server=server or "", own=own[1])


def _environment() -> dict[str, str]:
    """What libpq's programs are told of the connection, where nobody else sees it."""
    told = {f"PG{key.replace('_', '').upper()}": str(value) for key, value in conninfo_to_dict(url()).items()}
    if "PGDBNAME" in told:
        told["PGDATABASE"] = told.pop("PGDBNAME")
    kept = {
        name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PGPASSFILE", "PGSSLROOTCERT")
    }
    return kept | told | {"LC_ALL": "C"}
