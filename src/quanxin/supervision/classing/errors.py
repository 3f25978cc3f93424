"""What may be wrong with the review of a class, in words that say what to do next.

Invariant: a refusal has a stable code, its sentence in Chinese and in English, and a hint; nothing has changed by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanxin.runtime.problems import Problem, Wording

WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "class-none": Wording(
            "按“{title}”，您的单位现在没有等级，不需要复核。",
            "By “{title}” your organisation has no class now; there is nothing to review.",
            "等级以“分级分类”页面为准。", "The page of classes says what there is.",
        ),
        "class-unknown": Wording(
            "今天没有这项分级办法。", "There is no such scheme in force today.",
            "请从列表中选择。", "Choose from the list.", status=404,
        ),
        "class-level-unknown": Wording(
            "“{title}”没有等级“{level}”，可以是：{levels}。",
            "“{title}” has no level “{level}”; there are: {levels}.",
            "请填写其中一个。", "Enter one of them.",
        ),
        "class-not-better": Wording(
            "“{level}”不比现在的等级“{now}”好。当事人申请的复核不使等级变差。",
            "“{level}” is no better than “{now}”, which stands. A review that its subject asks for makes nothing worse.",
            "维持原等级的，请选择“维持”并说明理由。", "To leave it as it is, choose to keep it and say why.",
        ),
    }
)  # fmt: skip


class ClassError(Problem):
    """A review that cannot be asked for, or a class that it cannot set. Codes are the keys of ``WORDINGS``."""

    wordings = WORDINGS
