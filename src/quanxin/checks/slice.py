"""What credit checks add to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.accounts.actors import Role
from quanxin.runtime.slices import Face, Link, Slice

# who sees the figures: whoever checks for a department, and who oversees them
COUNTED = frozenset({Role.INTAKE, Role.DECIDER, Role.CENTRE, Role.AUDITOR})
CHECKING = frozenset({Role.INTAKE, Role.DECIDER, Role.PERSONNEL})

SLICE = Slice(
    key="checks",
    title=("信用核查", "Credit checks"),
    links=(
        Link(page="desk:checks", title=_("信用核查"), place=15, roles=CHECKING),
        Link(page="desk:check-statistics", title=_("核查统计"), place=16, roles=COUNTED),
    ),
    pages={Face.DESK: "quanxin.checks.desk.urls:PAGES", Face.PORTAL: "quanxin.checks.portal:PAGES"},
    routers=("quanxin.checks.api:router",),
    commands=("quanxin.checks.cli:register",),
    demo={"checked": "quanxin.checks.sample:check_some"},
    works={"check-list": "quanxin.checks.lists:LISTS"},
)
