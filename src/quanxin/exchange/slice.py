"""What the exchange adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Job, Slice

SLICE = Slice(
    key="exchange",
    title=("归集共享", "Exchange"),
    health={"drop-folder": "quanxin.exchange.drop_health:findings"},
    deep={"lake-deep": "quanxin.exchange.lake_health:deep"},
    jobs=(
        Job("* * * * * 5/10", "quanxin.exchange.submissions:take_over", "exchange.take-over"),
        Job("* * * * * */5", "quanxin.exchange.dropping:scan_as_job", "exchange.scan-drop-folder"),
        Job("* * * * *", "quanxin.exchange.pulling:pull_due", "exchange.pull-due"),
        Job("* * * * * 3/5", "quanxin.exchange.webhooks:deliver_due", "exchange.notify"),
        Job("37 2 * * *", "quanxin.exchange.upkeep:compact_by_night", "archive.compact"),
        Job("17 3 * * *", "quanxin.exchange.submissions:tidy", "exchange.tidy-inbox"),
        Job("23 3 * * *", "quanxin.exchange.webhooks:forget", "exchange.forget-deliveries"),
    ),
    handlers=("quanxin.exchange.webhook_news:WEBHOOKS",),
)
