"""Commands by which a second administrator decides about a role: account grants, account approve.

Invariant: they only show and ask; that it takes two is kept by ``accounts.granting``.
"""

from __future__ import annotations

from typing import Annotated

import typer

from quanxin.accounts.actors import Role
from quanxin.cli.people import accounts, in_words
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit, table


def register(app: typer.Typer) -> None:
    """Add the commands about accounts to the application."""
    app.add_typer(accounts, name="account")


@accounts.command("grants")
@may(Role.ADMINISTRATOR)
def list_grants() -> None:
    """列出待另一管理员批准的角色。 / List the roles that wait for another administrator's approval."""
    from quanxin.accounts.granting import waiting

    emit(waiting(), lambda found: table("待批准的角色 / roles that wait", found, empty="没有待批准的。 / None waits."))


@accounts.command("approve")
@may(Role.ADMINISTRATOR)
def approve(
    grant: Annotated[int, typer.Argument(help="申请编号，见 account grants / number of the grant")],
    refuse: Annotated[bool, typer.Option("--refuse", help="不予批准 / refuse it")] = False,
) -> None:
    """批准另一管理员申请授予的角色。 / Approve a role that another administrator asked for, or refuse it."""
    from quanxin.accounts import granting

    with in_words("quanxin account grants"):
        made = granting.decide(actor(), grant, approved=not refuse)
    emit({"grant": made.pk, "username": made.user.username, "role": made.role, "approved": made.approved})
