"""What the portal adds to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.runtime.slices import Link, Slice

SLICE = Slice(
    key="portal",
    title=("公示门户", "Portal"),
    links=(
        Link(page="portal:licences", title=_("行政许可")),
        Link(page="portal:penalties", title=_("行政处罚")),
        Link(page="portal:catalogue", title=_("信息目录")),
        Link(page="portal:open-data", title=_("开放数据")),
        Link(page="portal:about", title=_("关于")),
    ),
    health={"doors": "quanxin.web.health:doors"},
)
