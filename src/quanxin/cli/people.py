"""Commands about accounts of the desk, clients of the interface, consumers and what they receive.

Invariant: a secret is printed once, when it is made, and never again; a password is asked for, not given as a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from quanxin.cli.output import emit, fail

accounts = typer.Typer(no_args_is_help=True, help="工作台账号。 / Accounts of the desk.")
clients = typer.Typer(no_args_is_help=True, help="接口客户端。 / Clients of the interface.")
consumers = typer.Typer(no_args_is_help=True, help="使用单位与订阅。 / Consumers and subscriptions.")
people = typer.Typer(no_args_is_help=True, help="主体的代表。 / Representatives of organisations.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(accounts, name="account")
    app.add_typer(clients, name="client")
    app.add_typer(consumers, name="consumer")
    app.add_typer(people, name="people")


@accounts.command("add")
def add_account(
    username: Annotated[str, typer.Argument(help="用户名 / user name")],
    role: Annotated[
        str, typer.Option(help="角色：intake、steward、centre、modeller、approver、administrator；不写为主体的代表 / role")
    ] = "",
    provider: Annotated[str, typer.Option(help="只为该单位报送；不写为全部 / hands in for this provider alone")] = "",
    name: Annotated[str, typer.Option(help="显示的名称 / name shown")] = "",
    password: Annotated[
        str, typer.Option(prompt="密码 / password", hide_input=True, confirmation_prompt=True, envvar="QUANXIN_PASSWORD",
                          help="不写则询问；脚本可用环境变量 / asked for when missing")
    ] = "",
) -> None:  # fmt: skip
    """开通账号，或为已有账号增加角色。 / Make an account, or give one a further role."""
    from quanxin.runtime import boot

    boot.setup()
    from django.core.exceptions import ValidationError

    from quanxin.accounts import operator
    from quanxin.accounts.actors import Role
    from quanxin.accounts.people import add_account as add

    try:
        made = add(
            operator(), username, password=password, role=Role(role) if role else None, provider=provider, name=name
        )
    except ValidationError as error:
        raise typer.BadParameter(" ".join(error.messages)) from error
    except ValueError as error:
        raise typer.BadParameter(f"{role}: {', '.join(Role)}") from error
    emit({"username": made.username, "role": role or None, "provider": provider or "*"})


@clients.command("add")
def add_client(
    name: Annotated[str, typer.Argument(help="客户端名 / name")],
    provider: Annotated[str, typer.Option(help="为该单位报送 / hands in for this provider")] = "",
    consumer: Annotated[str, typer.Option(help="为该使用单位接收变更 / receives changes for this consumer")] = "",
    rate: Annotated[int, typer.Option(min=1, help="每分钟请求上限 / requests a minute")] = 600,
) -> None:
    """开通接口客户端；密钥只显示这一次。 / Make a client; its secret is shown this once."""
    if not provider and not consumer:
        raise typer.BadParameter("--provider / --consumer")
    from quanxin.runtime import boot

    boot.setup()
    from quanxin.accounts import operator
    from quanxin.accounts.people import add_client as add

    client, secret = add(operator(), name, provider=provider, consumer=consumer, rate=rate)
    emit({"client": client.name, "client_id": client.application.client_id, "client_secret": secret})


@consumers.command("add")
def add_consumer(
    key: Annotated[str, typer.Argument(help="使用单位代号 / key")],
    title: Annotated[str, typer.Option(help="名称 / title")],
    contact: Annotated[str, typer.Option(help="联系方式 / contact")] = "",
) -> None:
    """登记使用单位。 / Register a consumer."""
    from quanxin.runtime import boot

    boot.setup()
    from quanxin.accounts import operator
    from quanxin.exchange import subscriptions

    made = subscriptions.add_consumer(operator(), key, title=title, contact=contact)
    emit({"consumer": made.key, "title": made.title})


@consumers.command("grant")
def grant(
    key: Annotated[str, typer.Argument(help="使用单位代号 / consumer")],
    resource: Annotated[str, typer.Argument(help="目录资源 / catalogue resource")],
    purpose: Annotated[str, typer.Option(help="用途 / purpose")],
    basis: Annotated[str, typer.Option(help="依据条款 / article")] = "",
    agreement: Annotated[str, typer.Option(help="共享协议编号 / agreement")] = "",
    district: Annotated[list[str] | None, typer.Option(help="行政区划代码，可多次 / division codes")] = None,
    field: Annotated[list[str] | None, typer.Option(help="数据项，可多次；不写为全部可共享项 / items")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="到期日 / last day")] = None,
) -> None:
    """订阅一项资源；须有依据或协议。 / Let a consumer receive a resource, on a basis or an agreement."""
    from quanxin.runtime import boot

    boot.setup()
    from quanxin.accounts import operator
    from quanxin.exchange import subscriptions
    from quanxin.exchange.models import Consumer

    consumer = Consumer.objects.filter(key=key).first()
    if consumer is None:
        raise typer.BadParameter(f"{key}：quanxin consumer add {key}")
    made = subscriptions.grant(
        operator(), consumer, resource, purpose=purpose, basis=basis, agreement=agreement, districts=district or (),
        fields=field or (), until=until.date() if until else None,
    )  # fmt: skip
    emit({"consumer": key, "resource": resource, "subscription": made.pk, "from": made.from_date.isoformat()})


Username = Annotated[str, typer.Argument(help="用户名 / user name")]


@people.command()
def bind(
    username: Username,
    subject: Annotated[str, typer.Option(help="统一社会信用代码 / code of the organisation")],
    reason: Annotated[str, typer.Option(help="理由：核验了什么材料（必填） / what was checked")],
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="到期日 / last day")] = None,
) -> None:
    """绑定账号与其代表的单位。 / Let a person's account stand for an organisation."""
    from quanxin.runtime import boot

    boot.setup()
    from quanxin.accounts import binding, operator
    from quanxin.subjects.queries import find

    found = find(subject)
    if found is None:
        fail(f"没有找到代码为 {subject} 的主体。", f"There is no subject {subject}.", "quanxin search")
    with _in_words():
        made = binding.bind(operator(), username, found.code, reason=reason, until=until.date() if until else None)
    emit({"username": username, "subject": made.code, "until": made.until.isoformat() if made.until else None})


@people.command()
def unbind(username: Username, reason: Annotated[str, typer.Option(help="理由（必填） / the reason")]) -> None:
    """解除绑定。 / End what an account stands for."""
    from quanxin.runtime import boot

    boot.setup()
    from quanxin.accounts import binding, operator

    with _in_words():
        ended = binding.unbind(operator(), username, reason=reason)
    emit({"username": username, "subject": ended.code, "ended": True})


@contextmanager
def _in_words() -> Iterator[None]:
    """What an act refuses is a refusal of the command's, with the act's own words."""
    from django.core.exceptions import ValidationError

    try:
        yield
    except ValidationError as error:
        zh, _, en = " ".join(error.messages).partition(" / ")
        fail(zh, en, "quanxin account add")
