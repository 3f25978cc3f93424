"""What the desk adds to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.accounts.actors import Role
from quanxin.runtime.slices import Link, Slice

EVERYONE = frozenset(Role)
CENTRE = frozenset({Role.CENTRE})
CASES = frozenset({Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.SUPERVISOR, Role.CENTRE, Role.AUDITOR})
READING = frozenset({Role.SUPERVISOR, Role.INTAKE, Role.DECIDER, Role.BANK, Role.PERSONNEL})
SLICE = Slice(
    key="desk",
    title=("工作台", "Desk"),
    links=(
        Link(page="desk:home", title=_("工作台"), place=0, roles=EVERYONE),
        Link(page="desk:notices", title=_("通知"), place=1, roles=EVERYONE, count="quanxin.casework.inbox:unread"),
        Link(page="desk:cases", title=_("办理事项"), place=10, roles=CASES),
        Link(
            page="desk:set-aside",
            title=_("未完成的后续处理"),
            place=40,
            roles=CENTRE,
            count="quanxin.archive.followers:on_the_shelf",
        ),
        Link(page="desk:reading", title=_("查询档案"), place=60, roles=READING),
        Link(
            page="desk:audit",
            title=_("审计"),
            place=70,
            roles=frozenset({Role.AUDITOR}),
            also=("/desk/accesses", "/desk/sign-ins"),
        ),
        Link(
            page="desk:clients",
            title=_("接口与登录"),
            place=80,
            roles=frozenset({Role.ADMINISTRATOR}),
            also=("/desk/sessions",),
        ),
    ),
)
