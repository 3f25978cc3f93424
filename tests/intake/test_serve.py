"""One command serves the site and does the jobs, and neither outlives the other."""

from __future__ import annotations

import os
import signal
import socket
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from procrastinate.contrib.django.models import ProcrastinateWorker

from quanxin.intake.models import Submission
from quanxin.runtime.session import own_session
from tests.city import register
from tests.intake.processes import quanxin, until
from tests.intake.test_worker import submit


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def sessions() -> int:
    """How many connections other processes have to this database."""
    with own_session() as session:
        row = session.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND query LIKE '%procrastinate%'"
        ).fetchone()
    return int(row[0]) if row else 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_serve_does_the_jobs_too_and_its_worker_ends_with_it(tmp_path: Path, number: signal.Signals) -> None:
    register(tmp_path)
    work, port = submit(tmp_path, 0), free_port()
    served = quanxin("serve", "--port", str(port), "--workers", "1", group=True)
    try:
        until(lambda: answers(port), "the site")
        until(lambda: Submission.objects.get(pk=work.pk).state == "done", "the worker")
        assert sessions() > 0
        served.send_signal(number)
        served.wait(timeout=30)
        until(lambda: sessions() == 0, "the worker to end", seconds=30)
        assert ProcrastinateWorker.objects.count() == 0, "it took no leave"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(served.pid, signal.SIGKILL)  # the site's own processes outlive one that was killed
        served.wait()
