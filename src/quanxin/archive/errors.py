"""The sentences of why an archive cannot be read, or a judgement about subjects cannot be made.

Invariant: a code is stable and has its sentence in Chinese and in English.
"""

from __future__ import annotations

from types import MappingProxyType

from quanxin.runtime.problems import Problem, Wording, Wordings

WORDINGS: Wordings = MappingProxyType(
    {
        "subject-unknown": Wording(
            "没有找到该主体。", "There is no such subject.",
            "请核对代码，或用 quanxin search 按名称查找。", "Check the code, or search by name.", status=404,
        ),
        "records-clash": Wording(
            "另一主体已有同一决定的记录，请先撤销其中一条。", "The other has a record of the same decision; withdraw one first."
        ),
        "merge-same": Wording("同一主体无须合并。", "They are one subject already."),
        "merge-merged": Wording(
            "其中一个主体已被合并，请先撤销原合并。", "One of them is merged already; undo that first."
        ),
        "merge-absorbed": Wording(
            "被合并主体已吸收其他主体，请先撤销原合并。", "The one to be merged has absorbed others; undo that first."
        ),
        "merge-person": Wording(
            "自然人与组织不能合并。", "A natural person and an organisation cannot be merged."
        ),
        "merge-trader": Wording(
            "个体工商户与组织不能合并。", "A sole trader and an organisation cannot be merged."
        ),
        "split-names": Wording("拆分须指明归新主体的名称。", "Say which of its names go to the new subject."),
        "split-all-names": Wording("原主体须至少保留一个名称。", "The former subject must keep a name."),
        "split-numbers": Wording("所选识别号不属于该主体。", "The numbers that were chosen are not the subject's."),
        "split-records": Wording(
            "所选记录不是该主体的现行记录。", "The records that were chosen are not the subject's present ones."
        ),
        "split-merged": Wording(
            "拆出的主体另有合并，请先撤销。", "The subject that was split off is part of a merge; undo that first."
        ),
        "judgement-undone": Wording("该判断已撤销。", "The judgement is undone already."),
    }
)  # fmt: skip


class NoSuchSubject(Problem):
    """No such subject, or none that this viewer may know of; the two look the same from outside."""

    wordings = WORDINGS

    def __init__(self, asked: object = "") -> None:
        super().__init__("subject-unknown")
        self.args = (asked,)


class NotPossible(Problem):
    """The judgement contradicts the register as it stands."""

    wordings = WORDINGS
