"""The evaluation's jobs.

Invariant: a job only calls the act it names, and what it must not lose lies in that act's tables.
"""

from __future__ import annotations

from quanxin.evaluation import following, studies
from quanxin.runtime.jobs import app, every

for cron, act, name in (
    ("* * * * * 4/10", following.follow, "evaluation.follow"),
    ("47 1 * * *", following.by_night, "evaluation.by-night"),
):
    every(cron, act, name)


@app.task(name=studies.TASK, queue=studies.QUEUE)
def study(study: int) -> None:
    """Answer a study."""
    studies.perform(study)
