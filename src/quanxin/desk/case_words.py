"""What the papers and channels of cases are called on pages; states and acts have their words in their procedures.

Invariant: every channel that a case can have, and every kind of paper, has its words here (a test holds that).
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

CHANNELS = {"online": _("网上"), "window": _("窗口")}
PAPERS = {
    "proof-of-performance": _("履行证明"), "commitment": _("信用承诺书"), "authorisation": _("授权委托书"),
    "court-ruling": _("法院裁判文书"), "identity": _("身份或登记证明"), "other": _("其他证明材料"),
}  # fmt: skip
_ALL = CHANNELS | {f"paper:{key}": words for key, words in PAPERS.items()}


def word(key: str) -> str:
    """The words for a channel of a case, or for the kind of a paper (``paper:…``)."""
    return str(_ALL.get(key, key))
