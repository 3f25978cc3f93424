"""What measures add to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.runtime.slices import Face, Job, Link, Slice

SLICE = Slice(
    key="measures",
    title=("激励与惩戒", "Measures"),
    links=(Link(page="portal:lists", title=_("公开名单"), place=101),),
    pages={Face.PORTAL: "quanxin.measures.lists_portal.pages:URLS"},
    jobs=(Job("3 0 * * *", "quanxin.measures.following:by_night", "measures.by-night"),),
    health={"measures": "quanxin.measures.health:findings"},
    deep={"measures-deep": "quanxin.measures.health:deep"},
    handlers=("quanxin.measures.following:GROUNDS", "quanxin.measures.following:CASES"),
)
