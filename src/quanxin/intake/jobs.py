"""The tasks that acts of intake make.

Invariant: a job only calls the act it names; whatever it must not lose lies in the tables and folders of that act, so a
job may be lost, doubled or repeated and nothing else is.
"""

from __future__ import annotations

from quanxin.runtime.jobs import app


@app.task(name="intake.pull", queue="intake")
def pull(source: str) -> None:
    """Pull a source: ``pulling.TASK``."""
    from quanxin.intake import pulls  # here: with what it imports every command began later

    pulls.pull_as_job(source)
