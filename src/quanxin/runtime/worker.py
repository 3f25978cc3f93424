"""A worker: does the jobs until it is asked to stop.

Invariant: asked to stop, it finishes what it does and takes on nothing new. A database that goes away ends no worker:
it waits until the database is back, and starts one of our own that crashed, but none that was stopped on purpose.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from asyncio import AbstractEventLoop
from contextlib import suppress

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.job_context import JobContext
from procrastinate.middleware import AsyncCallNext
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker

from quanxin.runtime import environment, postgres
from quanxin.runtime.cluster import DatabaseError
from quanxin.runtime.jobs import HEARTBEAT, STALLED
from quanxin.runtime.log import request_id
from quanxin.runtime.metrics import JOB_SECONDS, JOBS

_PATIENCE = 2.0  # seconds between attempts at a database that is away
_STOPPERS = (signal.SIGTERM, signal.SIGINT)

_log = logging.getLogger(__name__)
_requests = logging.getLogger("quanxin.requests")


def work(concurrency: int, *, beside: int | None = None) -> None:
    """Do jobs, ``concurrency`` at once, until SIGTERM or SIGINT, or until the parent is not process ``beside`` any more.

    A second signal ends the process at once.
    """
    asyncio.run(_work(concurrency, beside))


async def _work(concurrency: int, beside: int | None) -> None:
    asked = asyncio.Event()
    _listen(asyncio.get_running_loop(), asked)
    watching = asyncio.create_task(_watch(beside, asked)) if beside is not None else None
    while not asked.is_set():
        try:
            await asyncio.to_thread(_revive)
            await _shift(concurrency, asked)
        except Exception as error:  # whatever befell the database or the library, jobs must go on being done
            _log.warning("the worker lost its footing and starts again: %s", error)
        if not asked.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), _PATIENCE)
    if watching is not None:
        watching.cancel()


def _listen(loop: AbstractEventLoop, asked: asyncio.Event) -> None:
    """Set ``asked`` at the first signal and leave a second one to the system."""

    def stop() -> None:
        for number in _STOPPERS:
            loop.remove_signal_handler(number)
        asked.set()

    for number in _STOPPERS:
        loop.add_signal_handler(number, stop)


async def _watch(parent: int, asked: asyncio.Event) -> None:
    """Set ``asked`` when the parent is gone: whoever loses its parent is given another."""
    while os.getppid() == parent:
        await asyncio.sleep(1)
    asked.set()


async def _shift(concurrency: int, asked: asyncio.Event) -> None:
    """Do jobs until asked to stop, or until the database goes away."""
    await sync_to_async(close_old_connections)()  # periodic jobs are made by a connection that outlives shifts
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4, timeout=5.0)
    # An app of the worker's own beside the tasks' one: jobs that a task makes go by Django's connection and so belong
    # to its transaction.
    own = DjangoApp(connector=connector)
    own.tasks, own.periodic_registry = app.tasks, app.periodic_registry
    async with own.open_async():
        working = asyncio.create_task(
            own.run_worker_async(
                concurrency=concurrency,
                delete_jobs="successful",
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED,
                worker_middleware=[_told],
            )
        )
        stopping = asyncio.create_task(asked.wait())
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not working.done():
            working.cancel()  # which procrastinate takes as: finish what you do
        try:
            await working
        except asyncio.CancelledError:
            _log.info("stopped")


async def _told(call_next: AsyncCallNext, context: JobContext, _worker: Worker) -> object:
    """Do a job under the number of the request that made it, or its own, and count it."""
    task = context.job.task_name
    held, began, outcome = (
        request_id.set(str(context.job.task_kwargs.get("request") or f"job-{context.job.id}")),
        time.monotonic(),
        "failed",
    )
    try:
        result = await call_next()
        outcome = "done"
        return result
    finally:
        seconds = time.monotonic() - began
        JOBS.labels(task, outcome).inc()
        JOB_SECONDS.labels(task).observe(seconds)
        if context.job.task_kwargs.get("request") or outcome != "done":
            _requests.info("job", extra={"task": task, "job": str(context.job.id), "outcome": outcome})
        request_id.reset(held)


def _revive() -> None:
    """Start our own PostgreSQL if it crashed. ``DatabaseError`` if it will not start."""
    data_dir = environment.data_dir()
    if not environment.value("QUANXIN_DATABASE_URL") and postgres.crashed(data_dir):
        try:
            postgres.ensure(data_dir)
        except DatabaseError:
            _log.exception("the database crashed and does not start")
            raise
