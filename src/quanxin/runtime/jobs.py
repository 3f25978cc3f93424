"""Jobs: work that leaves a request or recurs, kept in the database until it is done.

Invariant: a job that is made in a transaction exists exactly if the transaction was committed, in a worker as well as in
a request. A job of a worker that died is taken up again: its heartbeat stops, and ``rescue`` gives it back to the queue.

A slice declares what recurs in its ``slice.py`` (``runtime.slices``), and tasks with ``app.task`` in its ``jobs.py``.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.jobs import Status
from procrastinate.utils import async_to_sync, utcnow

HEARTBEAT = float(settings.HEARTBEAT_SECONDS)  # between signs of life of a worker
STALLED = 3 * HEARTBEAT  # seconds without one after which its jobs are others'
RESCUE = f"* * * * * */{2 * settings.HEARTBEAT_SECONDS}"  # when the jobs of stalled workers are given back
UPKEEP = 10  # priority of periodic jobs: they are short, and long intakes must not keep them waiting

__all__ = ["RESCUE", "app", "every", "forget", "rescue"]


def every(cron: str, act: Callable[[], object], name: str) -> None:
    """Have a worker call ``act`` whenever ``cron`` says (a sixth field gives seconds).

    A call that still waits when the next is due stands for both; a call whose worker died is made again. Two workers
    may be at it at once: an act that must not be, claims what it works on.
    """

    def periodic(timestamp: int) -> None:  # noqa: ARG001  when it was due; every call looks at the present state
        act()

    task = app.task(name=name, queue="upkeep", priority=UPKEEP, queueing_lock=name)(periodic)
    app.periodic(cron=cron)(task)


def rescue() -> int:
    """Give the jobs of workers that died back to the queue; return how many there were.

    A job whose queueing lock a waiting job holds is ended instead: the waiting one stands for it.
    """
    stalled = list(async_to_sync(app.job_manager.get_stalled_jobs, seconds_since_heartbeat=STALLED))
    for job in stalled:
        assert job.id is not None  # noqa: S101  it was read from the table
        try:
            with transaction.atomic():
                app.job_manager.retry_job_by_id(job.id, retry_at=utcnow())
        except exceptions.UniqueViolation:
            async_to_sync(app.job_manager.finish_job_by_id_async, job.id, Status.ABORTED, True)
    return len(stalled)


def forget() -> None:
    """Remove the jobs that failed or were ended more than a week ago; those that succeeded go at once."""
    async_to_sync(
        app.job_manager.delete_old_jobs, 24 * 7, include_failed=True, include_cancelled=True, include_aborted=True
    )
