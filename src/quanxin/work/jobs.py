"""The job of long work.

Invariant: a job only calls the act it names; what it must not lose lies in the work's own row, so a job may be lost, doubled
or repeated and nothing else is.
"""

from __future__ import annotations

from quanxin.runtime.jobs import app
from quanxin.work import engine
from quanxin.work.kinds import kind as kind_of


@app.task(name=engine.TASK)
def perform(kind: str, pk: str, request: str = "") -> None:  # noqa: ARG001  (the worker reads the request)
    """Carry a work out. One that broke off stays open, and ``take_over`` gives it to a new job."""
    engine.perform(kind_of(kind), pk)
