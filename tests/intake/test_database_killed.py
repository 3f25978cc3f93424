"""PostgreSQL that is killed under the workers loses nothing that was submitted, and doubles nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path

import psycopg
import pytest

from quanxin.runtime import postgres
from tests import platform
from tests.intake.processes import said, until, workers

FILES = 20
KILLS = 5

SUBMIT = f"""
from pathlib import Path
from quanxin.runtime import boot
boot.setup()
from tests.city import register
from tests.intake.test_worker import submit
register(Path.cwd())
for number in range({FILES}):
    submit(Path.cwd(), number)
"""
LOOK = """
import json
from quanxin.runtime import boot
boot.setup()
from quanxin.intake.models import Submission
from tests.intake.test_worker import assert_all_taken_in_once
assert_all_taken_in_once()
print(json.dumps(list(Submission.objects.values_list("attempts", flat=True))))
"""


@pytest.mark.slow
def test_a_database_killed_during_intakes_loses_and_doubles_nothing(tmp_path: Path, root: Path) -> None:
    data_dir = tmp_path / "data"
    tmp_path.chmod(0o755)
    env = platform.environment_of(
        platform.empty(data_dir),
        QUANXIN_ENGINE_THREADS="1",
        QUANXIN_HEARTBEAT_SECONDS="2",
        PYTHONPATH=str(root),
        QUANXIN_LOG_LEVEL="ERROR",
    )
    source, kills = random.Random(5), 0
    try:
        said("-c", SUBMIT, env=env, cwd=tmp_path)
        with workers(2, env):
            while (done := _finished(data_dir)) < FILES:
                server = postgres.pid(data_dir)
                if server is None or done < 0:
                    time.sleep(0.05)
                elif kills < KILLS and _running(data_dir):
                    time.sleep(source.uniform(0, 0.4))
                    os.kill(server, signal.SIGKILL)
                    kills += 1
                    until(lambda gone=server: postgres.pid(data_dir) not in (gone, None), "a worker to start it again")
                else:
                    time.sleep(0.05)
        attempts = json.loads(said("-c", LOOK, env=env, cwd=root))
        assert kills == KILLS
        assert len(attempts) == FILES
        assert max(attempts) > 1, "no intake was interrupted"
    finally:
        postgres.stop(data_dir)


def _finished(data_dir: Path) -> int:
    """How many submissions are over; -1 while the database is away."""
    return _count(data_dir, "finished_at IS NOT NULL")


def _running(data_dir: Path) -> bool:
    return _count(data_dir, "state = 'running'") > 0


def _count(data_dir: Path, condition: str) -> int:
    try:
        with psycopg.connect(postgres.url(data_dir), connect_timeout=5) as connection:
            row = connection.execute(f"SELECT count(*) FROM intake_submission WHERE {condition}").fetchone()  # type: ignore[arg-type]
            return int(row[0]) if row else -1
    except psycopg.OperationalError:
        return -1
