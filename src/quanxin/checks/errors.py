"""The sentences about checks.

Invariant: a code is stable and has its sentence in Chinese and in English.
"""

from __future__ import annotations

from types import MappingProxyType

from quanxin.runtime.problems import Problem, Wording, Wordings

WORDINGS: Wordings = MappingProxyType(
    {
        "item-unknown": Wording(
            "没有核查事项 {item}，或者不是本单位的事项。", "There is no check item {item}, or it is not yours.",
            "请从本单位的核查事项中选择。", "Choose one of your own items.", status=404,
        ),
        "item-expired": Wording(
            "核查事项“{title}”自 {day} 起不再施行，不能据此核查。", "The item “{title}” is out of force since {day}.",
            "请选择现行的核查事项。", "Choose an item that is in force.",
        ),
        "item-not-yet": Wording(
            "核查事项“{title}”自 {day} 起施行，现在不能据此核查。", "The item “{title}” is in force only from {day}.",
        ),
        "words-missing": Wording("请写明办理的事情。", "Say what the check is for."),
        "case-missing": Wording(
            "请填写办件编号或项目名称。", "Give the case that the check is for.",
            "核查结果只用于这一件事。", "A result is used for that case alone.",
        ),
        "too-long": Wording("“{what}”不能超过 {limit} 个字。", "{what} has at most {limit} characters."),
        "persons-only": Wording(
            "“{title}”只核查自然人，由人事部门提出、另一人批准。", "“{title}” is about persons, and needs approval.",
            "请在人员核查中办理。", "Ask for it under checks of persons.",
        ),
        "not-of-persons": Wording("“{title}”不核查自然人。", "“{title}” is not about natural persons."),
        "nobody-asked": Wording("名单里没有要核查的主体。", "Nobody is asked about."),
        "too-many": Wording(
            "一次最多核查 {limit} 个主体，名单有 {count} 行。", "At most {limit} subjects at once; there are {count}.",
            "请分批，或在“批量核查”中提交文件。", "Split it, or hand in a file.", status=413,
        ),
        "list-of-persons": Wording(
            "名单{place}有自然人的证件号码，不得批量核查自然人；整个名单没有核查。",
            "There is a person's number in {place}: persons are not checked by list, and nothing was checked.",
            "请删除自然人及证件号码列后重新提交。", "Remove the persons and hand the list in again.",
        ),
        "list-own-matter": Wording(
            "名单里有您本人代表或任职的单位，应由同事办理；整个名单没有核查。",
            "The list holds a subject that you stand or work for; nothing was checked.",
            "请把名单交给同事提交。", "Let a colleague hand it in.", status=403,
        ),
        "list-blank-code": Wording(
            "名单{place}没有代码；整个名单没有核查。", "There is no code in {place}; nothing was checked.",
            "合并的单元格只有左上一格有内容，请取消合并并逐行填写代码。", "Of merged cells the first alone is filled.",
        ),
        "list-surplus": Wording(
            "名单{place}在列名之外还有内容；整个名单没有核查。", "{place} holds more than the header names; nothing was checked.",
            "请删除多余的内容。", "Remove it.",
        ),
        "list-columns": Wording(
            "名单的列不对，整个名单没有核查：{said}", "The columns of the list are not right, and nothing was checked: {said}",
            "名单只写“统一社会信用代码”和“名称”两列，请删除其余各列。", "A list has the columns 统一社会信用代码 and 名称 alone.",
        ),
        "list-no-code": Wording(
            "名单没有“统一社会信用代码”列。", "The list has no column of codes.",
            "第一行写列名：统一社会信用代码、名称。", "The first row names the columns: 统一社会信用代码, 名称.",
        ),
        "list-too-large": Wording(
            "文件超过 {limit} MB。", "The file is larger than {limit} MB.", "请分成几个文件。", "Split it.", status=413,
        ),
        "list-given-up": Wording(
            "名单处理多次中断，已停止。", "Checking the list broke off too often.", "请重新提交。", "Hand it in again.",
            status=500,
        ),
        "file-not-chosen": Wording("请选择文件。", "Choose a file."),
        "check-unknown": Wording("没有这一核查，或者不是本单位的。", "There is no such check of yours.", status=404),
        "check-key-reused": Wording(
            "这张表单已经用于另一次核查。", "This form was used for another check.", "请重新打开表单。", "Open it anew.",
            status=409,
        ),
        "use-twice": Wording(
            "这一结果已记录使用情况：{decision}。", "The use of this result is on record: {decision}.", status=409,
        ),
        "use-unknown": Wording("请选择使用情况。", "Say what became of the result."),
        "use-expired": Wording(
            "核查结果已于 {day} 后失效，不能再使用。", "The result expired after {day}.", "请重新核查。", "Check again.",
            status=409,
        ),
        "use-no-ground": Wording(
            "核查没有发现可据以限制的措施；提示不是限制的理由。", "Nothing grounds a restriction: a hint is no ground.",
        ),
        "use-needs-measure": Wording("请选择据以限制的措施。", "Choose the measure that restricts."),
        "use-of-nobody": Wording("这一行没有核查结果，不能使用。", "There is no result to use."),
        "person-unknown": Wording(
            "登记中没有此人，不能核查。", "The register has no such person.", status=404,
        ),
        "person-number-invalid": Wording("证件号码有误，或属于未成年人。", "The number is wrong, or a minor's."),
        "person-decided": Wording("这一申请已经办理。", "This was decided already.", status=409),
        "person-own": Wording(
            "不能批准自己提出的申请。", "Nobody approves what they asked for.", "请由另一人批准。", "Let a colleague decide.",
            status=403,
        ),
        "frame-invalid": Wording(
            "网站地址应为 https://主机名，不带路径。", "A site is https://host, without a path.",
        ),
        "link-over": Wording(
            "链接已失效。", "The link is over.", "请在业务系统中重新打开。", "Open it again in your system.", status=410,
        ),
    }
)  # fmt: skip


class CheckError(Problem):
    """A check that cannot be; nothing has changed."""

    wordings = WORDINGS
