"""How states and causes of applications are called.

Invariant: each is a text of the interface, in the language of whoever reads.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from quanxin.measures.models import Application

State, Cause = Application.State, Application.Cause


def states() -> dict[str, str]:
    """The states in words."""
    return {State.IN_FORCE: _("实施中"), State.SUSPENDED: _("暂停"), State.LIFTED: _("已解除")}


def causes() -> dict[str, str]:
    """Why applications were lifted, in words."""
    return {
        Cause.REPAIRED: _("信用修复"),
        Cause.DELETED: _("依本人申请删除"),
        Cause.WITHDRAWN: _("记录已撤回"),
        Cause.REMOVED: _("移出名单"),
        Cause.CORRECTED: _("记录已更正"),
        Cause.EXPIRED: _("期限届满"),
        Cause.RULE: _("依据的规定不再适用"),
        Cause.SUBJECT: _("主体关联已变更"),
        Cause.DECIDED: _("实施单位决定解除"),
    }


def state(key: str) -> str:
    """A state in words."""
    return states()[key]
