"""Commands about cases: cases, case, begin, act.

Invariant: what is shown is what the desk shows of a case, and nothing about a subject beyond its name and code is read; an
act is done by the one engine, so that it is refused, and done once, as it is at the desk.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit, fail, table


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(cases)
    app.command()(case)
    app.command()(begin)
    app.command()(act)


@may(Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.SUPERVISOR, Role.CENTRE, Role.AUDITOR)
def cases(
    overdue: Annotated[bool, typer.Option("--overdue", help="只列已逾期的 / those whose term has lapsed only")] = False,
    procedure: Annotated[str, typer.Option(help="只列该事项的 / of this procedure only")] = "",
    state: Annotated[str, typer.Option(help="只列该状态的 / in this state only")] = "",
    closed: Annotated[bool, typer.Option("--closed", help="列可查看的全部办件 / all, closed ones too")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="最多列出多少件 / how many at most")] = 100,
) -> None:
    """待办的办件，最急的在前。 / Cases that wait for an act, the most pressing first."""
    from quanxin.casework import as_json, queues

    held = queues.visible(actor()) if closed else queues.queue(actor())
    found = queues.narrowed(held, queues.Wanted(kind=procedure, state=state, overdue=overdue))
    emit(as_json.rows(list(found[:limit])), show=_show)


@may(Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.SUPERVISOR, Role.CENTRE, Role.AUDITOR)
def case(number: Annotated[str, typer.Argument(help="办件编号 / number of the case")]) -> None:
    """一个办件：状态、期限、办理经过。 / One case: its state, its terms, its history."""
    from quanxin.casework import as_json, case_view

    emit(as_json.whole(actor(), case_view.open_case(actor(), number)))


Reason = Annotated[str, typer.Option(help="理由，当事人会看到 / reason, which the party reads")]
Items = Annotated[list[str] | None, typer.Option(help="表单项，如 confirmed=1 / an item of its form")]


@may(Role.WINDOW, Role.DECIDER, Role.REVIEWER)
def begin(
    procedure: Annotated[str, typer.Argument(help="办理事项的代号 / key of the procedure")],
    record: Annotated[str, typer.Option(help="所关于的记录，如 12-345 / the record that it is about")] = "",
    subject: Annotated[str, typer.Option(help="或所关于的单位的代码 / or the code of the organisation")] = "",
    reason: Reason = "",
    item: Items = None,
) -> None:
    """登记一个办件；同一事由已有未办结的，就是那一件。 / Begin a case; one that is open about the same is the answer."""
    from quanxin.casework import as_json, beginning

    made = beginning.begin(actor(), procedure, record=record, subject=subject, statement=reason, form=_form(item))
    emit(as_json.outcome(made))


@may(Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.SUPERVISOR)
def act(
    number: Annotated[str, typer.Argument(help="办件编号 / number of the case")],
    what: Annotated[str, typer.Argument(metavar="ACT", help="办理动作，见 quanxin case 的 acts / the act")],
    reason: Reason = "",
    item: Items = None,
) -> None:
    """办理一个办件；同样的命令再执行一次，结果不变。 / Do an act of a case; the same again changes nothing."""
    from quanxin.casework import as_json, engine

    emit(as_json.outcome(engine.perform(actor(), number, what, _form(item) | {"reason": reason})))


def _form(items: list[str] | None) -> dict[str, str]:
    pairs = [one.partition("=") for one in items or []]
    if wrong := [key for key, sign, _ in pairs if not sign]:
        fail(f"“{wrong[0]}”应写成 名称=内容。", f"write “{wrong[0]}” as NAME=VALUE.", "--item confirmed=1", code=2)
    return {key: text for key, _, text in pairs}


def _show(rows: list[dict[str, Any]]) -> Any:
    shown = [
        {
            "编号 number": row["number"],
            "事项 procedure": row["title"],
            "状态 state": row["state_title"],
            "单位 provider": row["provider"],
            "剩余小时 hours left": "暂停 paused" if row["paused"] else row["hours_left"],
        }
        for row in rows
    ]
    return table("办件 / Cases", shown, empty="没有符合条件的办件。")
