"""What cases, their papers and their channels are called on pages.

Invariant: every state, kind and channel that a case can have has its words here (a test holds that).
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

KINDS = {"repair": _("信用修复"), "objection": _("异议"), "second-look": _("异议复核")}
STATES = {
    "filed": _("已提交"), "forwarded": _("已转办"), "accepted": _("已受理"), "waiting": _("待补充材料"),
    "granted": _("已准予修复"), "corrected": _("已更正"), "withdrawn": _("已撤下"), "returned": _("已退回重办"),
    "refused": _("不予支持"), "rejected": _("不予受理"), "retracted": _("申请人已撤回"), "joined": _("已并案"),
    "revoked": _("修复已撤销"),
}  # fmt: skip
CHANNELS = {"online": _("网上"), "window": _("窗口")}
PAPERS = {
    "proof-of-performance": _("履行证明"), "commitment": _("信用承诺书"), "authorisation": _("授权委托书"),
    "court-ruling": _("法院裁判文书"), "identity": _("身份或登记证明"), "other": _("其他证明材料"),
}  # fmt: skip
OUTCOMES = {"": _("执行中"), "completed": _("执行完毕"), "failed": _("执行失败")}
_ALL = KINDS | STATES | CHANNELS | {f"paper:{key}": words for key, words in PAPERS.items()}


def word(key: str) -> str:
    """The words for a kind, state or channel of a case, or for the kind of a paper (``paper:…``)."""
    return str(_ALL.get(key, key))
