"""The command line, ``quanxin``.

Invariant: a command says what it did in words on a terminal and in JSON when piped; it exits with 0 if all is well,
1 if it found or refused something, 2 if it was called wrongly; an error says what to do next and never a stack trace.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import quanxin
from quanxin.runtime import slices
from quanxin.terminal import access

app = typer.Typer(
    name="quanxin",
    help="泉信：公共信用信息平台。 / Quanxin: the platform for public credit.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for register in slices.commands():
    register(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(quanxin.__version__)
        raise typer.Exit


@app.callback()
def whom(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  (it has answered before this is called)
        bool, typer.Option("--version", is_eager=True, callback=_version, help="版本号 / the version")
    ] = False,
    account: Annotated[
        list[str] | None,
        typer.Option(
            "--as", metavar="NAME", help="以该账号的身份运行，只有其角色（也可用 QUANXIN_AS） / act as this account"
        ),
    ] = None,
) -> None:
    """泉信：公共信用信息平台。 / Quanxin: the platform for public credit."""
    access.name_account(context, account or [])


access.declared(app)


def main() -> None:
    """Entry point of the console script."""
    from quanxin.runtime import private
    from quanxin.terminal.output import explain

    private.umask()
    try:
        app()
    except Exception as error:
        sys.exit(explain(error))
