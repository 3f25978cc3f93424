"""The jobs that recur, as slices declare them, and those of the house itself.

Invariant: a job only calls what its declaration names; what it must not lose lies in tables. What has a term ends by a job that
leaves its line, whether or not there was anything to remove.
"""

from __future__ import annotations

from collections.abc import Callable

from quanxin.accounts.retention import keep_to_term
from quanxin.runtime import slices
from quanxin.runtime.jobs import RESCUE, every, forget, rescue


def _named(name: slices.Name) -> Callable[[], int]:
    """What a declaration names, loaded when it is called."""
    return lambda: slices.load(name)()


every(RESCUE, rescue, "jobs.rescue")
every("11 3 * * *", forget, "jobs.forget")
for one in slices.plugged():
    for job in one.jobs:
        every(job.cron, _named(job.act), job.name)
    for term in one.terms:
        every(term.cron, keep_to_term(term.kind, _named(term.remove)), term.job)
