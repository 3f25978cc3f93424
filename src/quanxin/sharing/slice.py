"""What sharing with consumers adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Job, Slice

SLICE = Slice(
    key="sharing",
    title=("共享", "Sharing"),
    routers=("quanxin.sharing.api:router",),
    jobs=(
        Job("* * * * * 3/5", "quanxin.sharing.webhooks:deliver_due", "sharing.notify"),
        Job("23 3 * * *", "quanxin.sharing.webhooks:forget", "sharing.forget-deliveries"),
    ),
    handlers=("quanxin.sharing.webhook_events:WEBHOOKS",),
)
