"""What may be wrong with a plan or in the library of inspectors, in words that say what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanxin.casework.errors import RightsError
from quanxin.runtime.problems import Wording

WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "plan-of-no-authority": Wording(
            "计划由行政机关制定：{code} 不是机关。", "Plans are made by authorities: {code} is none.",
            "请填写本单位的统一社会信用代码。", "Give the code of your own department.",
        ),
        "plan-year": Wording(
            "只能制定今年或者明年的计划。", "A plan is made for this year or the next.",
        ),
        "plan-empty": Wording(
            "计划还没有抽查事项。", "The plan has no line yet.", "请先添加抽查事项。", "Add what is to be drawn first.",
        ),
        "line-unknown": Wording(
            "计划中没有这一项，或者已经撤下。", "The plan has no such line, or it was dropped.", status=404,
        ),
        "line-drawn": Wording(
            "这一项已经抽取过，不能撤下。", "The line was drawn already and cannot be dropped.",
            "确需停止的，作废进行中的抽取并写明理由。", "Void the draw that is under way, with the reason.",
        ),
        "item-unpublished": Wording(
            "“{item}”不在公布的检查事项清单内，不能检查。", "“{item}” is not in the published list: it is not inspected.",
            "清单之外无检查；请从清单中选择。", "No check outside the list: choose from it.",
        ),
        "item-of-another": Wording(
            "“{item}”是{department}的检查事项，本单位没有参加。", "“{item}” is an item of {department}, which takes no part.",
            "联合检查请把该单位列为参加单位。", "Name that department as a partner to inspect together.",
        ),
        "items-differ": Wording(
            "一起抽查的事项须针对同一类对象。", "What is drawn together is about the same kind of objects.",
            "请分成几项添加。", "Add them as several lines.",
        ),
        "partner-idle": Wording(
            "参加单位{department}没有检查事项。", "The partner {department} has no item here.",
        ),
        "scheme-unknown": Wording(
            "今天没有“{scheme}”这个分级办法。", "There is no scheme “{scheme}” today.", status=404,
        ),
        "level-unknown": Wording(
            "分级办法中没有“{level}”这一级。", "The scheme has no level “{level}”.", "可填：{known}", "It has: {known}",
        ),
        "share-unreadable": Wording(
            "抽查比例“{share}”看不懂。", "The share “{share}” cannot be read.",
            "请写成 A=0.01 或 A=0.01/1/20（比例/至少/至多），每级一项，用分号隔开。",
            "Write A=0.01 or A=0.01/1/20 (ratio/at least/at most), one a level, with semicolons between.",
        ),
        "share-missing": Wording(
            "缺少“{level}”的抽查比例。", "There is no share for “{level}”.",
            "每一级都要有比例：谁都不免检。", "Every level has one: nobody is exempt.",
        ),
        "months-order": Wording(
            "开始月份晚于结束月份。", "It begins after it ends.",
        ),
        "card-invalid": Wording(
            "执法证号“{card}”看不懂：只能用数字、字母和连字符，4 到 32 位。",
            "The card “{card}” cannot be read: 4 to 32 digits, letters and hyphens.",
        ),
        "card-over": Wording(
            "{name}的执法证已于 {until} 到期，不能入库。", "The card of {name} ran out on {until}.",
            "换证后再登记。", "Enter it once it is renewed.",
        ),
        "card-elsewhere": Wording(
            "执法证号 {card} 已登记在{department}名下。", "The card {card} is entered for {department}.",
        ),
        "inspector-unknown": Wording(
            "名录库中没有这名检查人员，或者不是本单位的。", "The library has no such inspector of yours.", status=404,
        ),
        "trade-unknown": Wording(
            "“{trade}”不是本单位的检查事项。", "“{trade}” is none of your items.", "可填：{known}", "There are: {known}",
        ),
        "load-invalid": Wording(
            "每次抽取最多承担的检查数应为 1 到 500。", "The most visits in a draw is a number from 1 to 500.",
        ),
        "day-invalid": Wording(
            "“{day}”不是日期。", "“{day}” is no day.", "请写成 2026-12-31。", "Write it as 2026-12-31.",
        ),
        "name-missing": Wording("缺少姓名。", "The name is missing."),
        "rows-refused": Wording(
            "文件没有导入：{count} 行有问题。", "Nothing was taken: {count} rows are wrong.",
            "{said}", "{said}",
        ),
        "rows-none": Wording("文件里没有行。", "The file has no rows."),
        "columns-missing": Wording(
            "缺少列：{columns}。", "Columns are missing: {columns}.",
        ),
        "department-unclear": Wording(
            "请选择单位。", "Choose the department.",
        ),
        "subject-unknown": Wording(
            "没有这个主体，或不能登记回避。", "There is no such subject.",
            "请核对统一社会信用代码。", "Check its code.", status=404,
        ),
    }
)  # fmt: skip


class PlanError(RightsError):
    """What was asked for of a plan or of the library cannot be done; nothing has changed."""

    wordings = WORDINGS
