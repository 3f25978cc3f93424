"""What may be wrong with a commitment, in words that say what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanxin.casework.errors import RightsError
from quanxin.runtime.problems import Wording

WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "template-unknown": Wording(
            "没有这份承诺文本，或今天不能使用。", "There is no such text of a commitment, or none in force today.",
            "请从列表中选择。", "Choose it from the list.", status=404,
        ),
        "template-not-yours": Wording(
            "这份承诺文本不由本单位出具。", "Your department does not offer this commitment.",
        ),
        "template-not-for": Wording(
            "这类主体不能作出这种承诺。", "Subjects of this type do not make this commitment.",
        ),
        "excluded": Wording(
            "不能适用承诺：{why}。", "A commitment is not possible: {why}.", "{way_out}", "{way_out}",
        ),
        "text-changed": Wording(
            "承诺书与您看到的不一致，请重新阅读。", "The text is not the one that you were shown: read it again.",
        ),
        "unconfirmed": Wording(
            "签署须用动态口令或通行密钥确认。", "To sign, confirm it by a code or a passkey.",
            "请打开承诺书，阅读全文后确认。", "Open the commitment, read it and confirm.",
        ),
        "confirmation-over": Wording(
            "确认已经使用或已过期，请重新确认。", "The confirmation was used, or its time is over: confirm again.",
        ),
        "duty-unknown": Wording(
            "承诺书中没有这一项。", "The commitment has no such duty.", "可核查的是：{known}", "It has: {known}",
        ),
        "duty-not-unmet": Wording(
            "这一项没有核查为未履行，不能责令整改。", "This duty was not found unkept: no correction can be ordered.",
            "请先记录核查结果。", "Record the check first.",
        ),
        "duties-open": Wording(
            "还有承诺事项没有核查履行：{which}。", "Some duties were not found kept: {which}.",
        ),
        "supply-differs": Wording(
            "补正期限与告知的（{told}）不一致。", "The day is not the one that was told ({told}).",
        ),
        "not-entered": Wording(
            "信用承诺信息没有入库：{what}", "The record was not taken in: {what}",
        ),
    }
)  # fmt: skip


class CommitmentError(RightsError):
    """What was asked for cannot be done; nothing has changed."""

    wordings = WORDINGS
