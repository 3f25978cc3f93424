"""Commands about evaluation: model, evaluate, explain, whatif.

Invariant: nothing here scores a natural person or a sole trader, and a score becomes one only by an edition that two
people stand for.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal import when
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit, fail, progress, table

model_app = typer.Typer(
    no_args_is_help=True, help="评价模型：列出、提出、批准。 / Evaluation models: list, propose, approve."
)
Code = Annotated[str, typer.Argument(help="统一社会信用代码 / code of a subject")]
Purpose = Annotated[str, typer.Option(help="查询目的（必填） / what for")]
Which = Annotated[str | None, typer.Option("--model", help="评价模型；默认适用于该主体的第一个 / model")]
Day = Annotated[str | None, typer.Option("--as-of", help="评价日期（YYYY-MM-DD） / day of evaluation")]
Moment = Annotated[str | None, typer.Option("--known-at", help="平台所知时点（ISO 8601） / moment of knowledge")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(model_app, name="model")
    for command in (evaluate, explain, whatif):
        app.command()(command)


@model_app.command("list")
@may(Role.MODELLER, Role.APPROVER)
def list_models() -> None:
    """列出评价模型及其版本。 / List the models, their editions and who stands for them."""
    from quanxin.calendar import today
    from quanxin.evaluation.editions import in_use
    from quanxin.evaluation.models import Edition
    from quanxin.runtime.pack import current_pack

    rows = []
    for key, model in sorted(current_pack().on(today()).models.items()):
        used, waiting = in_use(key), Edition.objects.filter(model=key, approved=None).first()
        rows.append(
            {
                "model": key,
                "title": model.title.zh,
                "edition": model.edition[:12],
                "in_use": used.digest[:12] if used else None,
                "approved_by": used.decided_by if used else None,
                "waiting": waiting.pk if waiting else None,
            }
        )
    emit(rows, show=lambda found: table("评价模型 / Models", found, empty="政策包没有评价模型。 / No models."))


@model_app.command()
@may(Role.MODELLER)
def propose(
    model: Annotated[str, typer.Argument(help="评价模型 / model")],
    reason: Annotated[str, typer.Option(help="理由（必填） / the reason")],
) -> None:
    """提出启用政策包中的现行版本。 / Propose the pack's present edition of a model."""
    from quanxin.evaluation import editions

    made = editions.propose(actor(), model, reason=reason)
    emit({"proposal": made.pk, "model": made.model, "edition": made.digest, "proposed_by": made.proposed_by})


@model_app.command()
@may(Role.APPROVER)
def approve(
    proposal: Annotated[int, typer.Argument(help="提案编号 / number of the proposal")],
    remark: Annotated[str, typer.Option(help="审批意见（必填） / remark")],
    refuse: Annotated[bool, typer.Option("--refuse", help="不批准 / refuse it")] = False,
) -> None:
    """由另一人批准（或不批准）。 / Approve or refuse a proposal; who made it cannot."""
    from quanxin.evaluation import editions
    from quanxin.evaluation.models import Edition

    found = Edition.objects.filter(pk=proposal).first()
    if found is None:
        fail(f"没有编号为 {proposal} 的提案。", f"There is no proposal {proposal}.", "quanxin model list")
    made = editions.decide(actor(), found, approved=not refuse, remark=remark)
    emit({"proposal": made.pk, "model": made.model, "approved": made.approved, "decided_by": made.decided_by})


@may(Role.MODELLER)
def evaluate(
    model: Annotated[list[str] | None, typer.Option(help="评价模型；默认全部 / models, all by default")] = None,
    as_of: Day = None,
    known_at: Moment = None,
    engine: Annotated[Literal["duckdb", "spark"], typer.Option(help="计算引擎 / engine")] = "duckdb",
    master: Annotated[str | None, typer.Option(help="Spark 集群地址 / address of a Spark cluster")] = None,
) -> None:
    """评价全市主体；不给日期则更新得分，给出日期则只试算。 / Evaluate; with a date or moment it is a trial."""
    from quanxin.evaluation import runs

    with progress() as tell:
        made = runs.evaluate(
            actor(),
            model,
            as_of=when.day(as_of),
            known_at=when.moment(known_at),
            on_progress=tell,
            engine=engine,
            master=master,
        )
    rows = [
        {
            "run": r.pk,
            "model": r.model,
            "edition": r.digest[:12],
            "as_of": r.as_of.isoformat(),
            "subjects": r.subjects,
            "grades": r.grades,
            "current": r.current,
            "files": r.manifest,
        }
        for r in made
    ]
    emit(rows, show=_show_runs)


@may(Role.CENTRE)
def explain(
    code: Code,
    purpose: Purpose,
    model: Which = None,
    as_of: Day = None,
    known_at: Moment = None,
    outlook: Annotated[
        bool, typer.Option(help="列出今后得分自行变化的日期 / days on which it changes by itself")
    ] = False,
) -> None:
    """得分从何而来：逐项指标、依据记录、理由。 / How a score came about."""
    subject, viewer, key = _asked(code, purpose, model)
    from quanxin.evaluation import explanation, single

    found = single.explain(subject, viewer, key, as_of=when.day(as_of), known_at=when.moment(known_at))
    said: dict[str, Any] = {"subject": subject.code, "name": subject.name} | explanation.explained(found)
    if outlook:
        said |= {"outlook": explanation.outlook(found), "improvements": explanation.improvements(found)}
    emit(said, show=_show_explanation)


