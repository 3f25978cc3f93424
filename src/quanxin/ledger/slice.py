"""What the ledger adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Face, Job, Leaf, Slice, Term

SLICE = Slice(
    key="ledger",
    title=("封存", "Ledger"),
    pages={Face.PORTAL: "quanxin.ledger.log_pages:PAGES"},
    health={"ledger": "quanxin.ledger.health:findings"},
    deep={"ledger-deep": "quanxin.ledger.health:deep"},
    jobs=(
        Job("* * * * * *", "quanxin.ledger.sequencing:sequence", "ledger.sequence"),
        Job("17 * * * *", "quanxin.ledger.sealing:seal_by_night", "ledger.seal"),
        Job("* * * * *", "quanxin.ledger.editions:take_over", "ledger.take-over-pack"),
    ),
    lines=("quanxin.ledger.leaves:of_lines",),
    leaves={
        "ledger.rotate": Leaf("administration", says=("key", "former")),
        "ledger.take-over": Leaf("pack", says=("pack", "edition")),
    },
    terms=(Term("sign-ins", "47 3 * * *", "quanxin.ledger.removing:remove_sign_ins", "ledger.remove-sign-ins"),),
)
