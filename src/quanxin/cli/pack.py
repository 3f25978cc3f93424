"""Commands about policy packs: new, check, show, coverage, test.

Invariant: nothing here needs a database; a pack that breaks a rule ends with 1 and every place where it does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quanxin.terminal.access import ANYONE, may
from quanxin.terminal.output import emit, fail, table

if TYPE_CHECKING:
    from quanxin.policy import Pack
    from quanxin.policy.lint import Problem

commands = typer.Typer(no_args_is_help=True, help="政策包：新建、检查、查看、覆盖情况、案例。 / Policy packs.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(commands, name="pack")


Which = Annotated[str | None, typer.Argument(help="政策包目录或名称 / folder or name of a pack")]
Of = Annotated[str | None, typer.Option("--pack", help="政策包目录或名称 / folder or name of a pack")]


@commands.command()
@may(ANYONE, database=False)
def check(path: Which = None) -> None:
    """检查政策包是否合规则。 / Check a pack against the rules that every pack obeys."""
    from quanxin.calendar import today
    from quanxin.policy import lint, locate

    pack, day = _load(path), today()
    problems = [
        {"lint": p.lint, "where": p.where, "message": p.message, "file": locate(_name(path), p.where)}
        for p in [*lint(pack, day), *_of_effects(pack)]
    ]
    if problems:
        emit(problems, show=lambda found: table(f"{pack.name}: {len(found)} 处问题 / problems", found))
        raise typer.Exit(1)
    rules = pack.on(day)
    counts = {"pack": pack.name, "edition": pack.edition[:12], "resources": len(rules.resources),
              "code_sets": len(rules.code_sets), "lists": len(rules.lists), "measures": len(rules.measures),
              "models": len(rules.models), "procedures": len(rules.procedures), "cases": len(pack.cases),
              "model_cases": len(pack.model_cases),
              "procedure_cases": len(pack.procedure_cases), "measure_cases": len(pack.measure_cases),
              "schemes": len(rules.schemes), "scheme_cases": len(pack.scheme_cases),
              "check_cases": len(pack.check_cases), "list_cases": len(pack.list_cases),
              "commitment_cases": len(pack.commitment_cases),
              "problems": 0}  # fmt: skip
    emit(counts, show=lambda said: _sound(pack, said))


@commands.command()
@may(ANYONE, database=False)
def show(resource: Annotated[str, typer.Argument(help="目录资源 / resource")], pack: Of = None) -> None:
    """查看一个目录资源：数据项、规则、公示、时限、依据。 / Show a catalogue resource."""
    from quanxin.calendar import today

    of = _load(pack)
    versions = of.resource_history(resource)
    if not versions:
        known = "、".join(sorted({r.key for r in of.resources}))
        fail(f"政策包 {of.name} 没有资源 {resource}。", f"{of.name} has no resource {resource}.", f"可用：{known}")
    # the version in force today, or else the latest
    found = of.on(today()).resources.get(resource, versions[-1])
    emit(found.model_dump(mode="json", by_alias=True, exclude_none=True), show=_show_resource)


@commands.command()
@may(ANYONE, database=False)
def coverage(path: Which = None) -> None:
    """实施方案各条的落实情况：已有什么，还缺什么。 / What carries out each clause, and what is missing."""
    from quanxin.policy.coverage import coverage as cover

    rows = [
        {
            "clause": c.clause,
            "title": c.title.model_dump(),
            "carried_by": [text.model_dump() for text in c.carried_by],
            "missing": [text.model_dump() for text in c.missing],
        }
        for c in cover(_load(path))
    ]
    emit(rows, show=_show_coverage)


@commands.command("test")
@may(ANYONE, database=False)
def run_cases_of(path: Which = None) -> None:
    """运行政策包自带的案例，并指出没有案例达到之处。 / Run the cases of a pack; say what they do not reach."""
    from quanxin.engine import check_cases, class_cases, commitment_cases, list_cases, measure_cases
    from quanxin.engine.cases import run_cases
    from quanxin.engine.model_cases import run_model_cases
    from quanxin.engine.model_coverage import Reach
    from quanxin.engine.procedure_cases import run_procedure_cases, unreached

    pack = _load(path)
    reach, seen, ended = Reach(pack), set[tuple[str, str, str]](), set[tuple[str, str, str]]()
    classed = set[tuple[str, str]]()
    checked, promised = set[tuple[str, str, str]](), set[tuple[str, str, str]]()
    listed = set[tuple[str, str]]()
    outcomes: list[Any] = [
        *run_cases(pack),
        *run_model_cases(pack, reach.see),
        *run_procedure_cases(pack, lambda *reached: seen.add((reached[0].key, *reached[1:]))),
        *measure_cases.run_measure_cases(pack, lambda *reached: ended.add(reached)),
        *class_cases.run_scheme_cases(pack, lambda *reached: classed.add(reached)),
        *check_cases.run_check_cases(pack, lambda *reached: checked.add(reached)),
        *list_cases.run_list_cases(pack, lambda *reached: listed.add(reached)),
        *commitment_cases.run_commitment_cases(pack, lambda *reached: promised.add(reached)),
    ]
    left = [*reach.unreached(), *unreached(pack, seen), *measure_cases.unreached(pack, ended)]
    left += check_cases.unreached(pack, checked)
    left += [*class_cases.unreached(pack, classed), *list_cases.unreached(pack, listed)]
    left += commitment_cases.unreached(pack, promised)
    wrong = [{"case": o.case.title, "message": o.message} for o in outcomes if not o.ok]
    emit({"cases": len(outcomes), "failed": wrong, "unreached": left}, show=_show_cases)
    if wrong:
        raise typer.Exit(1)


@commands.command()
@may(ANYONE, database=False)
def new(
    folder: Annotated[Path, typer.Argument(help="新政策包的目录，目录名就是包名 / folder; its name is the pack's")],
    zh: Annotated[str, typer.Option("--title", help="城市中文名，如 样例市 / the city's name in Chinese")],
    en: Annotated[str, typer.Option("--title-en", help="城市英文名 / the city's name in English")],
    region: Annotated[str, typer.Option(help="行政区划代码，六位 / division of GB/T 2260")],
    extends: Annotated[str, typer.Option(help="继承哪个包 / the pack that it extends")] = "national",
) -> None:
    """新建一座城市的政策包：写出最初的文件，接下来照着改。 / Begin another city's pack."""
    from quanxin.policy.model import Text
    from quanxin.policy.starting import begin

    written = begin(folder, title=Text(zh=zh, en=en), region=region, extends=extends)
    emit(
        {"pack": folder.name, "files": [str(path) for path in written], "next": f"quanxin pack check {folder}"},
        show=lambda said: table(f"{said['pack']}：{said['next']}", [{"file": name} for name in said["files"]]),
    )


