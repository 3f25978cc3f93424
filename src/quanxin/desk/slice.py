"""What the desk adds to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.accounts.actors import Role
from quanxin.runtime.slices import Link, Slice

EVERYONE = frozenset(Role)
INTAKE, CENTRE = frozenset({Role.INTAKE}), frozenset({Role.CENTRE})
CASES = frozenset({Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR})
READING = frozenset({Role.SUPERVISOR, Role.INTAKE, Role.DECIDER, Role.BANK, Role.PERSONNEL})
SHARING = frozenset({Role.STEWARD, Role.AUDITOR, Role.INTAKE, Role.DECIDER})
SLICE = Slice(
    key="desk",
    title=("工作台", "Desk"),
    links=(
        Link(page="desk:home", title=_("工作台"), roles=EVERYONE),
        Link(page="desk:notices", title=_("通知"), roles=EVERYONE, count="quanxin.casework.inbox:unread"),
        Link(page="desk:cases", title=_("修复与异议"), roles=CASES),
        Link(page="desk:agenda", title=_("办理日程"), roles=CASES),
        Link(page="desk:statistics", title=_("办件统计"), roles=CASES - {Role.WINDOW}),
        Link(page="desk:shields", title=_("重整屏蔽"), roles=frozenset({Role.REVIEWER})),
        Link(page="desk:upload", title=_("报送文件"), roles=INTAKE),
        Link(page="desk:batches", title=_("批次与回执"), roles=INTAKE),
        Link(page="desk:records", title=_("更正与撤销"), roles=INTAKE),
        Link(page="desk:unlinked", title=_("待关联"), roles=frozenset({Role.STEWARD}), also=("/desk/decisions",)),
        Link(page="desk:conflicts", title=_("归属冲突"), roles=SHARING),
        Link(page="desk:handovers", title=_("记录移交"), roles=frozenset({Role.STEWARD, Role.APPROVER, Role.AUDITOR})),
        Link(page="desk:quality", title=_("质量通报"), roles=CENTRE | INTAKE),
        Link(page="desk:consumers", title=_("使用单位"), roles=CENTRE),
        Link(
            page="desk:set-aside",
            title=_("未完成的后续处理"),
            roles=CENTRE,
            count="quanxin.archive.followers:on_the_shelf",
        ),
        Link(page="desk:scores", title=_("主体得分"), roles=CENTRE),
        Link(
            page="desk:models",
            title=_("评价模型"),
            roles=frozenset({Role.MODELLER, Role.APPROVER}),
            also=("/desk/studies/", "/desk/editions/"),
        ),
        Link(page="desk:reading", title=_("查询档案"), roles=READING),
        Link(
            page="desk:audit",
            title=_("审计"),
            roles=frozenset({Role.AUDITOR}),
            also=("/desk/accesses", "/desk/sign-ins"),
        ),
        Link(
            page="desk:clients", title=_("接口与登录"), roles=frozenset({Role.ADMINISTRATOR}), also=("/desk/sessions",)
        ),
    ),
)
