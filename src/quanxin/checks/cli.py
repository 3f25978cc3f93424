"""Commands about checks: check, show-check, frame.

Invariant: whoever checks on the command line does so as at the desk: by an item of a department of its own, for a case.
"""

from __future__ import annotations

from typing import Annotated

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit

check_app = typer.Typer(no_args_is_help=True, help="信用核查。 / Credit checks.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(check_app, name="check")


@check_app.command()
@may(Role.INTAKE, Role.DECIDER)
def run(
    item: Annotated[str, typer.Argument(help="核查事项 / item")],
    codes: Annotated[list[str], typer.Argument(help="统一社会信用代码 / codes of subjects")],
    case: Annotated[str, typer.Option(help="办件编号（必填） / the case")],
    words: Annotated[str, typer.Option(help="办理的事情（必填） / what for")],
) -> None:
    """按核查事项核查。 / Check subjects by an item, for a case."""
    from quanxin.checks.checking import check

    made = check(actor(), item, codes, words=words, case_ref=case, source="one" if len(codes) == 1 else "machine")
    emit({"number": made.number, "valid_until": made.valid_until, "counts": made.counts, "digest": made.digest})


@check_app.command()
@may(Role.INTAKE, Role.DECIDER)
def show(number: Annotated[str, typer.Argument(help="核查编号 / number of the check")]) -> None:
    """显示核查结果。 / Show the results of a check."""
    from quanxin.checks.queries import expired, one_of

    found = one_of(actor(), number)
    rows = found.results.order_by("position").values("position", "code", "name", "verdict", "findings")
    emit({"number": found.number, "item": found.item, "expired": expired(found), "results": list(rows)})


@check_app.command()
@may(Role.ADMINISTRATOR)
def frame(
    client: Annotated[str, typer.Argument(help="机器客户端 / name of the client")],
    origin: Annotated[str, typer.Argument(help="网站，如 https://hall.example / site")],
    remove: Annotated[bool, typer.Option("--remove", help="不再允许 / no longer")] = False,
) -> None:
    """允许网站内嵌该客户端的核查结果。 / Let a site frame what the client's links open."""
    from quanxin.checks import links

    if remove:
        emit({"client": client, "origin": origin, "removed": links.disallow(actor(), client, origin)})
    else:
        emit({"client": client, "origin": links.allow(actor(), client, origin).origin})
