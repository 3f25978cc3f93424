"""What may be wrong with a draw, in words that say what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanxin.casework.errors import RightsError
from quanxin.draws import Refused
from quanxin.policy.model import Text
from quanxin.runtime.problems import Wording

WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "line-unknown": Wording(
            "没有这一项，或者它的计划没有公布、不是本单位今年的。",
            "There is no such line, or its plan is not published, or not yours of this year.",
            "请从本单位公布的年度计划中选择。", "Choose it from the plan that your department has published.", status=404,
        ),
        "draw-open": Wording(
            "这一项正在抽取（{number}），办结或者作废之前不能再提出。",
            "The line is being drawn ({number}); until that is closed or void there is no other.",
        ),
        "item-being-drawn": Wording(
            "同一检查事项正在另一项里抽取（{number}），那一次派出检查任务或者作废之前不能提出。",
            "One of its items is being drawn by another line ({number}); until that is assigned or void there is no other.",
        ),
        "again-missing": Wording(
            "这一项或者其中的事项已经抽取过（{number}，{state}）。再次抽取请写明理由，理由会公布。",
            "The line or one of its items was drawn before ({number}, {state}). Say why it is drawn again: that is published.",
        ),
        "frame-empty": Wording(
            "档案里没有可以抽取的对象。", "The archive holds nothing that could be drawn.",
        ),
        "frame-changed": Wording(
            "冻结的名单被改动过，与记录的指纹不符，不能继续。",
            "The frozen frame was changed: its root is not the one on record.",
            "请作废这次抽取，写明理由后重新提出。", "Void the draw, with the reason, and draft another.",
        ),
        "limit-exceeded": Wording(
            "“{item}”是一般检查事项，全年最多抽取 {limit} 个；连同已经抽取的，这次会达到 {count} 个。",
            "“{item}” is a general item: at most {limit} are drawn in a year; with those drawn before, this makes {count}.",
            "请调低计划中的比例。", "Lower the shares of the plan.",
        ),
        "share-missing": Wording(
            "计划没有“{level}”的比例，名单里有这一级的对象。", "The plan has no share for “{level}”, which the frame holds.",
        ),
        "inspectors-short": Wording(
            "{department}的名录库里证件有效、适合这些事项的检查人员不够：有 {have} 人，至少要 {need} 人。",
            "{department} has too few inspectors with valid cards who are fit for it: {have} of at least {need}.",
            "请先登记检查人员。", "Enter inspectors first.",
        ),
        "visit-short": Wording(
            "对象 {object} 只有 {have} 名可以派出的检查人员。", "Only {have} inspectors can go to {object}.",
            "请按事先公布的理由递补，或者作废。", "Replace it for a reason fixed beforehand, or void the draw.",
        ),
        "second-missing": Wording(
            "还没有另一单位承诺的秘密。", "No other organisation has committed to a secret yet.",
            "请信用中心的复核人员先提交。", "Ask the credit centre's reviewer to give its digest.",
        ),
        "second-there": Wording(
            "已经有承诺的秘密，不能更换。", "There is a committed secret already: it is not exchanged.",
        ),
        "second-hidden": Wording(
            "另一单位还没有公开它的秘密。", "The second secret was not revealed yet.",
        ),
        "second-differs": Wording(
            "提交的秘密与承诺的 SHA-256 不符。", "The secret is not the one whose SHA-256 was given.",
        ),
        "source-unknown": Wording(
            "没有“{source}”这个随机数来源。", "There is no source “{source}”.", "可填：{known}", "There are: {known}",
        ),
        "source-day": Wording(
            "“{source}”的日期应当在 {first} 以后。", "“{source}” must be of a day from {first} on.",
            "承诺公布之后才产生的随机数，谁也不能预知。", "Nobody can foresee what comes after the commitment.",
        ),
        "source-weekday": Wording(
            "“{source}”在 {day} 不开奖。", "“{source}” is not drawn on {day}.",
        ),
        "source-twice": Wording("同一个来源只用一次。", "A source is used once."),
        "randomness-source": Wording(
            "“{source}”不是事先公布的来源。", "“{source}” was not named beforehand.",
            "事先公布的是：{known}", "Named were: {known}",
        ),
        "randomness-day": Wording(
            "“{source}”事先公布的是 {wanted}，不能用 {given} 的号码。",
            "“{source}” was named for {wanted}: numbers of {given} do not count.",
        ),
        "randomness-issue": Wording(
            "“{source}”事先公布的是第 {wanted} 期。", "“{source}” was named with the issue {wanted}.",
        ),
        "randomness-early": Wording(
            "“{source}”在 {wanted} 才产生。", "“{source}” comes on {wanted}.",
        ),
        "randomness-shape": Wording(
            "“{numbers}”不是“{source}”的号码：{form}。", "“{numbers}” are no numbers of “{source}”: {form}.",
        ),
        "randomness-missing": Wording(
            "“{source}”还没有录入。", "“{source}” was not entered yet.",
        ),
        "randomness-own": Wording(
            "随机数由您录入，请另一人核对。", "You entered it: somebody else confirms it.",
        ),
        "label-unknown": Wording(
            "没有抽中“{label}”，或者已经递补。", "“{label}” was not drawn, or was replaced already.", status=404,
        ),
        "cause-unknown": Wording(
            "“{cause}”不是事先公布的理由。", "“{cause}” is no reason that was fixed beforehand.",
            "可填：{known}", "There are: {known}",
        ),
        "codes-over": Wording("密码已经用完，不能再递补。", "The codes are used up: nothing more is replaced."),
        "nothing-drawn": Wording("没有抽中的对象。", "Nothing was drawn."),
        "inspections-open": Wording(
            "还有 {count} 项检查没有结果。", "{count} inspections have no result yet.",
        ),
        "refused": Wording("不能这样抽取：{said}。", "The draw cannot be made so: {said}."),
    }
)  # fmt: skip


class DrawError(RightsError):
    """A draw cannot be made, or taken further, as it was asked for; nothing has changed."""

    wordings = WORDINGS


def in_our_words(refused: Refused) -> DrawError:
    """What the draw itself refused."""
    zh, en = (
        "；".join(one.words("zh") for one in refused.faults),
        "; ".join(one.words("en") for one in refused.faults),
    )
    return DrawError("refused", said=Text(zh=zh, en=en))
