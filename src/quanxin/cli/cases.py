"""Commands about cases of repair and objection: cases, case. They only look.

Invariant: what is shown is what the desk shows of a case; nothing about a subject beyond its name and code is read.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.calendar import day_of
from quanxin.cli.acting import actor, may
from quanxin.cli.output import emit, table


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(cases)
    app.command()(case)


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
    from quanxin.casework import terms

    found = looking.open_case(actor(), number)
    emit(
        {
            "number": found.number, "kind": found.kind, "state": found.state, "provider": found.provider or "centre",
            "resource": found.resource, "model": found.model, "channel": found.channel,
            "filed_at": found.filed_at.isoformat(), "decided_at": _iso(found.decided_at), "reason": found.reason,
            "claimed_by": found.claimed_by,
            "terms": [
                {"clock": term.clock, "title": terms.clock_of(term.clock, day_of(term.started_at)).title.zh,
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
