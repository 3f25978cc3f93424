"""Workers as they run in a city: processes of their own, that can be killed.

Invariant: a worker sees the database and the data directory of the test that started it, and none outlives its test.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from quanxin.runtime import keys
from tests import warm


def here() -> dict[str, str]:
    """The environment of a process that works on this test's database, data directory and keys."""
    keys.sealer()  # there is a ring from here on
    known = {k: v for k, v in connection.get_connection_params().items() if k in ("dbname", "user", "host", "port")}
    return dict(os.environ) | {
        "QUANXIN_DATABASE_URL": make_conninfo(**known),
        "QUANXIN_DATA_DIR": str(settings.DATA_DIR),
        "QUANXIN_KEY_RING": str(keys.place()),
        "QUANXIN_ENGINE_THREADS": "1",
    }


def quanxin(*words: str, env: dict[str, str] | None = None, group: bool = False) -> warm.Command:
    """Start a command of the command line; with ``group`` it leads a process group of its own."""
    return warm.start(words, env or here(), group=group)


@contextmanager
def workers(number: int, env: dict[str, str] | None = None) -> Iterator[list[warm.Command]]:
    """So many workers; those that are in the list at the end are killed."""
    running = [quanxin("worker", env=env) for _ in range(number)]
    try:
        yield running
    finally:
        for worker in running:
            worker.kill()
            worker.wait()


def until(true: Callable[[], bool], what: str, seconds: float = 90.0) -> None:
    """Wait until something is true; fail if it does not become so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(0.02)


def said(*words: str, env: dict[str, str], cwd: Path | None = None) -> str:
    """Run a command of the command line to its end and return what it said; fail if it fails."""
    done = warm.run(words, env, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout
