"""What may be wrong with a report, in words that say what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanxin.casework.errors import RightsError
from quanxin.runtime.problems import Wording

WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "report-unknown": Wording(
            "没有这种信用报告，或今天不能出具。", "There is no such report, or none in force today.",
            "请从列表中选择。", "Choose it from the list.", status=404,
        ),
        "report-not-for": Wording(
            "这种报告不适用于该主体。", "This report is not made of such subjects.",
            "请选择适用的报告。", "Choose the one that is.",
        ),
        "report-not-yours": Wording(
            "这份报告不提供给您。", "This report is not given to you.",
            "由主体本人申请，或者到服务窗口办理。", "Its subject asks for it, here or at the counter.", status=403,
        ),
        "use-unknown": Wording("没有这个用途。", "There is no such use.", "请从列表中选择。", "Choose it from the list."),
        "period-wrong": Wording(
            "查询期间不正确：起始日不得晚于截止日，截止日不得晚于今天，最长{years}年。",
            "The period is not right: it begins before it ends, ends today at the latest, and is of at most {years} years.",
            "请调整期间。", "Choose another one.",
        ),
        "domain-unknown": Wording(
            "没有选择领域，或没有这个领域：{domain}。", "No domain was chosen, or there is none such: {domain}.",
            "请从列表中选择一个或几个。", "Choose one or several of the list.",
        ),
        "moment-ahead": Wording("不能出具将来的报告。", "There is no report of what is to come."),
        "matter-missing": Wording("请写明办理的事项。", "Name the matter.", "使用 --matter。", "Use --matter."),
        "subject-unknown": Wording(
            "没有找到这个主体。", "There is no such subject.", "请核对统一社会信用代码。", "Check the code.", 404,
        ),
        "check-expired": Wording(
            "核查结果已失效，不能据以出具报告。", "The check has expired: no reports are made for it.",
            "请重新核查。", "Check again.",
        ),
        "batch-size": Wording(
            "核查的主体中可以出具报告的有 {count} 个，一批最多 {limit} 个，至少一个。",
            "Reports can be made of {count} of those checked; a batch has one at least, and {limit} at most.",
            "请分批核查。", "Check them in parts.",
        ),
        "batch-own-matter": Wording(
            "名单中有您代表的主体。", "You stand for somebody on the list.", "请由同事办理。", "A colleague must do it.", 403,
        ),
        "batch-given-up": Wording(
            "多次中断，没有出具完。", "It broke off several times, and is not complete.",
            "可以再次处理。", "Have it tried again.",
        ),
        "form-unknown": Wording("报告只能写成 .pdf 或 .json 文件。", "A report is a .pdf or a .json file."),
    }
)  # fmt: skip


class ReportError(RightsError):
    """What was asked for cannot be done; nothing has changed."""

    wordings = WORDINGS
