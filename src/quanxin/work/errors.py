"""The sentences about a long work itself; what its slice refuses has the slice's own.

Invariant: a code is stable and has its sentence in Chinese and in English.
"""

from __future__ import annotations

from types import MappingProxyType

from quanxin.runtime.problems import Problem, Wording, Wordings

WORDINGS: Wordings = MappingProxyType(
    {
        "work-cancelled": Wording(
            "已由{by}取消，没有产生结果。", "Cancelled by {by}; nothing came of it.",
        ),
        "work-over": Wording(
            "处理已经结束，不能取消。", "It is over already and cannot be cancelled.", status=409,
        ),
        "work-not-again": Wording(
            "不能再次处理：处理没有失败，或所需内容已经删除。",
            "It cannot be tried again: it did not fail, or what it needs is gone.",
            "请重新提交。", "Ask for it anew.", status=409,
        ),
        "work-act-unknown": Wording("没有这一操作。", "There is no such act."),
    }
)  # fmt: skip


class WorkError(Problem):
    """What cannot be done with a long work; nothing has changed."""

    wordings = WORDINGS
