"""What the archive adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Job, Leaf, Slice

SLICE = Slice(
    key="archive",
    title=("信用档案", "Archive"),
    health={
        "lake": "quanxin.archive.health:lake",
        "events": "quanxin.archive.health:set_aside",
        "followers": "quanxin.archive.health:lags",
    },
    leaves={"archive.publish": Leaf("publication", says=("sha256", "files"))},
    jobs=(
        Job("7 2 * * *", "quanxin.archive.open_data:publish", "archive.open-data"),
        Job("*/5 * * * *", "quanxin.archive.open_data:renew", "archive.renew-open-data"),
    ),
)
