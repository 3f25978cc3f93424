"""Commands about cases: cases, case, act.

Invariant: what is shown is what the desk shows of a case, and nothing about a subject beyond its name and code is read; an
act is done by the one engine, so that it is refused, and done once, as it is at the desk.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.cli.acting import actor, may
from quanxin.cli.output import emit, fail, table


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(cases)
    app.command()(case)
    app.command()(act)


@may(Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR)
def cases(
    overdue: Annotated[bool, typer.Option("--overdue", help="只列已逾期的 / those whose term has lapsed only")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="最多列出多少件 / how many at most")] = 100,
) -> None:
    """待办的修复和异议，最急的在前。 / Open cases of repair and objection, the most pressing first."""
    from quanxin.calendar import now
    from quanxin.casework import queues

    found = list(queues.narrowed(queues.queue(actor()), queues.Wanted(overdue=overdue))[:limit])
    running = queues.running(found)
    times = queues.left(running, now())
    rows = [
        {"number": one.number, "kind": one.kind, "state": one.state, "provider": one.provider or "centre",
         "claimed_by": one.claimed_by, "filed_at": one.filed_at.isoformat(), "due": _iso(getattr(one, "due", None)),
         "hours_left": _hours(times.get(one.pk)),
         "paused": one.pk in running and running[one.pk].paused_at is not None}
        for one in found
    ]  # fmt: skip
    emit(rows, show=_show)


@may(Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR)
def case(number: Annotated[str, typer.Argument(help="办件编号 / number of the case")]) -> None:
    """一个办件：状态、期限、办理经过。 / One case: its state, its terms, its history."""
    from quanxin.casework import case_view as looking
    from quanxin.casework import offers, terms

    found = looking.open_case(actor(), number)
    running = found.terms.filter(stopped_at=None).first()
    acts = offers.offered(actor(), found, running)
    emit(
        {
            "number": found.number, "kind": found.kind, "state": found.state, "provider": found.provider or "centre",
            "resource": found.resource, "model": found.model, "channel": found.channel,
            "filed_at": found.filed_at.isoformat(), "decided_at": _iso(found.decided_at), "reason": found.reason,
            "claimed_by": found.claimed_by,
            "acts": [{"act": one.key, "title": one.act.title.zh, "items": [f.key for f in one.asks],
                      "reason": one.act.reason is not None and one.act.reason.required} for one in acts],
            "terms": [
                {"clock": term.clock, "title": terms.title_of(term).zh,
                 "started_at": term.started_at.isoformat(), "due_at": term.due_at.isoformat(),
                 "stopped_at": _iso(term.stopped_at), "paused": term.paused_at is not None, "lapsed": term.lapsed}
                for term in found.terms.all()
            ],
            "history": [
                {"at": step.at.isoformat(), "act": step.act, "actor": step.actor, "note": step.note}
                for step in found.steps.all()
            ],
        }
    )  # fmt: skip


@may(Role.WINDOW, Role.DECIDER, Role.REVIEWER)
def act(
    number: Annotated[str, typer.Argument(help="办件编号 / number of the case")],
    what: Annotated[str, typer.Argument(metavar="ACT", help="办理动作，见 quanxin case 的 acts / the act")],
    reason: Annotated[str, typer.Option(help="理由，当事人会看到 / reason, which the party reads")] = "",
    item: Annotated[list[str] | None, typer.Option(help="表单项，如 confirmed=1 / an item of its form")] = None,
) -> None:
    """办理一个办件；同样的命令再执行一次，结果不变。 / Do an act of a case; the same again changes nothing."""
    from quanxin.casework import engine

    pairs = [one.partition("=") for one in item or []]
    if wrong := [key for key, sign, _ in pairs if not sign]:
        fail(f"“{wrong[0]}”应写成 名称=内容。", f"write “{wrong[0]}” as NAME=VALUE.", "--item confirmed=1", code=2)
    found = engine.perform(actor(), number, what, {key: text for key, _, text in pairs} | {"reason": reason})
    emit({"number": found.number, "state": found.state, "open": found.open})


def _show(rows: list[dict[str, Any]]) -> Any:
    shown = [
        {"编号 number": row["number"], "状态 state": row["state"], "单位 provider": row["provider"],
         "剩余小时 hours left": "暂停 paused" if row["paused"] else row["hours_left"]}
        for row in rows
    ]  # fmt: skip
    return table("办件 / Cases", shown, empty="没有符合条件的办件。")


def _hours(left: dt.timedelta | None) -> float | None:
    """Office hours, negative once a term has lapsed."""
    return None if left is None else round(left / dt.timedelta(hours=1), 1)


def _iso(value: dt.datetime | None) -> str | None:
    return value.isoformat() if value else None
