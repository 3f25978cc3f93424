"""The sentences of why a steward's decision about unlinked rows cannot be made or undone.

Invariant: as in ``wordings``.
"""

from __future__ import annotations

from types import MappingProxyType

from quanxin.runtime.problems import Wording, Wordings

_SEE = ("请查看待关联队列（quanxin unlinked）。", "See the queue of unlinked rows (quanxin unlinked).")

LINKING: Wordings = MappingProxyType(
    {
        "link-decided": Wording(
            "该行已由 {actor} 决定（决定 {decision}：{act}），请先撤销。",
            "{actor} decided about the row already (decision {decision}); undo it first.", *_SEE,
        ),
        "link-not-waiting": Wording(
            "该行不在待关联队列中。", "The row does not wait to be linked.", *_SEE
        ),
        "link-contradicted": Wording(
            "同一识别信息已有决定 {decision}（{subject}），与之不一致，请先撤销该决定。",
            "Decision {decision} about the same identity stands and is contradicted; undo it first.", *_SEE,
        ),
        "link-reason-missing": Wording(
            "必须说明理由。", "A reason is needed.", "理由随决定留痕。", "It stays with the decision."
        ),
        "link-person": Wording(
            "自然人只凭证件号码识别，不能关联。", "A natural person is told by a number alone.", *_SEE
        ),
        "link-without-number": Wording(
            "该主体已无识别号，不能关联。", "The subject has no identifier any more.", *_SEE
        ),
        "link-nobody": Wording(
            "该行为自然人或未写明主体，不能关联。", "The row is a person's, or names no subject.", *_SEE
        ),
        "link-not-chosen": Wording(
            "请选择一个候选主体，或填写已登记主体的代码。", "Choose a candidate, or give the code of a known subject.", *_SEE
        ),
        "create-type": Wording("没有主体类型 {type}。", "There is no subject type {type}.", *_SEE),
        "create-name-alone": Wording(
            "只有名称的行不能新建主体，请先补充代码或注册号。", "A row with a name alone makes no subject.", *_SEE
        ),
        "create-without-name": Wording(
            "没有名称的行不能新建主体。", "A row without a name makes no subject.", *_SEE
        ),
        "create-known": Wording(
            "该识别号已属于主体 {subject}。", "The number is the known subject's {subject}.", *_SEE
        ),
        "create-other-type": Wording(
            "代码所示主体类型为 {type}。", "The code says the type {type}.", *_SEE
        ),
        "undo-merged": Wording(
            "该主体已合并，请先撤销合并。", "The subject is merged; undo that first.", *_SEE
        ),
        "undo-linked": Wording(
            "另有决定将行关联到该主体，请先撤销。", "Other decisions link rows to the subject.", *_SEE
        ),
        "undo-records": Wording(
            "该主体另有 {count} 条记录，不能撤销新建。", "The subject has {count} other records.", *_SEE
        ),
        "linkage-missing": Wording(
            "未安装批量关联组件。", "The extra for bulk linkage is not installed.",
            "请安装 quanxin[linkage]。", "Install quanxin[linkage].",
        ),
    }
)  # fmt: skip
