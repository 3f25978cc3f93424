"""Workers take in what was submitted, once each, whoever is killed meanwhile."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from quanxin.accounts import operator
from quanxin.accounts.models import AuditLine
from quanxin.archive import lake
from quanxin.archive.models import Batch, Record
from quanxin.intake import inbox, submissions
from quanxin.intake.models import Submission
from quanxin.intake.submissions import SUBMISSIONS
from quanxin.runtime import jobs
from quanxin.runtime.session import own_session
from quanxin.runtime.variables import VARIABLES
from quanxin.work import engine
from tests.city import register, write
from tests.intake.processes import quanxin, until, workers
from tests.intake.test_killed import ROWS, rows
from tests.intake.whole import assert_batches_are_whole

FILES = 20
RESOURCE = "administrative-penalty"


def submit(folder: Path, number: int) -> Submission:
    path = write(folder, RESOURCE, rows(number), name=f"{number}.csv")
    return submissions.submit(
        path, file_name=path.name, resource=RESOURCE, provider="market-regulation", actor=operator()
    )


def finished() -> int:
    return Submission.objects.exclude(finished_at=None).count()


def assert_all_taken_in_once() -> None:
    assert_batches_are_whole(RESOURCE)
    assert set(Submission.objects.values_list("state", flat=True)) == {"done"}
    assert {s.batch.file_name: s.batch.accepted for s in Submission.objects.select_related("batch") if s.batch} == {
        f"{n}.csv": ROWS - 2 for n in range(FILES)
    }
    assert Batch.objects.filter(resource=RESOURCE).count() == FILES
    assert Record.objects.filter(resource=RESOURCE).count() == (ROWS - 2) * FILES
    assert AuditLine.objects.filter(act="intake.commit").count() == FILES + 1
    assert not lake.orphans(RESOURCE)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_workers_killed_at_random_instants_lose_and_double_nothing(tmp_path: Path) -> None:
    register(tmp_path)
    for number in range(FILES):
        submit(tmp_path, number)
    source, kills = random.Random(11), 0
    with workers(2) as running:
        while finished() < FILES:
            until(lambda: Submission.objects.filter(state="running").exists() or finished() == FILES, "an intake")
            if kills < FILES:
                time.sleep(source.uniform(0, 0.5))
                victim = running.pop(0)
                victim.kill()
                victim.wait()
                running.append(quanxin("worker"))
                kills += 1
                assert_batches_are_whole(RESOURCE)
            else:
                time.sleep(0.2)
        until(lambda: not inbox.root().exists() or not any(inbox.root().iterdir()), "the inbox to be cleared")
    interrupted = Submission.objects.filter(attempts__gt=1).count()
    assert interrupted > 0, "no intake was interrupted"
    assert_all_taken_in_once()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_do_nothing_twice(tmp_path: Path) -> None:
    register(tmp_path)
    with workers(2):
        for number in range(FILES):
            submit(tmp_path, number)
        until(lambda: finished() == FILES, "all to be taken in")
    assert set(Submission.objects.values_list("attempts", flat=True)) == {1}
    assert_all_taken_in_once()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_stop_finishes_what_it_does(tmp_path: Path, number: signal.Signals) -> None:
    register(tmp_path)
    with workers(1) as running:
        with an_intake_cannot_end():
            first = submit(tmp_path, 0)
            until(lambda: Submission.objects.get(pk=first.pk).step == "committing", "the intake to begin")
            running[0].send_signal(number)
            time.sleep(1)
            second = submit(tmp_path, 1)
            time.sleep(1)
            assert running[0].poll() is None, "it left its work lying"
        assert running.pop().wait(timeout=30) == 0
    assert submissions.status(first.pk).state == "done"
    assert submissions.status(second.pk).state == "waiting"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_had_is_taken_over_by_one_that_runs(tmp_path: Path) -> None:
    register(tmp_path)
    with workers(1) as running:
        with an_intake_cannot_end():
            work = submit(tmp_path, 0)
            until(lambda: Submission.objects.get(pk=work.pk).step == "committing", "the intake to begin")
            running.append(quanxin("worker"))
            until(lambda: ProcrastinateWorker.objects.count() == 2, "the second worker")
            running[0].kill()
            running.pop(0).wait()
        until(lambda: finished() == 1, "the other to take it over")
        until(lambda: not ProcrastinateJob.objects.filter(task_name=engine.TASK).exists(), "its job to be over")
    done = submissions.status(work.pk)
    assert (done.state, done.attempts) == ("done", 2)
    assert Batch.objects.filter(resource=RESOURCE).count() == 1


def test_a_dead_worker_is_noticed_within_half_a_minute() -> None:
    (cron,) = (
        one.cron for (name, _), one in jobs.app.periodic_registry.periodic_tasks.items() if name == "jobs.rescue"
    )
    seconds = cron.split()[-1].removeprefix("*/")
    assert jobs.HEARTBEAT < jobs.STALLED
    default = int(VARIABLES["QUANXIN_HEARTBEAT_SECONDS"].default)  # tests have a shorter one
    assert (jobs.STALLED + int(seconds)) / jobs.HEARTBEAT * default <= 30


@pytest.mark.django_db
def test_jobs_of_a_dead_worker_go_back_to_the_queue_unless_another_waits_in_their_place(tmp_path: Path) -> None:
    work = submit(tmp_path, 0)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')")
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
        )
    assert engine.enqueue(SUBMISSIONS, work.pk)
    assert jobs.rescue() == 1
    assert jobs.rescue() == 0
    assert [job.status for job in ProcrastinateJob.objects.filter(task_name=engine.TASK)] == ["todo"]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
        )
    assert jobs.rescue() == 1
    assert [job.status for job in ProcrastinateJob.objects.filter(task_name=engine.TASK)] == ["todo"]


@contextmanager
def an_intake_cannot_end() -> Iterator[None]:
    """Intakes begin and then wait, until the block ends."""
    with own_session() as blocker, blocker.transaction():
        blocker.execute("LOCK TABLE archive_batch IN SHARE MODE")
        yield
