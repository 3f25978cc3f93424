"""What attachments add to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Job, Slice

SLICE = Slice(
    key="attachments",
    title=("附件", "Attachments"),
    health={"attachments": "quanxin.attachments.health:findings"},
    jobs=(
        Job("*/5 * * * *", "quanxin.attachments.removal:scan_waiting", "attachments.scan"),
        Job("29 3 * * *", "quanxin.attachments.removal:sweep", "attachments.sweep"),
    ),
)