def _of_effects(pack: Pack) -> list[Problem]:
    """What is wrong with the effects of procedures, told by the rooms that carry them out; no database is asked."""
    if not pack.procedures:
        return []
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanxin.settings")
    django.setup()
    from quanxin.casework import lints

    return lints.problems(pack)


def _load(path: str | None) -> Pack:
    """The pack of this folder or name, or the one that the platform is set to."""
    from quanxin.policy import load

    return load(_name(path))


def _name(path: str | None) -> str:
    from quanxin.runtime import environment

    return path or environment.value("QUANXIN_PACK")


def _sound(pack: Pack, counts: dict[str, Any]) -> Any:
    from rich.text import Text

    zh = f"{pack.title.zh}（{pack.name}）无问题：目录资源 {counts['resources']} 个，代码集 {counts['code_sets']} 个，"
    zh += f"名单 {counts['lists']} 个，措施 {counts['measures']} 项，"
    zh += f"评价模型 {counts['models']} 个，案例 {_played(counts)} 个。"
    en = f"sound: {counts['resources']} resources, {counts['code_sets']} code sets, {counts['lists']} lists, "
    en += f"{counts['measures']} measures, {counts['models']} models, "
    en += f"{_played(counts)} cases."
    return Text(f"{zh}\n{en}")


