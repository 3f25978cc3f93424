"""What the exchange adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice

SLICE = Slice(key="exchange", handlers=("quanxin.exchange.webhook_news:WEBHOOKS",))