@may(Role.CENTRE)
def whatif(
    code: Code,
    purpose: Purpose,
    model: Which = None,
    repair: Annotated[list[int] | None, typer.Option(help="假设已修复的记录 / records supposed to be repaired")] = None,
    expire: Annotated[list[str] | None, typer.Option(help="记录=日期：自该日起不再计入 / record=date")] = None,
    add: Annotated[list[str] | None, typer.Option(help="资源=JSON：假设新增的记录 / resource=JSON")] = None,
    correct: Annotated[list[str] | None, typer.Option(help="记录=JSON：假设更正的内容 / record=JSON")] = None,
    as_of: Day = None,
) -> None:
    """假设修复、到期、新增或更正，得分会怎样（不改变任何数据）。 / What would the score be, were records otherwise."""
    subject, viewer, key = _asked(code, purpose, model)
    from quanxin.calendar import today
    from quanxin.evaluation import explanation, single

    changes = single.Changes(
        repaired=frozenset(repair or ()),
        expired={_number(n): when.day(day) or today() for n, day in map(_pair, expire or ())},
        added=[(resource, _items(text)) for resource, text in map(_pair, add or ())],
        corrected={_number(n): _items(text) for n, text in map(_pair, correct or ())},
    )
    before = explanation.explained(single.explain(subject, viewer, key, as_of=when.day(as_of)))
    after = explanation.explained(single.whatif(subject, viewer, key, changes, as_of=when.day(as_of)))
    emit(
        {"subject": subject.code, "model": key, "as_of": after["as_of"], "before": before, "after": after},
        show=_show_whatif,
    )


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        fail(f"“{text}”应写作 名称=内容。", f"“{text}” should be written name=value.", code=2)
    return name, value


def _number(text: str) -> int:
    if not text.isdigit():
        fail(f"“{text}”不是记录编号。", f"“{text}” is no number of a record.", "quanxin explain", code=2)
    return int(text)


def _items(text: str) -> dict[str, Any]:
    try:
        items = json.loads(text)
    except ValueError:
        items = None
    if not isinstance(items, dict):
        fail(f"“{text}”不是 JSON 对象。", f"“{text}” is no JSON object.", code=2)
    return items


def _asked(code: str, purpose: str, model: str | None) -> tuple[Any, Any, str]:
    from quanxin.archive import viewers
    from quanxin.evaluation import single
    from quanxin.subjects.queries import asked_for

    if not purpose.strip():
        fail("必须说明查询目的。", "The purpose of the question is needed.", "--purpose")
    subject = asked_for(actor(), code)
    if subject is None:
        fail(f"没有找到代码为 {code} 的主体。", f"There is no subject {code}.", "quanxin search")
    models = [m.key for m in single.models_for(subject)]
    if single.never(subject):
        fail(
            "自然人（含个体工商户）不评分、不定级、不排名。",
            "Natural persons, sole traders among them, are never scored.",
        )
    if not model and not models:
        fail("没有适用于该主体的评价模型。", "No model evaluates subjects of this type.", "quanxin model list")
    return subject, viewers.centre(actor(), purpose), model or models[0]


def _show_runs(rows: list[dict[str, Any]]) -> Any:
    shown = [
        {
            "批次 run": r["run"],
            "模型 model": r["model"],
            "评价日 as of": r["as_of"],
            "主体 subjects": r["subjects"],
            "等级 grades": "，".join(f"{k} {v:,}" for k, v in r["grades"].items()),
            "启用 current": "是" if r["current"] else "试算",
        }
        for r in rows
    ]
    return table("评价 / Evaluation", shown)


def _show_explanation(said: dict[str, Any]) -> Any:
    from rich.console import Group

    if not said["evaluated"]:
        return table("不予评价 / Not evaluated", [{"原因 reason": e["reason"]["zh"]} for e in said["exclusions"]])
    grade = f"{said['score']} 分，{said['grade_title']['zh']}（{said['grade']}）"
    head = f"{said['name']} {said['title']['zh']} {said['as_of']}：{grade}"
    moved = [
        {
            "指标 indicator": i["title"]["zh"],
            "值 value": i["value"],
            "分 points": i["points"],
            "理由 reason": i["reason"]["zh"],
            "记录 records": "、".join(map(str, i["records"])),
        }
        for i in said["indicators"]
        if i["points"] != "0.00"
    ]
    dimensions = [
        {"维度 dimension": d["title"]["zh"], "分 points": d["points"], "限 limits": f"{d['minimum']} ～ {d['maximum']}"}
        for d in said["dimensions"]
    ]
    vetoes = [{"一票否决 veto": v["title"]["zh"], "理由 reason": v["reason"]["zh"]} for v in said["vetoes"]]
    return Group(
        table(head, dimensions),
        table(f"基础分 {said['base']}", moved, empty="没有加减分项。"),
        *([table("否决 / Vetoes", vetoes)] if vetoes else []),
    )


def _show_whatif(said: dict[str, Any]) -> Any:
    rows = [
        {"": name, "分 score": part.get("score"), "等级 grade": part.get("grade")}
        for name, part in (("现在 now", said["before"]), ("假设 supposed", said["after"]))
    ]
    return table(f"{said['subject']} {said['as_of']}", rows)
