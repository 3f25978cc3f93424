"""The exchange's jobs.

Invariant: a job only calls the act it names; whatever it must not lose lies in the tables and folders of that act, so a
job may be lost, doubled or repeated and nothing else is.
"""

from __future__ import annotations

from quanxin.archive import opening
from quanxin.exchange import dropping, submissions, upkeep, webhooks
from quanxin.runtime.jobs import RESCUE, app, every, forget, rescue


def pull_due() -> None:
    """Pull the sources that are due."""
    from quanxin.exchange.pulling import pull_due  # here, as below: with what it imports every command began later

    pull_due()


# A periodic job is one line: when, what, its name. Five fields are a crontab's; a sixth gives seconds.
for cron, act, name in (
    (RESCUE, rescue, "jobs.rescue"),
    ("* * * * * 5/10", submissions.take_over, "exchange.take-over"),
    ("* * * * * */5", dropping.scan_as_job, "exchange.scan-drop-folder"),
    ("* * * * *", pull_due, "exchange.pull-due"),
    ("* * * * * 3/5", webhooks.deliver_due, "exchange.notify"),
    ("7 2 * * *", opening.publish, "archive.open-data"),
    ("*/5 * * * *", opening.renew, "archive.renew-open-data"),
    ("37 2 * * *", upkeep.compact_by_night, "archive.compact"),
    ("11 3 * * *", forget, "jobs.forget"),
    ("17 3 * * *", submissions.tidy, "exchange.tidy-inbox"),
    ("23 3 * * *", webhooks.forget, "exchange.forget-deliveries"),
):
    every(cron, act, name)


@app.task(name=submissions.TASK, queue=submissions.QUEUE)
def perform(submission: str) -> None:
    """Take a submission in. One that broke off stays open, and ``take_over`` gives it to a new job."""
    submissions.perform(submission)


@app.task(name="exchange.pull", queue=submissions.QUEUE)
def pull(source: str) -> None:
    """Pull a source: ``pulling.TASK``."""
    from quanxin.exchange import pulling

    pulling.pull_as_job(source)
