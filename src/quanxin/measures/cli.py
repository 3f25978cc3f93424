"""The command about measures: consequences.

Invariant: whoever asks on the command line reads as at the desk: the centre what it keeps, a department what others share for a
purpose of the pack.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal import when
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit, fail, table


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(consequences)


@may(Role.CENTRE, Role.DECIDER, Role.INTAKE)
def consequences(
    code: Annotated[str, typer.Argument(help="统一社会信用代码或注册号 / code")],
    purpose: Annotated[str, typer.Option(help="用途；部门须用政策包中的用途，如 supervision / what for")],
    on: Annotated[str | None, typer.Option(help="日期（YYYY-MM-DD），默认今天 / day asked about")] = None,
    known_at: Annotated[str | None, typer.Option(help="平台所知时点（ISO 8601） / moment of knowledge")] = None,
) -> None:
    """记录依法会有什么后果：由谁、凭什么、到什么时候。 / What follows from a subject's records, by whom and until when."""
    from quanxin.archive import viewers
    from quanxin.measures import asking

    if not purpose.strip():
        fail("必须说明用途。", "The purpose of the question is needed.", "--purpose")
    who, day, moment = actor(), when.day(on), when.moment(known_at)
    viewer = viewers.centre(who, purpose) if who.by(Role.CENTRE) else viewers.sharing(who, purpose)
    subject, found = asking.ask(who, code, viewer, day, moment)
    emit(asking.as_json(subject, found, day, moment), show=_shown)


def _shown(said: dict[str, Any]) -> Any:
    rows = [
        {
            "措施 measure": one["title"],
            "实施单位 by": "、".join(one["enforcers"]) or "依法有权的部门",
            "依据 ground": one["ground"],
            "记录 record": one["record"],
            "自 since": one["since"],
            "至 until": one["until"] or "",
            "": "暂停" if one["suspended"] else "应当" if one["must"] else "",
        }
        for one in said["consequences"]
    ]
    return table(f"{said['name']}  {said['code']}  {said['on']}", rows, empty="没有依法产生后果的记录。")
