"""The jobs of attachments.

Invariant: a job only calls the act it names; it may be lost, doubled or repeated and nothing else is.
"""

from __future__ import annotations

from quanxin.attachments import removing
from quanxin.runtime.jobs import every

for cron, act, name in (
    ("*/5 * * * *", removing.scan_waiting, "attachments.scan"),
    ("29 3 * * *", removing.sweep, "attachments.sweep"),
):
    every(cron, act, name)
