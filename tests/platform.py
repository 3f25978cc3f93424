"""A platform of a test's own, copied from one that was set up once for the whole run.

Invariant: what a test is given is what ``quanxin init`` and ``quanxin demo`` make, in a data directory, a database server
and with keys of its own; it was made by these commands, stopped, and copied. Tests of how a platform is set up
(``runtime/test_boot``, ``runtime/test_postgres``, the README's tour) set up their own.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from quanxin.runtime import postgres
from tests import warm

SAMPLE = ("demo", "--subjects", "400", "--seed", "1")


def environment_of(data_dir: Path, **more: str) -> dict[str, str]:
    """The environment of commands that work on a platform, with nothing of the run's own."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("QUANXIN_")}
    return plain | {"QUANXIN_DATA_DIR": str(data_dir), "QUANXIN_SECOND_FACTOR": "optional"} | more


def empty(data_dir: Path) -> Path:
    """A platform with nothing in it; it is started by whoever first needs it."""
    return _copied("empty", ("init",), data_dir)


def sample(data_dir: Path) -> Path:
    """A platform with a sample city of 400 subjects."""
    return _copied("sample", SAMPLE, data_dir)


def _copied(name: str, words: Sequence[str], data_dir: Path) -> Path:
    run = Path(os.environ["QUANXIN_DATA_DIR"])  # of all workers, and removed at the end
    run.chmod(run.stat().st_mode | 0o011)
    kept = run / "platforms" / name
    kept.parent.mkdir(exist_ok=True)
    with (kept.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / "made").exists():
            _make(words, kept / "data")
            (kept / "made").touch()
    # with its owners and modes, which shutil does not copy
    subprocess.run(["cp", "-a", str(kept / "data"), str(data_dir)], check=True)
    return data_dir


def _make(words: Sequence[str], data_dir: Path) -> None:
    shutil.rmtree(data_dir.parent, ignore_errors=True)  # of a worker that was killed while it made it
    data_dir.parent.mkdir()
    done = warm.run(words, environment_of(data_dir), timeout=600)
    postgres.stop(data_dir)
    assert done.returncode == 0, done.stderr
