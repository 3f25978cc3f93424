"""Commands about unlinked rows: unlinked, link, create-subject, reject, undo-decision, decisions.

Invariant: a row is named by its number in the list of ``unlinked``; a decision about it serves every waiting row that
states the same identity, needs a reason, and can be undone.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit, fail, table

Row = Annotated[int, typer.Argument(help="行编号，见 quanxin unlinked / number of the row, see quanxin unlinked")]
Reason = Annotated[str, typer.Option(help="理由（必填） / the reason")]


linkage = typer.Typer(help="批量关联。 / Bulk linkage.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (unlinked, link, reject, decisions):
        app.command()(command)
    app.command("create-subject")(create_subject)
    app.command("undo-decision")(undo_decision)
    app.add_typer(linkage, name="linkage")


@may(Role.STEWARD)
def unlinked(
    provider: Annotated[str | None, typer.Option(help="只看该提供单位 / of one provider")] = None,
    resource: Annotated[str | None, typer.Option(help="只看该目录资源 / of one resource")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多列出多少项 / how many at most")] = 20,
    best: Annotated[int, typer.Option(min=0, max=10, help="每项列出几个候选主体 / candidates for each")] = 3,
) -> None:
    """待关联的行（相同识别信息合为一项）及候选主体和理由。 / Rows that wait for a subject, with candidates and why."""
    from quanxin.intake.unlinked_queue import candidates_for, queue

    entries = [
        _entry(w) | {"candidates": [_candidate(c) for c in candidates_for(w.held, limit=best)] if best else []}
        for w in queue(actor(), provider=provider, resource=resource, limit=limit)
    ]
    emit(entries, show=_show_unlinked)


@may(Role.STEWARD)
def link(
    held: Row,
    code: Annotated[str, typer.Argument(help="主体的统一社会信用代码或注册号 / the subject's code")],
    reason: Reason,
) -> None:
    """把待关联的行关联到主体，并使其入库。 / Link a waiting row, and all that state the same, to a subject."""
    row = _held(held)
    from quanxin.archive.errors import NoSuchSubject
    from quanxin.intake import link_decisions
    from quanxin.subjects.queries import asked_for

    subject = asked_for(actor(), code)
    if subject is None:
        raise NoSuchSubject(code)
    _emit_decided(link_decisions.link(actor(), row, subject, reason=reason))


@may(Role.STEWARD)
def create_subject(
    held: Row,
    type: Annotated[str, typer.Option(help="主体类型，如 enterprise / type of subject")],
    reason: Reason,
) -> None:
    """登记中没有的主体（如仅有旧注册号）：新建并使其行入库。 / Make a subject that no register knows of a waiting row."""
    row = _held(held)
    from quanxin.intake import link_decisions

    _emit_decided(link_decisions.create(actor(), row, type=type, reason=reason))


@may(Role.STEWARD)
def reject(held: Row, reason: Reason) -> None:
    """不予关联：行和理由保留，退出队列。 / Link a waiting row to nobody; it stays held, with the reason."""
    row = _held(held)
    from quanxin.intake import link_decisions

    _emit_decided(link_decisions.reject(actor(), row, reason=reason))


@may(Role.STEWARD)
def undo_decision(
    decision: Annotated[int, typer.Argument(help="决定编号 / number of the decision")],
    reason: Reason,
) -> None:
    """撤销一个关联决定：所入记录退出，行重新待关联。 / Undo a decision: its records go, its rows wait again."""
    from quanxin.intake import link_decisions
    from quanxin.subjects.models import Decision

    found = Decision.objects.filter(pk=decision).first()
    if found is None:
        fail(f"没有决定 {decision}。", f"There is no decision {decision}.", "请用 quanxin decisions 查看。")
    _emit_decided(link_decisions.undo(actor(), found, reason=reason))


@may(Role.STEWARD)
def decisions(limit: Annotated[int, typer.Option(min=1, help="最多列出多少个 / how many at most")] = 20) -> None:
    """最近的关联决定。 / The latest decisions about rows."""
    from quanxin.intake import unlinked_queue

    rows = [_decision(d) for d in unlinked_queue.decisions(actor())[:limit]]
    emit(rows, show=lambda found: table("关联决定 / Decisions", found, empty="还没有决定。"))


@linkage.command()
@may(Role.STEWARD)
def propose() -> None:
    """为全部待关联的行提出候选主体（需 quanxin[linkage]），由人决定。 / Propose subjects for all waiting rows."""
    from dataclasses import asdict

    from quanxin.intake.bulk_proposals import propose as run

    emit(asdict(run(actor())))


@linkage.callback()
def _bulk() -> None:
    """Commands of the bulk linkage."""


def _held(number: int) -> Any:
    from quanxin.intake.models import Held

    row = Held.objects.filter(pk=number).first()
    if row is None:
        fail(f"没有行 {number}。", f"There is no row {number}.", "请用 quanxin unlinked 查看。 / See quanxin unlinked.")
    return row


def _entry(waiting: Any) -> dict[str, Any]:
    stated = waiting.stated
    number = stated.get("value", "") if stated.get("kind") != "name" else ""
    return {
        "held": waiting.held.pk,
        "name": stated.get("name", ""),
        "kind": stated.get("kind", ""),
        "number": number,
        "rows": waiting.rows,
        "since": waiting.since.isoformat(),
        "providers": list(waiting.providers),
        "resources": list(waiting.resources),
    }


def _candidate(candidate: Any) -> dict[str, Any]:
    return {
        "code": candidate.code,
        "name": candidate.name,
        "hundredths": candidate.hundredths,
        "reasons": [
            {"code": r.code, "zh": r.words.zh, "en": r.words.en, "hundredths": r.hundredths, "seen": r.seen}
            for r in candidate.reasons
        ],
    }


def _decision(decision: Any) -> dict[str, Any]:
    return {
        "decision": decision.pk,
        "act": decision.act,
        "kind": decision.kind,
        "value": decision.value,
        "name": decision.name,
        "subject": str(decision.subject) if decision.subject else None,
        "actor": decision.actor,
        "reason": decision.reason,
        "at": decision.at.isoformat(),
        "undone_at": decision.undone_at.isoformat() if decision.undone_at else None,
    }


def _emit_decided(made: Any) -> None:
    out = _decision(made.decision) | {"receipts": [r.to_json() for r in made.receipts]}
    if made.taken_out:
        out |= {"records_out": len(made.taken_out.gone), "records_restored": len(made.taken_out.restored)}
    emit(out)


def _show_unlinked(entries: list[dict[str, Any]]) -> Any:
    rows = [
        {
            "行 held": str(e["held"]),
            "名称": e["name"],
            "识别号": e["number"],
            "行数": e["rows"],
            "候选主体 candidates": [
                f"{c['name']} {c['code']} {c['hundredths']}%（{'、'.join(r['zh'] for r in c['reasons'])}）"
                for c in e["candidates"]
            ],
        }
        for e in entries
    ]
    return table("待关联 / Unlinked", rows, empty="没有待关联的行。")
