"""Commands about consumers and what they receive: consumer add, grant, list, end.

Invariant: an agreement is made on a basis, and ends with a reason.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal import when
from quanxin.terminal.access import actor, may
from quanxin.terminal.options import Reason
from quanxin.terminal.output import emit, fail, table

consumers = typer.Typer(no_args_is_help=True, help="使用单位与订阅。 / Consumers and subscriptions.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(consumers, name="consumer")


@consumers.command("add")
@may(Role.CENTRE)
def add_consumer(
    key: Annotated[str, typer.Argument(help="使用单位代号 / key")],
    title: Annotated[str, typer.Option(help="名称 / title")],
    contact: Annotated[str, typer.Option(help="联系方式 / contact")] = "",
) -> None:
    """登记使用单位。 / Register a consumer."""
    from quanxin.sharing import subscriptions

    made = subscriptions.add_consumer(actor(), key, title=title, contact=contact)
    emit({"consumer": made.key, "title": made.title})


@consumers.command("grant")
@may(Role.CENTRE)
def grant(
    key: Annotated[str, typer.Argument(help="使用单位代号 / consumer")],
    resource: Annotated[str, typer.Argument(help="目录资源 / catalogue resource")],
    purpose: Annotated[str, typer.Option(help="用途，政策包中的代号，如 sharing / a purpose of the pack, by its key")],
    basis: Annotated[str, typer.Option(help="依据条款 / article")] = "",
    agreement: Annotated[str, typer.Option(help="共享协议编号 / agreement")] = "",
    district: Annotated[list[str] | None, typer.Option(help="行政区划代码，可多次 / division codes")] = None,
    field: Annotated[list[str] | None, typer.Option(help="数据项，可多次；不写为全部可共享项 / items")] = None,
    until: Annotated[
        dt.date | None, typer.Option(parser=when.named_day, metavar="YYYY-MM-DD", help="到期日 / last day")
    ] = None,
) -> None:
    """订阅一项资源；须有依据或协议。 / Let a consumer receive a resource, on a basis or an agreement."""
    from quanxin.sharing import subscriptions
    from quanxin.sharing.models import Consumer

    consumer = Consumer.objects.filter(key=key).first()
    if consumer is None:
        raise typer.BadParameter(f"{key}：quanxin consumer add {key}")
    made = subscriptions.grant(
        actor(),
        consumer,
        resource,
        purpose=purpose,
        basis=basis,
        agreement=agreement,
        districts=district or (),
        fields=field or (),
        until=until,
    )
    emit({"consumer": key, "resource": resource, "subscription": made.pk, "from": made.from_date.isoformat()})


@consumers.command("list")
@may(Role.CENTRE)
def list_subscriptions() -> None:
    """列出有效的订阅及其编号。 / List the live subscriptions and their numbers."""
    from quanxin.sharing.models import Subscription

    rows = [
        {
            "subscription": one.pk,
            "consumer": one.consumer.key,
            "resource": one.resource,
            "purpose": one.purpose,
            "from": one.from_date.isoformat(),
            "until": one.until_date and one.until_date.isoformat(),
        }
        for one in Subscription.objects.filter(ended_at=None).select_related("consumer").order_by("pk")
    ]
    emit(rows, lambda found: table("订阅 / subscriptions", found, empty="quanxin consumer grant"))


@consumers.command("end")
@may(Role.CENTRE)
def end_subscription(
    number: Annotated[int, typer.Argument(help="订阅编号，见 quanxin consumer list / number of the subscription")],
    reason: Reason,
) -> None:
    """立即停止一项订阅。 / End a subscription now."""
    from quanxin.sharing import subscriptions
    from quanxin.sharing.models import Subscription

    found = Subscription.objects.filter(pk=number).first()
    if found is None:
        fail(f"没有编号为 {number} 的订阅。", f"There is no subscription {number}.", "quanxin consumer list")
    ended = subscriptions.end(actor(), found, reason=reason)
    emit({"subscription": ended.pk, "ended": ended.ended_at})
