"""What accounts add to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice, Term

SLICE = Slice(
    key="accounts",
    title=("账号", "Accounts"),
    health={"keys": "quanxin.accounts.health:keys", "retention": "quanxin.accounts.retention:findings"},
    terms=(
        Term("sessions", "41 3 * * *", "quanxin.accounts.sessions:sweep", "accounts.sweep-sessions"),
        Term("tokens", "43 3 * * *", "quanxin.accounts.clients:forget_expired", "accounts.forget-tokens"),
    ),
)
