"""What may be wrong with what a subject asks for or a clerk decides, in words that say what to do next.

Invariant: a refusal has a stable code, its sentence in Chinese and in English, and a hint; nothing has changed by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from quanxin.policy.parts import Text
from quanxin.runtime.problems import Problem, Wording

WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "record-not-yours": Wording(
            "没有找到这条记录。", "There is no such record.", "请从“我的档案”中选择。", "Choose it from your own archive.", status=404,
        ),
        "procedure-unknown": Wording(
            "没有这项办理事项，或今天不能办理。", "There is no such procedure, or none in force today.", "请核对事项的代号。",
            "Check its key.", status=404,
        ),
        "department-missing": Wording(
            "您没有代表任何部门办理这件事，不能登记。", "You act for no department in this: it cannot be begun.",
            "请用本部门的账号登记，或请管理员设定您的部门。", "Use an account of your department, or have one set for yours.",
        ),
        "department-unclear": Wording(
            "您代表几个部门（{departments}），请选择由哪个部门办理。",
            "You act for several departments ({departments}): choose whose case it is.",
            "登记后由该部门办理到底。", "It stays that department's to the end.",
        ),
        "case-unknown": Wording(
            "没有找到该办件。", "There is no such case.", "请核对办件编号。", "Check its number.", status=404,
        ),
        "case-closed": Wording(
            "该办件已办结（{state}）。", "The case is closed ({state}).", "请刷新页面查看结果。", "Look at its result.",
        ),
        "case-elsewhere": Wording(
            "该办件目前是“{state}”，不能这样办理。", "The case stands at “{state}”: this cannot be done now.",
            "请刷新页面，按当前状态办理。", "Reload the page and go on from there.",
        ),
        "case-claimed": Wording(
            "该办件已由 {who} 领取。", "The case was claimed by {who}.", "请与其联系，或由其退回后再领取。",
            "Speak with them.",
        ),
        "judged-before": Wording(
            "您在此前的环节办理过该异议，不能再作复核。", "You judged this objection in an earlier step.",
            "请由没有办理过的同事复核。", "A colleague who had no part in it must look again.",
        ),
        "not-claimed": Wording(
            "请先领取该办件。", "Claim the case first.", "领取后办理，避免两人同时办理。", "Then nobody else works on it.",
        ),
        "reason-missing": Wording(
            "请写明理由。", "A reason is needed.", "理由会告知申请人，请写明事实和依据。", "The applicant will read it.",
        ),
        "statement-missing": Wording(
            "请写明异议的内容和理由。", "Say what is wrong and why.", "写明哪一项有误、应当是什么。",
            "Name the item and what it should be.",
        ),
        "commitment-missing": Wording(
            "须作出信用承诺。", "The commitment is needed.", "请阅读并勾选承诺。", "Read it and tick the box.",
        ),
        "proof-missing": Wording(
            "须提供履行义务的证明，或请作出决定的部门核验。", "Proof of performance is needed, or the department must be asked.",
            "上传证明，或选择“请部门核验”。", "Upload it, or ask the department.",
        ),
        "repair-too-early": Wording(
            "最短公示期未满，{from_day}起可以申请。", "The shortest publication has not passed: apply from {from_day}.",
            "届时我们会再通知您，无须现在准备。", "You will be told then.",
        ),
        "repair-not-here": Wording(
            "这类信息不在这里修复：{where}。", "This is not repaired here: {where}.", "请向上述单位申请。", "Apply there.",
        ),
        "repair-nothing": Wording(
            "这条记录无须修复：{why}。", "There is nothing to repair: {why}.", "如记录有误，请提出异议。",
            "If it is wrong, object to it.",
        ),
        "repair-no-regime": Wording(
            "该日没有可适用的修复规定。", "No repair regime is in force on that day.", "请咨询信用中心。",
            "Ask the credit centre.",
        ),
        "repair-barred": Wording(
            "此前提交虚假材料，{until}前不适用承诺办理。", "False material was handed in before: no commitment counts until {until}.",
            "到期后再申请；如有异议请提出。", "Apply after it, or object.",
        ),
        "duty-unperformed": Wording(
            "尚未履行义务，不能准予修复。", "The duties were not performed.", "请先核实履行情况，或不予修复并说明理由。",
            "Verify first, or refuse.",
        ),
        "extension-used": Wording(
            "已延长过，不能再延长。", "It was put off before.", "请在期限内作出决定。", "Decide in time.",
        ),
        "not-corrected": Wording(
            "记录尚未更正，不能以“已更正”办结。", "The record was not corrected.", "请先更正记录。", "Correct it first.",
        ),
        "not-withdrawn": Wording(
            "记录仍然有效，不能以“已撤下”办结。", "The record still stands.", "请先撤回记录。", "Withdraw it first.",
        ),
        "consent-text-unknown": Wording(
            "没有这种授权书。", "There is no such consent.", "请从列表中选择。", "Choose one from the list.", status=404,
        ),
        "consent-items": Wording(
            "请选择要授权的事项。", "Choose what to allow.", "至少选择一项；敏感事项须单独授权。",
            "Sensitive items stand alone.",
        ),
        "consent-term": Wording(
            "授权期限须在今天至{longest}之间。", "The term ends between today and {longest}.", "请改短期限。",
            "Choose a shorter one.",
        ),
        "consent-ended": Wording(
            "授权不存在、已撤销或已到期。", "There is no such consent, or it has ended.", "请联系信息主体重新授权。",
            "Ask the subject again.",
        ),
        "agency-unknown": Wording(
            "没有找到这项委托。", "There is no such authorisation.", "请从“代理人”页面选择。",
            "Choose it from your agents.", status=404,
        ),
        "consent-unknown": Wording(
            "没有找到这项授权。", "There is no such consent.", "请从“授权”页面选择。", "Choose it from your own consents.", status=404,
        ),
        "institution-unknown": Wording(
            "没有这家机构。", "There is no such institution.", "请从列表中选择。", "Choose one from the list.",
        ),
        "minor-refused": Wording(
            "不为未成年人建立和提供信用信息。", "Nothing is kept or shown about minors.", "如有记录请联系信用中心删除。",
            "Ask the centre.",
        ),
        "shield-nothing": Wording(
            "没有可以屏蔽的记录。", "There is no record to shield.", "请核对主体。", "Check the subject.",
        ),
        "visitor-missing": Wording(
            "请写明来访人和核验的证件。", "Say who came and which paper you saw.",
            "这会随每一步办理留痕，本人可以看到。", "It stays with every step, and the subject sees it.",
        ),
        "not-an-honour": Wording(
            "只有荣誉信息可以依本人申请删除。", "Only honours are deleted at their holder's wish.", "其他信息请申请修复或提出异议。",
            "Repair or object.",
        ),
        "document-none": Wording(
            "该办件还没有决定文书。", "The case has no document of a decision.", "决定或答复之后才有文书。",
            "There is one once it is decided.",
        ),
        "notice-unknown": Wording(
            "没有这条通知。", "There is no such notice.", "请从通知列表中选择。", "Choose it from the list.", status=404,
        ),
        "window-one-of-two": Wording(
            "请填写单位的代码，或自然人的身份证号码，二者只填一项。",
            "Type in the code of an organisation, or the number of a person: one of the two.",
        ),
        "window-nobody": Wording("没有找到该主体，请核对代码。", "There is no such subject; check the code."),
        "window-no-records": Wording(
            "平台没有关于此人的任何记录，无须办理。", "The platform has no records of this person: there is nothing to be done.",
        ),
        "subject-unknown": Wording(
            "没有找到该主体，或不在您可以查询的范围内。", "There is no such subject, or none that you may read.",
            "请核对代码。", "Check the code.",
        ),
        "identity-invalid": Wording(
            "身份证件号码不正确。", "This is no identity number.", "请核对证件。", "Compare it with the document.",
        ),
        "view-empty": Wording(
            "请先筛选，再起一个名称保存。", "Narrow the list first, then give it a name.",
        ),
        "view-many": Wording(
            "最多保存 {most} 个常用筛选。", "At most {most} views are kept.", "请先删除不用的。", "Drop one that you do not use.",
        ),
        "act-not-now": Wording(
            "现在不能这样办理。", "This cannot be done now.", "请刷新页面，按当前情况办理。", "Reload the page and go on from there.",
        ),
        "list-of-others": Wording(
            "这份名单不适用于此类主体（{kind}）。", "This list is not for subjects of this kind ({kind}).",
            "请核对主体和名单；自然人不经本程序列入。", "Compare subject and list; persons are never listed here.",
        ),
        "list-ended": Wording(
            "这份名单的规定已经失效，不能再列入。", "The rules of this list are no longer in force.",
            "请不予列入并办结。", "Drop the matter.",
        ),
        "form-refused": Wording(
            "有的项目需要更正。", "Some items must be put right.", "请按每一项下面的提示更正。", "See below each item.",
        ),
    }
)  # fmt: skip


class RightsError(Problem):
    """What was asked for cannot be done; nothing has changed."""

    wordings = WORDINGS


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with an item of a form, in words."""

    field: str
    words: Text


class FormRefused(RightsError):
    """A form that the checks did not let in; ``found`` says everything that is wrong, item by item."""

    def __init__(self, found: Sequence[Wrong]) -> None:
        super().__init__("form-refused")
        self.found = tuple(found)

    @property
    def details(self) -> list[dict[str, str]]:
        return [{"where": one.field, "message": one.words.zh, "message_en": one.words.en} for one in self.found]


class NotNow(RightsError):
    """What a procedure requires does not hold; said in the words of the pack where it has some."""

    def __init__(self, code: str, says: Text | None) -> None:
        super().__init__(code)
        if says is not None:
            self._tell(code, Wording(says.zh, says.en, status=self.status))
