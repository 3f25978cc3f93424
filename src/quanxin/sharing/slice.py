"""What sharing with consumers adds to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.accounts.actors import Role
from quanxin.runtime.slices import Face, Job, Link, Slice

SLICE = Slice(
    key="sharing",
    title=("共享", "Sharing"),
    links=(Link(page="desk:consumers", title=_("使用单位"), place=30, roles=frozenset({Role.CENTRE})),),
    pages={Face.DESK: "quanxin.sharing.desk:PAGES"},
    commands=tuple(f"quanxin.sharing.cli.{name}:register" for name in ("consumers", "export", "webhooks")),
    routers=("quanxin.sharing.api:router",),
    jobs=(
        Job("* * * * * 3/5", "quanxin.sharing.webhooks:deliver_due", "sharing.notify"),
        Job("23 3 * * *", "quanxin.sharing.webhooks:forget", "sharing.forget-deliveries"),
    ),
    handlers=("quanxin.sharing.webhook_events:WEBHOOKS",),
)
