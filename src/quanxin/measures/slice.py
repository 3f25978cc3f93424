"""What measures add to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.accounts.actors import Role
from quanxin.runtime.slices import Face, Job, Link, Slice

OVERSEEING = frozenset({Role.DECIDER, Role.CENTRE, Role.AUDITOR})

SLICE = Slice(
    key="measures",
    title=("激励与惩戒", "Measures"),
    links=(
        Link(page="desk:measures-applied", title=_("措施"), place=20, roles=OVERSEEING, also=("/desk/measures",)),
        Link(page="my:measures", title=_("奖惩措施"), place=101, shown=lambda me: me.may_archive),
        Link(page="portal:lists", title=_("公开名单"), place=101),
    ),
    pages={
        Face.DESK: "quanxin.measures.desk.urls:PAGES",
        Face.MY: "quanxin.measures.my_pages:PAGES",
        Face.PORTAL: "quanxin.measures.lists_portal.pages:URLS",
    },
    routers=("quanxin.measures.api:router",),
    commands=("quanxin.measures.cli:register",),
    jobs=(
        Job("3 0 * * *", "quanxin.measures.following:by_night", "measures.by-night"),
        Job("13 0 * * *", "quanxin.measures.due:by_night", "measures.due"),
    ),
    health={"measures": "quanxin.measures.health:findings"},
    deep={"measures-deep": "quanxin.measures.health:deep"},
    handlers=("quanxin.measures.following:GROUNDS", "quanxin.measures.following:CASES", "quanxin.measures.due:LIST"),
    demo={
        "lists": "quanxin.measures.listing_sample:list_some",  # first: what is applied rests on lists
        "measures": "quanxin.measures.sample:apply_some",
    },
)
