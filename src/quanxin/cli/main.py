"""The command line, ``quanxin``.

Invariant: a command says what it did in words on a terminal and in JSON when piped; it exits with 0 if all is well,
1 if it found or refused something, 2 if it was called wrongly; an error says what to do next and never a stack trace.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from quanxin.cli import (
    acting,
    agents,
    auditing,
    batches,
    cases,
    city,
    consuming,
    doctor,
    evaluating,
    events,
    exporting,
    forms,
    granting,
    keys,
    lake,
    machines,
    opening,
    owning,
    pack,
    people,
    quality,
    stewarding,
    subjects,
    ways_in,
    webhooks,
)

app = typer.Typer(
    name="quanxin",
    help="泉信：公共信用信息平台。 / Quanxin: the platform for public credit.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(pack.app, name="pack")
for room in (
    city,
    granting,
    people,
    machines,
    consuming,
    agents,
    auditing,
    batches,
    cases,
    forms,
    keys,
    exporting,
    opening,
    lake,
    quality,
    ways_in,
    webhooks,
    stewarding,
    owning,
    subjects,
    evaluating,
    events,
    doctor,
):
    room.register(app)


@app.callback()
def whom(
    context: typer.Context,
    account: Annotated[
        list[str] | None,
        typer.Option(
            "--as", metavar="NAME", help="以该账号的身份运行，只有其角色（也可用 QUANXIN_AS） / act as this account"
        ),
    ] = None,
) -> None:
    """泉信：公共信用信息平台。 / Quanxin: the platform for public credit."""
    acting.name_account(context, account or [])


acting.declared(app)


def main() -> None:
    """Entry point of the console script."""
    from quanxin.cli.output import explain
    from quanxin.runtime import private

    private.umask()
    try:
        app()
    except Exception as error:
        sys.exit(explain(error))
