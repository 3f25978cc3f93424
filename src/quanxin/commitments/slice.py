"""What commitments add to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.accounts.actors import Role
from quanxin.runtime.slices import Face, Job, Link, Slice

SEEING = frozenset({Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR})

SLICE = Slice(
    key="commitments",
    title=("信用承诺", "Commitments"),
    links=(
        Link(page="my:commitments", title=_("我的承诺"), place=105, shown=lambda me: not me.agency),
        Link(page="desk:commitments", title=_("信用承诺"), place=13, roles=SEEING),
        Link(page="portal:commitments", title=_("信用承诺"), place=105),
    ),
    jobs=(Job("27 2 * * *", "quanxin.commitments.nightly:by_night", "commitments.by-night"),),
    routers=("quanxin.commitments.api:router",),
    demo={"promised": "quanxin.commitments.sample:promise"},
    pages={
        Face.MY: "quanxin.commitments.urls:MY",
        Face.DESK: "quanxin.commitments.urls:DESK",
        Face.PORTAL: "quanxin.commitments.urls:PORTAL",
    },
)
