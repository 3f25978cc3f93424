"""The accounts' jobs.

Invariant: a job only calls the act it names; a session that is over opens nothing whether or not its row was swept.
"""

from __future__ import annotations

from quanxin.accounts import clients, sessions
from quanxin.accounts.retention import keep_to_term
from quanxin.runtime.jobs import every

every("41 3 * * *", keep_to_term("sessions", sessions.sweep), "accounts.sweep-sessions")
every("43 3 * * *", keep_to_term("tokens", clients.forget_expired), "accounts.forget-tokens")
