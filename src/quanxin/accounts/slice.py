"""What accounts add to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Leaf, Slice, Term

# What administrators do: accounts, roles, machines, bindings, keys.
ADMINISTRATIVE = (
    "accounts.add", "accounts.deactivate", "accounts.set-password", "accounts.reset-factors", "accounts.add-organisation",
    "accounts.end-organisation", "accounts.ask-grant", "accounts.grant", "accounts.refuse-grant", "accounts.remove-role",
    "accounts.bind", "accounts.unbind", "accounts.authorise", "accounts.end-agency", "accounts.add-client",
    "accounts.ask-client-decides", "accounts.client-decides", "accounts.new-secret", "accounts.end-secret",
    "accounts.end-client", "keys.add", "keys.rotate", "keys.rotate-index", "keys.retire",
)  # fmt: skip

SLICE = Slice(
    key="accounts",
    title=("账号", "Accounts"),
    health={"keys": "quanxin.accounts.health:keys", "retention": "quanxin.accounts.retention:findings"},
    terms=(
        Term("sessions", "41 3 * * *", "quanxin.accounts.sessions:sweep", "accounts.sweep-sessions"),
        Term("tokens", "43 3 * * *", "quanxin.accounts.clients:forget_expired", "accounts.forget-tokens"),
    ),
    leaves=dict.fromkeys(ADMINISTRATIVE, Leaf("administration")),
)
