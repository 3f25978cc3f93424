"""What casework adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Job, Slice

SLICE = Slice(
    key="casework",
    title=("办件", "Casework"),
    commands=("quanxin.casework.cli:register",),
    routers=("quanxin.casework.api:router",),
    jobs=(
        Job("* * * * * 2/20", "quanxin.casework.ticking:tick", "casework.tick"),
        Job("* * * * * 9/20", "quanxin.casework.delivery:send_due", "casework.mail"),
        Job("*/20 * * * *", "quanxin.casework.letters:send", "casework.letters"),
    ),
)
