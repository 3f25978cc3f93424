"""Commands about ways in besides a file on the command line: drop, sources, pull.

Invariant: what a command does here a worker does too, by the same functions; a command may be run beside workers.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal.access import MACHINE, actor, may
from quanxin.terminal.output import emit, explain, fail, progress, table

drop = typer.Typer(help="投递目录。 / The drop folder.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(drop, name="drop")
    app.command()(sources)
    app.command()(pull)


@drop.command()
@may(MACHINE)
def scan(
    here: Annotated[
        bool, typer.Option("--here", help="不等后台任务，当场接收并答复 / take in here and now, without a worker")
    ] = False,
) -> None:
    """查看投递目录一次：提交已写完的文件，答复已处理的文件。 / Hand in what lies there, answer what is done."""
    from quanxin.intake import drop_scan
    from quanxin.intake.submissions import SUBMISSIONS
    from quanxin.work import engine

    found = drop_scan.scan()
    if here:
        for submission in drop_scan.waiting():
            engine.perform(SUBMISSIONS, submission)
        answered = drop_scan.scan()
        found.taken += answered.taken
        found.refused += answered.refused
    emit(found.to_json(), show=lambda shown: table("投递目录 / Drop folder", _rows(shown), empty="没有新文件。"))


@may(Role.INTAKE)
def sources() -> None:
    """列出数据源及其进度。 / List the sources and how far each has been pulled."""
    from quanxin.intake import sources as definitions
    from quanxin.intake.errors import IntakeError
    from quanxin.intake.models import Pulled

    states = {state.source: state for state in Pulled.objects.all()}
    who = actor()
    rows: list[dict[str, Any]] = []
    for name in definitions.names():
        state = states.get(name)
        provider = ""  # of a definition that cannot be used: shown to whoever hands in for all
        row: dict[str, Any] = {
            "source": name,
            "resource": None,
            "schedule": None,
            "mark": None,
            "pulled_at": None,
            "error": None,
        }
        try:
            found = definitions.load(name)
            provider = found.provider
            row |= found.model_dump(include={"resource", "schedule"})
        except IntakeError as error:
            row["error"] = error.zh
        if state is not None:
            row["mark"] = state.mark and state.mark["value"]
            row["pulled_at"] = state.pulled_at and state.pulled_at.isoformat(timespec="seconds")
            row["error"] = row["error"] or (state.error and state.error["zh"])
        if who.may(Role.INTAKE, provider):
            rows.append(row)
    emit(rows, show=lambda shown: table("数据源 / Sources", shown, empty=f"{definitions.folder()} 中没有数据源定义。"))


@may(Role.INTAKE)
def pull(
    names: Annotated[list[str] | None, typer.Argument(metavar="SOURCE", help="数据源名称 / names of sources")] = None,
    every: Annotated[bool, typer.Option("--all", help="全部数据源 / all sources")] = False,
    full: Annotated[bool, typer.Option("--full", help="不计增量，从头提取 / from the beginning")] = False,
) -> None:
    """从部门数据库提取新数据并接收。 / Pull what is new from departments' databases and take it in."""
    from quanxin.intake import pulls
    from quanxin.intake import sources as definitions
    from quanxin.intake.errors import IntakeError

    chosen = definitions.names() if every else list(names or ())
    if not chosen:
        fail(
            "没有数据源可提取。",
            "There is no source to pull.",
            "请写明名称或 --all。 / Name one, or say --all.",
            code=2,
        )
    failed = 0
    for name in chosen:
        try:
            with progress() as tell:
                made = pulls.pull(name, actor=actor(), full=full, on_progress=tell)
        except IntakeError as error:  # the other sources are not kept waiting
            failed = explain(error)
        else:
            emit(made.to_json())
    if failed:
        raise typer.Exit(failed)


def _rows(found: dict[str, list[str]]) -> list[dict[str, Any]]:
    labels = {"handed_in": "已提交", "taken": "已接收", "refused": "已退回", "moving": "尚未写完"}
    return [{"状态 state": labels[state], "文件 file": name} for state, names in found.items() for name in names]
