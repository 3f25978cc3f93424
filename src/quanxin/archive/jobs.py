"""The archive's jobs: every subscriber to its events looks at what happened.

Invariant: a job only calls the act it names; a pass that is lost is made by the next.
"""

from __future__ import annotations

from functools import partial

from quanxin.archive import events
from quanxin.runtime.jobs import every

SECONDS = 5  # between two passes of a subscriber

for number, soon in enumerate(events.handlers_soon()):
    every(f"* * * * * {number % SECONDS}/{SECONDS}", partial(events.follow, soon), f"{soon.name}.follow")
