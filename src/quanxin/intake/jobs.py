"""The tasks that acts of intake make.

Invariant: a job only calls the act it names; whatever it must not lose lies in the tables and folders of that act, so a
job may be lost, doubled or repeated and nothing else is.
"""

from __future__ import annotations

from quanxin.intake import submissions
from quanxin.runtime.jobs import app


@app.task(name=submissions.TASK, queue=submissions.QUEUE)
def perform(submission: str) -> None:
    """Take a submission in. One that broke off stays open, and ``take_over`` gives it to a new job."""
    submissions.perform(submission)


@app.task(name="intake.pull", queue=submissions.QUEUE)
def pull(source: str) -> None:
    """Pull a source: ``pulling.TASK``."""
    from quanxin.intake import pulls  # here: with what it imports every command began later

    pulls.pull_as_job(source)
