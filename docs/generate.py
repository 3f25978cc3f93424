"""Reference pages written from the code, as a hook of MkDocs.

Invariant: what these pages say is what the code does: settings, commands, error codes, the schema of packs and the
catalogue are read from where the program itself reads them, at the moment the site is built.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from pydantic import BaseModel

Pages = dict[str, str]


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the generated pages to the site."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def pages() -> Pages:
    """Every generated page: its path under docs/ and its text."""
    made: Pages = {}
    for write in (index, settings, errors, attachments, rights, commands, pack_schema, catalogue, procedures, slices):
        made |= write()
    return made


def index() -> Pages:
    """The front page of the reference."""
    links = {
        "错误代码 / Error codes": "errors.md",
        "附件的拒收原因 / Refusals of attachments": "attachments.md",
        "修复与异议的提示 / Refusals in cases": "rights.md",
        "设置 / Settings": "settings.md",
        "命令 / Commands": "commands.md",
        "政策包 / Policy packs": "pack.md",
        "目录 / Catalogue": "catalogue.md",
        "办理程序 / Procedures": "procedures.md",
        "模块 / Slices": "slices.md",
    }
    lines = [f"- [{title}]({path})" for title, path in links.items()]
    return {
        "reference/index.md": _page("参考 / Reference", "这些页面由程序生成。 / These pages are generated.", *lines)
    }


def settings() -> Pages:
    """Every environment variable, from the table the program reads."""
    from quanxin.runtime.variables import VARIABLES

    rows = [(f"`{v.name}`", f"`{v.default}`" if v.default else "—", f"{v.zh}<br>{v.en}") for v in VARIABLES.values()]
    note = "全部设置都是环境变量。 / All settings are environment variables."
    return {"reference/settings.md": _page("设置 / Settings", note, *_table(("变量", "默认", "含义"), rows))}


def errors() -> Pages:
    """Every error code, from the taxonomy."""
    from quanxin.engine.taxonomy import ERRORS

    severities = {"error": "错误 error", "warning": "警告 warning", "note": "提示 note"}
    rows = [
        (f"<a id='{e.code}'></a>`{e.code}`", severities[str(e.severity)], f"{e.zh}<br>{e.en}",
         f"{e.sentence_zh}<br>{e.sentence_en}")
        for e in ERRORS.values()
    ]  # fmt: skip
    note = "错误使该行待更正；警告和提示只计数。 / An error holds the row; warnings and notes are counted."
    return {
        "reference/errors.md": _page("错误代码 / Error codes", note, *_table(("代码", "级别", "名称", "说明"), rows))
    }


def attachments() -> Pages:
    """Every reason why an attachment is refused or cannot be had."""
    from quanxin.attachments.wordings import WORDINGS

    rows = [
        (f"<a id='{code}'></a>`{code}`", w.status, f"{w.zh}<br>{w.en}", f"{w.hint}<br>{w.hint_en}")
        for code, w in WORDINGS.items()
    ]
    note = "附件被拒收或不能下载的原因和办法。 / Why an attachment is refused or cannot be had, and what to do."
    table = _table(("代码", "HTTP", "说明", "办法"), rows)
    return {"reference/attachments.md": _page("附件的拒收原因 / Refusals of attachments", note, *table)}


def rights() -> Pages:
    """Every reason why something asked for in a case cannot be done."""
    from quanxin.casework.errors import WORDINGS

    rows = [
        (f"<a id='{code}'></a>`{code}`", f"{w.zh}<br>{w.en}", f"{w.hint}<br>{w.hint_en}")
        for code, w in WORDINGS.items()
    ]
    note = "修复、异议、授权等不能办理的原因和办法。 / Why something cannot be done, and what to do."
    table = _table(("代码", "说明", "办法"), rows)
    return {"reference/rights.md": _page("修复与异议的提示 / Refusals in cases", note, *table)}


def commands() -> Pages:
    """Every command with its arguments and options, from the command line itself."""
    import typer.main

    from quanxin.cli.main import app

    root = typer.main.get_command(app)
    lines = [*_table(("总参数", "必填", "默认", "含义"), [_parameter(p) for p in root.params if "--as" in p.opts]), ""]
    for path, command in _walk(root, "quanxin"):
        lines += [f"## `{path}`", "", (command.help or "").strip(), ""]
        lines += [f"以账号运行须有 / an account needs: {_who(command.callback)}", ""]
        rows = [_parameter(parameter) for parameter in command.params if "--help" not in parameter.opts]
        lines += [*_table(("参数", "必填", "默认", "含义"), rows), ""] if rows else []
    note = "退出码：0 正常，1 发现或拒绝了什么，2 用法有误。 / Exit: 0 well, 1 found or refused something, 2 misused."
    return {"reference/commands.md": _page("命令 / Commands", note, *lines)}


def _who(command: Any) -> str:
    """Who may run a command as an account, as the command itself says."""
    from quanxin.terminal.access import ANYONE, MACHINE

    rule = command.gate.rule
    words = {ANYONE: "任何账号 / any account", MACHINE: "只供本机操作员 / the machine's operator alone"}
    return words[rule] if rule in words else "、".join(f"`{role}`" for role in sorted(rule))


def pack_schema() -> Pages:
    """Every key of a policy pack, from the models that read it."""
    from quanxin.policy import evaluation, model, ownership, parts, rights, ruling

    found = [
        part for room in (parts, model, ownership, ruling, rights, evaluation) for part in vars(room).values()
        if isinstance(part, type) and issubclass(part, BaseModel) and part.__module__ == room.__name__
    ]  # fmt: skip
    lines: list[str] = []
    for part in found:
        rows = [
            (f"`{field.alias or name}`", f"`{_type(field.annotation)}`", "是" if field.is_required() else "")
            for name, field in part.model_fields.items()
        ]
        if rows:
            lines += [f"## {part.__name__}", "", *_paragraphs(part), *_table(("键", "类型", "必填"), rows), ""]
    note = "政策包的 YAML 就是这些对象，逐键对应；未知的键是错误。 / YAML of a pack is these objects, key for key."
    return {"reference/pack.md": _page("政策包 / Policy packs", note, *lines)}


def catalogue() -> Pages:
    """Every resource of the pack in use: one page each, and a list of them."""
    from quanxin.policy import load
    from quanxin.runtime import environment

    pack = load(environment.value("QUANXIN_PACK"))
    made: Pages = {}
    rows = []
    for key in sorted({resource.key for resource in pack.resources}):
        history = pack.resource_history(key)
        latest = history[-1]
        made[f"reference/catalogue/{key}.md"] = _resource(key, history)
        rows.append((f"[`{key}`](catalogue/{key}.md)", latest.title.zh, latest.category, ", ".join(latest.providers)))
    note = f"政策包 `{pack.name}` 的目录，共 {len(rows)} 项。 / The {len(rows)} resources of the pack `{pack.name}`."
    table = _table(("资源", "名称", "类别", "提供单位"), rows)
    return {"reference/catalogue.md": _page("目录 / Catalogue", note, *table), **made}


def procedures() -> Pages:
    """Every procedure of the pack in use, by its latest edition: its states and acts as a picture, and as a table."""
    from quanxin.policy import diagrams, load
    from quanxin.runtime import environment

    latest = {
        p.key: p for p in sorted(load(environment.value("QUANXIN_PACK")).procedures, key=lambda p: p.in_force.from_)
    }
    lines: list[str] = []
    head = ("编号", "动作 act", "从 from", "到 to", "由谁 who", "期限 term")
    for key, one in latest.items():
        lines += [f"## {one.title.zh} / {one.title.en} {{#{key}}}", ""]
        lines += [f"自 {one.in_force.from_} 起。箭头上的编号是下表的动作，标“期限”的状态有期限，粗框是办结。 "
                  "/ Numbers are the acts below; 期限 marks a term; a thick frame ends the case.", ""]  # fmt: skip
        lines += [diagrams.svg(one), "", *_table(head, diagrams.table(one)), ""]
    note = "由政策包画出。 / Drawn from the pack."
    return {"reference/procedures.md": _page("办理程序 / Procedures", note, *lines)}


def slices() -> Pages:
    """Every slice that is plugged in, from its own declaration, and the pages that it brings."""
    from quanxin.runtime import slices

    lines: list[str] = []
    for one in slices.plugged():
        zh, en = one.title
        told = {
            "链接 links": [link.page for link in one.links],
            "接口 routers": one.routers, "命令 commands": one.commands,
            "自检 checks": [*one.health, *one.deep], "定时 jobs": [f"{job.name} ({job.cron})" for job in one.jobs],
            "到期清理 terms": [f"{term.kind} ({term.cron})" for term in one.terms], "后续处理 handlers": one.handlers,
            "样例 demo": list(one.demo), "文档 pages": [f"[{name}](../slices/{one.key}/{name})" for name in one.docs],
        }  # fmt: skip
        rows = [(what, "<br>".join(f"`{each}`" if "](" not in each else each for each in found))
                for what, found in told.items() if found]  # fmt: skip
        lines += [f"## `{one.key}` {zh} / {en}", "", *(_table(("内容", "声明"), rows) if rows else []), ""]
    note = "每个模块用一份声明接入。 / Each slice plugs in by one declaration."
    pages = {path: file.read_text(encoding="utf-8") for path, file in slices.documents()}
    return {"reference/slices.md": _page("模块 / Slices", note, *lines), **pages}


def _resource(key: str, history: Iterable[Any]) -> str:
    """The page of a resource: each dated version with its basis, publication and fields."""
    lines: list[str] = []
    title = key
    for resource in history:
        title = f"{resource.title.zh} / {resource.title.en}"
        until = resource.in_force.until or "今"
        lines += [f"## {resource.in_force.from_} — {until}", ""]
        lines += [f"- 依据 basis：{b.title} {b.article or ''} {b.reference or ''}".rstrip() for b in resource.basis]
        lines += [
            f"- 提供单位 providers：{', '.join(resource.providers)}",
            f"- 公示 publication：{resource.publication.mode}",
        ]
        lines += [f"- 共享 sharing：{resource.sharing.mode}", f"- 归属 ownership：{_ownership(resource.ownership)}", ""]
        rows = [
            (f"`{f.key}`", f.title.zh, f.type, {True: "是", False: ""}.get(f.required, f"`{f.required}`"),
             "、".join(filter(None, (f.code, *f.aliases))))
            for f in resource.fields
        ]  # fmt: skip
        lines += [*_table(("字段", "名称", "类型", "必填", "其他表头"), rows), ""]
    return _page(title, f"`{key}`", *lines)


def _ownership(own: Any) -> str:
    """Whose a resource's records are, in a line."""
    if own.by == "authority":
        return f"`authority`（`{own.field}`）"
    if own.by == "register":
        order = "；".join(
            f"{p.in_force.from_} — {p.in_force.until or '今'} {', '.join(p.prevails)}" for p in own.precedence
        )
        return f"`register`（{order}）"
    return f"`{own.by}`"


