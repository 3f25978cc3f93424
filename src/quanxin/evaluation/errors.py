"""The sentences of why an evaluation cannot be.

Invariant: a code is stable and has its sentence in Chinese and in English.
"""

from __future__ import annotations

from types import MappingProxyType

from quanxin.runtime.problems import Problem, Wording, Wordings

WORDINGS: Wordings = MappingProxyType(
    {
        "reason-missing": Wording("必须说明理由。", "A reason is needed."),
        "purpose-missing": Wording("必须说明查询目的。", "A purpose is needed."),
        "models-none": Wording("政策包没有评价模型。", "The pack has no evaluation model."),
        "model-not-in-force": Wording(
            "政策包 {pack} 今日没有施行中的评价模型 {model}。", "No model {model} is in force today in {pack}.",
            "可用：{known}。", "There are: {known}.",
        ),
        "model-broken": Wording(
            "评价模型 {model} 有 {count} 处问题，第一处在 {place}：{first}",
            "The model {model} has {count} problems; the first, at {place}: {first}",
            "请用 quanxin pack check 查看全部问题并改正政策包。", "See all with quanxin pack check.",
        ),
        "model-of-persons": Wording(
            "评价模型 {model} 的对象含 {type}：自然人（含个体工商户）不评分、不定级、不排名。",
            "The model {model} evaluates {type}: natural persons, sole traders among them, are never scored.",
            "请从模型的 subject_types 中去掉该类型。", "Take the type out of the model's subject_types.",
        ),
        "models-circular": Wording("评价模型互为依据：{models}", "Models build on each other: {models}"),
        "person-unscored": Wording(
            "自然人（含个体工商户）不评分、不定级、不排名。", "Natural persons, sole traders among them, are never scored."
        ),
        "type-not-evaluated": Wording(
            "评价模型“{title}”不评价{type}。", "The model {model} does not evaluate {type}."
        ),
        "edition-decided": Wording("该版本已经决定。", "This edition has been decided already."),
        "edition-own": Wording(
            "提出人不能批准自己提出的版本。", "Who proposed an edition cannot decide about it.",
            "请由另一位审批人办理。", "Another approver must do it.",
        ),
        "edition-at-odds": Wording(
            "评价模型 {model} 已批准的版本与现行政策包不符：{first}",
            "The approved edition of {model} is at odds with the pack as it is now: {first}",
            "请提出并批准政策包中的现行版本。", "Propose and approve the pack's present edition.",
        ),
        "edition-lost": Wording(
            "模型 {model} 的版本 {edition} 没有提出过，政策包中也已不是这一版，无法还原其内容。",
            "The edition {edition} of {model} was never proposed and is no longer in the pack.",
            "请先提出版本再试算，提出过的版本会一直保存。", "Propose an edition before trying it: then it is kept.",
        ),
        "decision-missing": Wording("请选择批准或不批准。", "Choose to approve or to refuse."),
        "runs-of-two-models": Wording(
            "只能比较同一个模型的两次评价。", "Only two runs of one model can be compared."
        ),
        "run-without-files": Wording(
            "评价批次 {run} 没有结果文件，不能比较。", "The run {run} has no files and cannot be compared.",
            "请重新试算。", "Make a trial run anew.",
        ),
        "sides-missing": Wording("请选择要比较的两次评价。", "Choose the two runs to be compared."),
        "sides-same": Wording(
            "两边是同一次评价，没有可比较的。", "Both sides are the same run: there is nothing to compare."
        ),
        "side-missing": Wording("请选择已有的评价，或要试算的版本。", "Choose a run, or an edition to be tried."),
        "day-missing": Wording("请填写评价日期。", "Give the day of evaluation."),
        "day-ahead": Wording("评价日期不能晚于今天。", "The day of evaluation lies in the future."),
        "moment-ahead": Wording("所知时点不能晚于现在。", "The moment of knowledge lies in the future."),
        "movement-unknown": Wording("没有这一类变动。", "There is no such movement."),
        "comparison-unruled": Wording(
            "政策包没有规定比较口径。", "The pack does not rule how evaluations are compared.",
            "请在政策包中加入 comparison.yaml。", "Add comparison.yaml to the pack.",
        ),
        "backtest-nothing": Wording(
            "该模型没有否决项，政策包也没有适用的失信名单，无从回测。",
            "The model has no vetoes and the pack no severe list for its subjects: there is nothing to test it against.",
        ),
        "study-broke": Wording(
            "运行中出错，已记入日志。", "Something broke; the log says what.",
            "请联系运行维护人员。", "Ask those who run the platform.", status=500,
        ),
        "nothing-to-evaluate": Wording(
            "没有可评价的{what}（{model}，{as_of}）。", "There are no {what} to evaluate by {model}.",
            "请先报送数据（quanxin intake）。", "Take data in first.",
        ),
        "supposed-unreadable": Wording(
            "假设的内容中有不能识别的值：{said}", "A value of what is supposed cannot be read: {said}"
        ),
        "record-not-evaluated": Wording(
            "该主体没有参与评价的记录 {record}。", "The subject has no evaluated record {record}.",
            "记录编号见 quanxin explain。", "See the numbers of its records with quanxin explain.",
        ),
        "resource-not-read": Wording(
            "该模型不使用资源 {resource}。", "The model reads no resource {resource}.", "可用：{known}", "There are: {known}"
        ),
        "item-unknown": Wording("{resource} 没有数据项 {item}。", "{resource} has no item {item}."),
        "date-unreadable": Wording("“{text}”不是日期，请写作 2026-11-24。", "“{text}” is no date."),
        "spark-missing": Wording(
            "缺少 {part}，不能用 Spark 评价。", "{part} is missing: there is no Spark to evaluate on.",
            "请安装 quanxin[spark] 和 Java 17，或使用 --engine duckdb。", "Install both, or use --engine duckdb.",
        ),
    }
)  # fmt: skip


class EvaluationError(Problem):
    """An evaluation that cannot be; nothing has changed."""

    wordings = WORDINGS
