"""What the ledger adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Job, Slice, Term

SLICE = Slice(
    key="ledger",
    title=("封存", "Ledger"),
    health={"ledger": "quanxin.ledger.health:findings"},
    deep={"ledger-deep": "quanxin.ledger.health:deep"},
    jobs=(Job("17 * * * *", "quanxin.ledger.sealing:seal_by_night", "ledger.seal"),),
    terms=(Term("sign-ins", "47 3 * * *", "quanxin.ledger.removing:remove_sign_ins", "ledger.remove-sign-ins"),),
)
