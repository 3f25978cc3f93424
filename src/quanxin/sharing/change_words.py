"""The words of what became of records, as the feed tells it."""

from __future__ import annotations

from django.utils.translation import gettext as _


def change_words() -> dict[str, str]:
    """What became of records, in words, by the feed's word."""
    return {
        "withdrawn": _("撤销"),
        "repaired": _("修复"),
        "shielded": _("暂时屏蔽"),
        "deleted": _("依申请删除"),
        "disputed": _("异议处理中"),
        "settled": _("异议办结"),
        "restored": _("恢复公示"),
        "committed": _("更正"),
    }