def _walk(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The commands below ``command`` that do something, each with the words that call it."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path, command
        return
    for name, child in below.items():
        yield from _walk(child, f"{path} {name}")


def _parameter(parameter: Any) -> tuple[str, str, str, str]:
    """A row about an argument or option: how it is written, whether it must be given, its default, its meaning."""
    option = parameter.param_type_name == "option"
    written = (
        " / ".join([*parameter.opts, *parameter.secondary_opts])
        if option
        else (parameter.metavar or parameter.name).upper()
    )
    return f"`{written}`", "是" if parameter.required else "", _default(parameter), parameter.help or ""


def _default(parameter: Any) -> str:
    value = parameter.default
    return "" if value is None or value is False or callable(value) else f"`{value}`"


def _type(annotation: Any) -> str:
    """A type as one would say it."""
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return annotation.__name__
    return (
        str(annotation)
        .replace("typing.", "")
        .replace("quanxin.policy.model.", "")
        .replace("quanxin.policy.parts.", "")
        .replace("quanxin.policy.ownership.", "")
        .replace("quanxin.policy.ruling.", "")
        .replace("quanxin.policy.rights.", "")
        .replace("quanxin.policy.evaluation.", "")
        .replace("datetime.", "")
    )


def _paragraphs(part: type[BaseModel]) -> list[str]:
    own = part.__doc__ if "__doc__" in vars(part) else None
    return [" ".join(own.split()), ""] if own else []


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    cells: Callable[[Iterable[object]], str] = lambda row: (  # noqa: E731
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    )
    return [cells(head), cells("---" for _ in head), *(cells(row) for row in rows)]


def _page(title: str, *lines: str) -> str:
    return "\n".join([f"# {title}", "", lines[0], "", *lines[1:], ""])
