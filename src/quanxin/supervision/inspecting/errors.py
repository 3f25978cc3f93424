"""What may be wrong with an inspection, in words that say what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanxin.casework.errors import RightsError
from quanxin.runtime.problems import Wording

WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "item-unpublished": Wording(
            "检查事项“{item}”不在公布的清单中，或今天不能检查。",
            "The item “{item}” is not on the published list, or not in force today.",
            "清单之外不得检查，请从清单中选择。", "Nothing is inspected outside the list: choose from it.",
        ),
        "item-of-another": Wording(
            "检查事项“{item}”不属于本单位，也不属于联合检查的部门。",
            "The item “{item}” belongs to neither your department nor one that comes along.",
        ),
        "inspectors-few": Wording(
            "检查人员不得少于两人。", "An inspection needs at least two inspectors.",
        ),
        "inspector-unknown": Wording(
            "没有执法证号为“{card}”的在岗检查人员。", "No inspector in service has the card “{card}”.",
        ),
        "inspector-card": Wording(
            "检查人员 {card} 的执法证件在检查期限内到期。", "The card {card} runs out before the inspection's window ends.",
            "请换发证件或者换人。", "Have it renewed, or choose somebody else.",
        ),
        "inspector-recused": Wording(
            "检查人员 {card} 与被检查人有利害关系，应当回避。", "Inspector {card} must withdraw from what is about this subject.",
        ),
        "inspector-of-another": Wording(
            "检查人员 {card} 不属于本单位，也不属于联合检查的部门。",
            "Inspector {card} belongs to neither your department nor one that comes along.",
        ),
        "subject-closed": Wording(
            "被检查人登记状态为“{state}”，不能派出检查。",
            "The subject's registration says “{state}”: there is nothing to inspect.",
        ),
        "subject-person": Wording(
            "自然人不作为检查对象。", "Natural persons are not inspected.",
        ),
        "cap-reached": Wording(
            "今年已检查或已安排 {used} 次，达到上限 {allowed} 次。",
            "{used} inspections were made or planned this year; {allowed} are allowed.",
            "个案检查（有线索的）不受此限，请写明线索。",
            "A case check, because of a lead, is outside the cap: say what the lead is.",
        ),
        "results-elsewhere": Wording(
            "本单位不报送检查结果，结果无法入库。",
            "Your department hands in no results of inspections: the result could not be kept.",
        ),
        "not-assigned": Wording(
            "您不是这次检查的检查人员。", "You are not an inspector of this inspection.",
        ),
        "code-differs": Wording(
            "扫描或输入的代码不是被检查人的统一社会信用代码。", "The code that was scanned or typed is not the subject's.",
            "请核对企业后重新扫描。", "Check where you are, and scan again.",
        ),
        "window-over": Wording(
            "检查日期应当在检查期限（{since} 至 {until}）内。",
            "The day must lie within the inspection's window ({since} to {until}).",
        ),
        "sent-before": Wording(
            "这次检查的结果已经由 {who} 提交。", "The result of this inspection was sent already, by {who}.",
            "请核对；需要改动的，由部门更正记录。", "Look at it; what is wrong in it is corrected by the department.",
        ),
        "task-over": Wording(
            "这次检查已经不在待检查状态（{state}）。", "This inspection is not to be made any more ({state}).",
        ),
        "answers-wrong": Wording(
            "检查表没有填写完整或者有误：{what}", "The form is not complete, or not right: {what}",
        ),
        "result-unknown": Wording(
            "没有这种检查结果。", "There is no such result.",
        ),
        "photo-none": Wording(
            "“{name}”不是照片：{why}",
            "“{name}” is not a photo: {why}",
            "请用相机拍摄，或选择 JPEG、PNG 图片。", "Take one with the camera, or choose a JPEG or PNG.",
        ),
        "signature-missing": Wording(
            "请当事人或者见证人签名。", "The subject, or a witness, has not signed.",
        ),
        "rating-not-now": Wording(
            "检查办结后才能评价，每次检查评价一次。", "An inspection is rated once, when it is over.",
        ),
        "rating-wrong": Wording(
            "请选择一到五颗星。", "Choose one to five stars.",
        ),
    }
)  # fmt: skip


class InspectionError(RightsError):
    """What was asked for cannot be done; nothing has changed."""

    wordings = WORDINGS
