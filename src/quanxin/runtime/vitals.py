"""Whether the platform can do what it is there for, as of now: database, worker, disk, what waits.

Invariant: looking changes nothing and takes a few short queries; what cannot be asked is told as not there.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import Error, connection

from quanxin.runtime.jobs import STALLED
from quanxin.runtime.machine import LEAST_TO_SERVE, space

LOW = 1 << 30  # bytes below which somebody should look after the disk
_QUERY = """
SELECT (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)),
       count(*), coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, (
           SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'deferred')))), 0)
FROM procrastinate_jobs j WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())
"""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What was found. ``oldest`` is for how many seconds the job that waits longest could have been done."""

    database: bool
    workers: int
    waiting: int
    oldest: float
    free: int

    @property
    def disk(self) -> str:
        """How the disk is: ok, low, or full."""
        return "full" if self.free < LEAST_TO_SERVE else "low" if self.free < LOW else "ok"

    @property
    def serving(self) -> bool:
        """Whether requests can be answered."""
        return self.database and self.disk != "full"


def look() -> Vitals:
    """Look at everything once."""
    free = space()
    try:
        with connection.cursor() as cursor:
            cursor.execute(_QUERY, [STALLED])
            workers, waiting, oldest = cursor.fetchone()
    except Error:
        return Vitals(False, 0, 0, 0.0, free)
    return Vitals(True, int(workers), int(waiting), max(0.0, float(oldest)), free)
