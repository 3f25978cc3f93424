"""What casework adds to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.accounts.actors import Role
from quanxin.runtime.slices import Face, Job, Link, Slice

CASES = frozenset({Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR})

SLICE = Slice(
    key="casework",
    title=("办件", "Casework"),
    links=(
        Link(page="desk:agenda", title=_("办理日程"), place=11, roles=CASES),
        Link(page="desk:statistics", title=_("办件统计"), place=12, roles=CASES - {Role.WINDOW}),
    ),
    pages={Face.DESK: "quanxin.casework.desk.urls:PAGES"},
    commands=("quanxin.casework.cli:register",),
    routers=("quanxin.casework.api:router",),
    jobs=(
        Job("* * * * * 2/20", "quanxin.casework.ticking:tick", "casework.tick"),
        Job("* * * * * 9/20", "quanxin.casework.delivery:send_due", "casework.mail"),
        Job("*/20 * * * *", "quanxin.casework.letters:send", "casework.letters"),
    ),
)