def _played(counts: dict[str, Any]) -> int:
    return sum(int(count) for kind, count in counts.items() if kind.endswith("cases"))


def _show_cases(said: dict[str, Any]) -> Any:
    from rich.console import Group

    number = said["cases"]
    held = table(
        f"{number} 个案例，{len(said['failed'])} 个不符 / cases that do not hold",
        said["failed"],
        empty=f"{number} 个案例全部相符。 / All {number} cases hold.",
    )
    rows = [{"没有案例达到 no case reaches": what} for what in said["unreached"]]
    return Group(held, table(f"{len(rows)} 处没有案例 / places without a case", rows)) if rows else held


def _show_coverage(rows: list[dict[str, Any]]) -> Any:
    shown = [
        {
            "条 clause": row["clause"],
            "任务 task": row["title"]["zh"],
            "由何落实 carried out by": [text["zh"] for text in row["carried_by"]],
            "尚缺 missing": [text["zh"] for text in row["missing"]],
        }
        for row in rows
    ]
    return table(
        "实施方案落实情况 / Coverage of the plan", shown, empty="该政策包没有 plan.yaml。 / No plan.yaml here."
    )


def _show_resource(resource: dict[str, Any]) -> Any:
    """A catalogue entry for people: what it is, its fields, its checks, and the articles that allow it."""
    from rich.console import Group

    title = f"{resource['title']['zh']}（{resource['key']}） / {resource['title']['en']}"
    fields = [
        {
            "数据项 item": f["title"]["zh"],
            "字段 field": f["key"],
            "类型 type": f["type"],
            "必填 required": {True: "是", False: ""}.get(f["required"], f["required"]),
            "别名 also": "、".join(f["aliases"]),
        }
        for f in resource["fields"]
    ]
    checks = [
        {"规则 check": c["key"], "级别 severity": c["severity"], "说明 message": c["message"]["zh"]}
        for c in resource["checks"]
    ]
    basis = [
        {
            "依据 basis": b["title"],
            "条款 article": b.get("article"),
            "文号 reference": b.get("reference"),
            "把握 confidence": b["confidence"],
        }
        for b in resource["basis"]
    ]
    return Group(
        table(title, [{"项 item": name, "内容 content": text} for name, text in _facts(resource)]),
        table("数据项 / Fields", fields),
        table("校验规则 / Checks", checks, empty="没有校验规则。 / No checks."),
        table("依据 / Basis", basis),
    )


def _facts(resource: dict[str, Any]) -> list[tuple[str, str]]:
    """What is said of a resource beside its fields, one line each."""
    publication, deadline, force = resource["publication"], resource["deadline"], resource["in_force"]
    window = next((f"{name} {publication[name]}" for name in ("months", "until", "tiers") if name in publication), "—")
    days = (
        [f"{deadline['working_days']} 个工作日，自 {deadline.get('from', '—')}"] if "working_days" in deadline else []
    )
    rhythm = [deadline["rhythm"]] if "rhythm" in deadline else []
    years = resource["retention"].get("years")
    return [
        ("类别 category", resource["category"]),
        ("提供单位 providers", "、".join(resource["providers"])),
        ("主体类型 subject types", "、".join(resource["subject_types"])),
        ("有效期 in force", f"{force['from']} — {force.get('until', '')}"),
        ("公示 publication", f"{publication['mode']}；{window}"),
        ("共享 sharing", resource["sharing"]["mode"]),
        ("保存 retention", f"{years} 年 / years" if years else resource["retention"].get("note", "长期 / permanent")),
        ("报送时限 deadline", "；".join([*days, *rhythm]) or "—"),
    ]
