"""The command about classes: classes.

Invariant: whoever asks on the command line sees what it would at the desk.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal import when
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit, table


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(classes)


@may(Role.DECIDER, Role.SUPERVISOR, Role.CENTRE, Role.AUDITOR)
def classes(
    code: Annotated[str, typer.Argument(help="统一社会信用代码或注册号 / code")],
    on: Annotated[str | None, typer.Option(help="日期（YYYY-MM-DD），默认今天 / day asked about")] = None,
    known_at: Annotated[str | None, typer.Option(help="平台所知时点（ISO 8601） / moment of knowledge")] = None,
) -> None:
    """一个单位的分级：按哪个办法、为什么；只用于安排检查。 / An organisation's classes, by which scheme and why."""
    from quanxin.supervision.classing import asking

    day, moment = when.day(on), when.moment(known_at)
    subject, found = asking.ask(actor(), code, day, moment)
    emit(asking.as_json(subject, found, day, moment), show=_shown)


def _shown(said: dict[str, Any]) -> Any:
    rows = [
        {
            "分级办法 scheme": one["title"],
            "等级 level": one["level_title"],
            "抽取层 stratum": one["stratum"],
            "复核 review": one["review"],
            "依据记录 records": "、".join(ground["record"] for ground in one["grounds"] if ground["decides"]),
        }
        for one in said["classes"]
    ]
    return table(f"{said['name']}  {said['code']}  {said['on']}", rows, empty="没有可以看到的分级。")
