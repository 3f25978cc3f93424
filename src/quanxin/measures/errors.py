"""What may be wrong with a measure that somebody proposes or applies, in words that say what to do next.

Invariant: a refusal has a stable code, its sentence in Chinese and in English, and a hint; nothing has changed by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanxin.runtime.problems import Problem, Wording

WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "measure-unknown": Wording(
            "今天没有这项措施。", "There is no such measure in force today.",
            "请从记录后果中选择。", "Choose among what follows from the record.", status=404,
        ),
        "measure-ungrounded": Wording(
            "对该主体实施“{title}”没有有效的依据：记录已撤回、已修复、已到期，或者不适用于这类主体。",
            "Nothing grounds “{title}”: the record is gone, repaired or over, or the measure is not for such a subject.",
            "没有依据的措施不能提出，也不能实施。", "A measure without a ground is neither proposed nor applied.",
        ),
        "measure-suspended": Wording(
            "依据的记录正在异议处理中或暂时屏蔽，“{title}”暂不能实施。",
            "The record is disputed or shielded: “{title}” cannot be applied now.",
            "待异议办结或屏蔽结束后再办理。", "Wait until that has ended.",
        ),
        "measure-lifted": Wording(
            "“{title}”已因这条记录实施并解除，没有新的依据不能再次实施。",
            "“{title}” was applied on this record and lifted: without a new ground it does not come back.",
            "请核对记录。", "Look at the record.",
        ),
        "measure-over": Wording(
            "“{title}”的依据已经消失，措施已解除或者随即解除。",
            "What grounds “{title}” is gone: the measure is lifted, or is about to be.",
            "不需要再办理。", "Nothing is left to do.",
        ),
        "measure-not-enforcer": Wording(
            "“{title}”由{who}实施，您的单位不能提出。",
            "“{title}” is applied by {who}, not by your department.",
            "请由有权实施的单位办理。", "Leave it to them.",
        ),
        "measure-other-procedure": Wording(
            "“{title}”不按本程序办理。", "“{title}” is not applied by this procedure.",
            "惩戒措施须先告知、听取意见，激励措施另行办理。", "A restraint is told and heard first; an incentive is not.",
        ),
        "talk-missing": Wording(
            "实施“{title}”前须先进行{talk}。", "“{title}” is preceded by a talk with the subject.",
            "请先记录约谈的时间和结果。", "Record the talk and what came of it first.",
        ),
    }
)  # fmt: skip


class MeasureError(Problem):
    """A measure that cannot be proposed or applied. Codes are the keys of ``WORDINGS``."""

    wordings = WORDINGS
