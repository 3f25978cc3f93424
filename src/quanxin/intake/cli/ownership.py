"""Commands about whose records are: conflicts, decide-conflict, undo-conflict, handovers, hand-over, approve-handover.

Invariant: a provider's clerk is shown its own conflicts alone, and nothing of the other's record; a decision and an
approval need a reason.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal import when
from quanxin.terminal.access import actor, may
from quanxin.terminal.options import Reason
from quanxin.terminal.output import emit, table

Number = Annotated[int, typer.Argument(help="归属冲突编号，见 quanxin conflicts / number, see quanxin conflicts")]
Proposal = Annotated[int, typer.Argument(help="移交编号，见 quanxin handovers / number, see quanxin handovers")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for name, command in (
        ("conflicts", conflicts), ("decide-conflict", decide_conflict), ("undo-conflict", undo_conflict),
        ("handovers", handovers), ("hand-over", hand_over), ("approve-handover", approve_handover),
        ("refuse-handover", refuse_handover),
    ):  # fmt: skip
        app.command(name)(command)


@may(Role.STEWARD, Role.AUDITOR, Role.INTAKE, Role.DECIDER)
def conflicts(
    state: Annotated[str | None, typer.Option(help="只看该状态，如 open / of one state, e.g. open")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多列出多少项 / how many at most")] = 50,
) -> None:
    """归属冲突：同一决定由两个单位报送。 / Decisions that two providers handed in."""
    from quanxin.intake.conflicts import told, visible

    found = visible(actor())
    rows = [told(one, actor()) for one in (found.filter(state=state) if state else found)[:limit]]
    emit(rows, show=_show)


@may(Role.STEWARD)
def decide_conflict(
    conflict: Number,
    reason: Reason,
    moves: Annotated[
        bool, typer.Option("--moves/--keeps", help="记录归后报送单位；默认归原单位 / the claimant's, or the holder's")
    ] = False,
) -> None:
    """裁定一项归属冲突。 / Decide whose record it is."""
    from quanxin.intake.conflicts import decide, told

    emit(told(decide(actor(), conflict, moves=moves, reason=reason), actor()))


@may(Role.STEWARD)
def undo_conflict(conflict: Number, reason: Reason) -> None:
    """撤销归原单位的裁定，行恢复待处理。 / Undo a decision for the holder; the rows wait again."""
    from quanxin.intake.conflicts import told, undo

    emit(told(undo(actor(), conflict, reason=reason), actor()))


@may(Role.STEWARD, Role.APPROVER, Role.AUDITOR)
def handovers(limit: Annotated[int, typer.Option(min=1, help="最多列出多少项 / how many at most")] = 20) -> None:
    """单位之间的记录移交。 / What was proposed to be handed over, and what became of it."""
    from quanxin.intake.models import Handover

    emit([_told(one) for one in Handover.objects.all()[:limit]])


@may(Role.STEWARD)
def hand_over(
    giver: Annotated[str, typer.Argument(help="移出单位 / whose records they are")],
    taker: Annotated[str, typer.Argument(help="移入单位 / whose they become")],
    resource: Annotated[list[str], typer.Option(help="目录资源，可多个 / catalogue resources")],
    day: Annotated[
        dt.date, typer.Option(parser=when.named_day, metavar="YYYY-MM-DD", help="自何日起 / from which day on")
    ],
    title: Annotated[str, typer.Option(help="依据的文件名称 / title of the basis")],
    reason: Reason,
    article: Annotated[str | None, typer.Option(help="依据的条款 / its article")] = None,
    reference: Annotated[str | None, typer.Option(help="依据的文号 / its number")] = None,
) -> None:
    """提出移交（如机构合并），由另一人批准后生效。 / Propose to hand records over; another approves it."""
    from quanxin.intake.handovers import propose
    from quanxin.policy.model import Basis

    basis = [Basis(title=title, article=article, reference=reference)]
    emit(_told(propose(actor(), giver, taker, resource, day=day, basis=basis, reason=reason)))


@may(Role.APPROVER)
def approve_handover(handover: Proposal, reason: Reason) -> None:
    """批准并执行移交。 / Approve a handover and carry it out."""
    from quanxin.intake.handovers import approve

    emit(_told(approve(actor(), handover, reason=reason)))


@may(Role.APPROVER)
def refuse_handover(handover: Proposal, reason: Reason) -> None:
    """不予批准移交。 / Refuse a handover."""
    from quanxin.intake.handovers import refuse

    emit(_told(refuse(actor(), handover, reason=reason)))


def _told(handover: Any) -> dict[str, Any]:
    return {
        "handover": handover.pk,
        "state": handover.state,
        "from": handover.from_provider,
        "to": handover.to_provider,
        "resources": handover.resources,
        "day": handover.day.isoformat(),
        "basis": handover.basis,
        "reason": handover.reason,
        "proposed_by": handover.proposed_by,
        "decided_by": handover.decided_by,
        "decided_reason": handover.decided_reason,
        "records": handover.records,
    }


def _show(rows: list[dict[str, Any]]) -> Any:
    names = ("conflict", "state_zh", "title", "holder_title", "claimant_title", "times", "last_at", "reason")
    return table("归属冲突 / Conflicts", [{n: row[n] for n in names} for row in rows], empty="没有归属冲突。")
