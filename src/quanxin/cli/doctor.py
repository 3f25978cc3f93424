"""Commands about the installation itself: doctor, stop.

Invariant: ``doctor`` exits with 0 exactly when nothing that it found keeps Quanxin from working.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from quanxin.runtime.finding import Finding, State
from quanxin.terminal.access import ANYONE, MACHINE, may
from quanxin.terminal.output import emit, progress

if TYPE_CHECKING:
    pass

_MARKS = {State.OK: ("✓", "green"), State.ATTENTION: ("!", "yellow"), State.PROBLEM: ("✗", "red")}


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(doctor)
    app.command()(stop)


@may(ANYONE, database=False)
def doctor(
    deep: Annotated[
        bool,
        typer.Option("--deep", help="逐行核对列式镜像和审计封存，重新核算得分 / prove lake, sealed lines and scores"),
    ] = False,
) -> None:
    """检查安装与运行环境，说明问题和解决办法。 / Say what is wrong with this installation and what to do about it."""
    from quanxin.runtime import slices
    from quanxin.runtime.doctor import examine

    with progress() as tell:
        found = list(examine(more=slices.checks(deep=deep), tell=tell))
    emit([finding.as_json() for finding in found], show=lambda _: _show(found))
    if any(finding.state is State.PROBLEM for finding in found):
        raise typer.Exit(1)


@may(MACHINE, database=False)
def stop() -> None:
    """停止随软件包运行的 PostgreSQL。 / Stop the PostgreSQL that came with the package."""
    from quanxin.runtime import environment, postgres

    emit({"stopped": postgres.stop(environment.data_dir())})


def _show(found: list[Finding]) -> Any:
    """The findings for people: a mark, Chinese, then English beneath, and what to do."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    for finding in found:
        mark, colour = _MARKS[finding.state]
        words = [*finding.words] if finding.words[0] != finding.words[1] else [finding.words[0]]
        if finding.advice:
            words += [f"→ {finding.advice[0]}", f"→ {finding.advice[1]}"]
        grid.add_row(f"[{colour}]{mark}[/]", *_lines(words))
    return grid


def _lines(words: list[str]) -> list[Any]:
    from rich.text import Text

    return [Text("\n".join(words))]
