"""Commands about clients of the interface: client add, list, secret, end-secret, end.

Invariant: a secret is printed once, when it is made, and never again.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from quanxin.accounts.actors import Role
from quanxin.cli.people import in_words
from quanxin.terminal.access import actor, may
from quanxin.terminal.options import Reason
from quanxin.terminal.output import emit, table

clients = typer.Typer(no_args_is_help=True, help="接口客户端。 / Clients of the interface.")

Name = Annotated[str, typer.Argument(help="客户端名 / name")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(clients, name="client")


@clients.command("add")
@may(Role.ADMINISTRATOR)
def add(
    name: Name,
    provider: Annotated[str, typer.Option(help="为该单位报送 / hands in for this provider")] = "",
    consumer: Annotated[str, typer.Option(help="为该使用单位接收变更 / receives changes for this consumer")] = "",
    rate: Annotated[int, typer.Option(min=1, help="每分钟请求上限 / requests a minute")] = 600,
) -> None:
    """开通接口客户端；密钥只显示这一次。 / Make a client; its secret is shown this once."""
    if not provider and not consumer:
        raise typer.BadParameter("--provider / --consumer")
    from quanxin.accounts.clients import add_client

    client, secret = add_client(actor(), name, provider=provider, consumer=consumer, rate=rate)
    emit({"client": client.name, "client_id": client.application.client_id, "client_secret": secret})


@clients.command("list")
@may(Role.ADMINISTRATOR)
def list_() -> None:
    """列出客户端及其有效密钥的编号。 / List clients, and the numbers of their secrets that stand."""
    from quanxin.accounts.clients import listing

    emit(listing(), lambda found: table("客户端 / clients", found, empty="quanxin client add"))


@clients.command()
@may(Role.ADMINISTRATOR)
def decide(name: Name) -> None:
    """让客户端办理本单位的办件；须两名管理员各执行一次。 / Let a client handle cases; two administrators must run it."""
    from quanxin.accounts.clients import let_decide

    with in_words("quanxin client list"):
        asked = let_decide(actor(), name)
    emit({"client": asked.name, "decides": asked.decides, "asked_by": asked.decides_asked_by})


@clients.command()
@may(Role.ADMINISTRATOR)
def secret(
    name: Name,
    overlap: Annotated[int, typer.Option(min=0, help="原密钥再有效多少小时 / hours that the earlier stands on")] = 168,
) -> None:
    """为客户端换发密钥，只显示这一次；原密钥到时失效。 / Give a client a new secret; the earlier ends after the overlap."""
    from quanxin.accounts.clients import new_secret

    with in_words("quanxin client list"):
        made, text = new_secret(actor(), name, overlap=dt.timedelta(hours=overlap))
    emit({"client": name, "client_id": made.client.application.client_id, "secret": made.pk, "client_secret": text})


@clients.command()
@may(Role.ADMINISTRATOR)
def end_secret(
    number: Annotated[int, typer.Argument(help="密钥编号，见 quanxin client list / number of the secret")],
    reason: Reason,
) -> None:
    """立即停用一个密钥和该客户端的全部令牌。 / End a secret now, and every token of its client."""
    from quanxin.accounts.clients import end_secret as end_

    with in_words("quanxin client list"):
        ended = end_(actor(), number, reason=reason)
    emit({"client": ended.client.name, "secret": ended.pk, "ended": ended.ended_at})


@clients.command()
@may(Role.ADMINISTRATOR)
def end(name: Name, reason: Reason) -> None:
    """立即停用客户端、其密钥和令牌。 / End a client now, with its secrets and tokens."""
    from quanxin.accounts.clients import end_client

    with in_words("quanxin client list"):
        ended = end_client(actor(), name, reason=reason)
    emit({"client": ended.name, "active": ended.active})
