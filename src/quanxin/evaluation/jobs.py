"""The evaluation's jobs.

Invariant: a job only calls the act it names, and what it must not lose lies in that act's tables.
"""

from __future__ import annotations

from quanxin.evaluation import studies
from quanxin.runtime.jobs import app


@app.task(name=studies.TASK, queue=studies.QUEUE)
def study(study: int) -> None:
    """Answer a study."""
    studies.perform(study)
