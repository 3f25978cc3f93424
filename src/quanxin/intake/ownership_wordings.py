"""The sentences of what can be wrong with deciding or handing over whose records are.

Invariant: as in ``wordings``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanxin.runtime.problems import Wording

OWNING: Mapping[str, Wording] = MappingProxyType(
    {
        "conflict-unknown": Wording(
            "没有归属冲突 {conflict}。", "There is no conflict {conflict}.",
            "请用 quanxin conflicts 查看。", "See quanxin conflicts.",
        ),
        "conflict-decided": Wording(
            "归属冲突 {conflict} 已有结果。", "The conflict {conflict} is over.",
            "请刷新后查看结果；需要改变的，先撤销裁定。", "Reload it; to decide otherwise, undo the decision first.",
        ),
        "conflict-stands": Wording(
            "归属冲突 {conflict} 的结果不能撤销。", "What became of the conflict {conflict} cannot be undone.",
            "记录已归另一单位的，由原单位重新报送后，再行裁定。", "The former provider hands its row in; then decide that.",
        ),
        "handover-day": Wording(
            "请填写自何日起移交。", "Say from which day on.", "请写如 2026-10-01。", "Write it as 2026-10-01."
        ),
        "handover-unconfirmed": Wording(
            "请确认已核对依据和范围。", "Confirm that you compared basis and reach.",
            "勾选后再批准。", "Tick the box, then approve."
        ),
        "handover-unknown": Wording(
            "没有移交 {handover}。", "There is no handover {handover}.", "请用 quanxin handovers 查看。",
            "See quanxin handovers.",
        ),
        "handover-unfit": Wording(
            "不能移交：{what}。", "It cannot be handed over: {what_en}.",
            "请核对单位、目录资源、依据和日期。", "Check providers, resources, basis and day.",
        ),
        "handover-decided": Wording(
            "移交 {handover} 已办结。", "The handover {handover} is done with.",
            "需要再次移交的，请另行提出。", "Propose another one.",
        ),
        "handover-own": Wording(
            "移交须由提出人以外的人批准。", "Somebody else than who proposed it approves a handover.",
            "请由另一位有批准权限的人员办理。", "Let another approver do it.",
        ),
    }
)  # fmt: skip
