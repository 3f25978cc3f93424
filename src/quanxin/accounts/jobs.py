"""The accounts' jobs.

Invariant: a job only calls the act it names; a session that is over opens nothing whether or not its row was swept.
"""

from __future__ import annotations

from quanxin.accounts import sessions
from quanxin.runtime.jobs import every

every("41 3 * * *", sessions.sweep, "accounts.sweep-sessions")
