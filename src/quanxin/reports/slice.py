"""What credit reports add to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.accounts.actors import Role
from quanxin.runtime.slices import Face, Link, Slice

SLICE = Slice(
    key="reports",
    title=("信用报告", "Credit reports"),
    links=(
        Link(page="my:reports", title=_("信用报告"), place=103, shown=lambda me: me.may_archive),
        Link(
            page="desk:report-batches", title=_("批量信用报告"), place=17, roles=frozenset({Role.INTAKE, Role.DECIDER})
        ),
    ),
    pages={Face.MY: "quanxin.reports.urls:MY", Face.DESK: "quanxin.reports.urls:DESK"},
    works={"report-batch": "quanxin.reports.batches:BATCHES"},
    commands=("quanxin.reports.cli:register",),
)
