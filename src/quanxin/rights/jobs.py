"""The jobs of rights.

Invariant: a job only calls the act it names; what it must not lose lies in that act's tables.
"""

from __future__ import annotations

from quanxin.casework import delivery as mailing
from quanxin.casework import terms
from quanxin.rights import consents, following, retention
from quanxin.runtime.jobs import every

for cron, act, name in (
    ("* * * * * 2/20", terms.tick, "rights.tick"),
    ("* * * * * 9/20", mailing.send_due, "rights.mail"),
    ("23 6 * * *", following.tell_open, "rights.tell-open"),
    ("33 6 * * *", consents.warn_of_end, "rights.warn-of-end"),
    ("53 2 * * *", retention.prove, "rights.prove-retention"),
):
    every(cron, act, name)
