"""Commands about telling consumers of changes: webhook add, list, end, redeliver.

Invariant: a secret is printed once, when its webhook is made; nothing here sends: the worker does.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit, fail, table

webhook = typer.Typer(help="变更通知（webhook）。 / Notifications of changes (webhooks).", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="编号，见 quanxin webhook list / number, see quanxin webhook list")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(webhook, name="webhook")


@webhook.command()
@may(Role.CENTRE)
def add(
    consumer: Annotated[str, typer.Argument(help="使用单位的代号 / key of the consumer")],
    url: Annotated[str, typer.Argument(help="接收通知的 https 地址 / the https address to notify")],
) -> None:
    """登记通知地址，密钥只显示这一次。 / Add a webhook; its secret is shown this once."""
    from quanxin.sharing import webhooks
    from quanxin.sharing.models import Consumer

    found = Consumer.objects.filter(key=consumer).first()
    if found is None:
        fail(f"没有使用单位 {consumer}。", f"There is no consumer {consumer}.")
    made, secret = webhooks.add(actor(), found, url)
    emit({"webhook": made.pk, "consumer": consumer, "url": url, "secret": secret})


@webhook.command(name="list")
@may(Role.CENTRE)
def list_(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多列出多少条未送达的通知 / undelivered at most")] = 50,
) -> None:
    """列出通知地址，以及未送达的通知。 / List the webhooks, and what is not delivered."""
    from quanxin.sharing.models import Delivery, Webhook

    hooks = [
        {"webhook": h.pk, "consumer": h.consumer.key, "url": h.url, "timepoint": str(h.position), "ended": h.ended_at}
        for h in Webhook.objects.select_related("consumer")
    ]
    open_ = Delivery.objects.exclude(state=Delivery.State.DELIVERED)[:limit]
    undelivered = [
        {
            "delivery": d.pk,
            "webhook": d.webhook_id,
            "timepoint": str(d.position) if d.position else None,
            "said": d.said,
            "state": d.state,
            "attempts": d.attempts,
            "next": d.next_at if d.state == Delivery.State.PENDING else None,
            "status": d.status,
            "error": d.error,
        }
        for d in open_
    ]
    emit({"webhooks": hooks, "undelivered": undelivered}, show=_show)


@webhook.command()
@may(Role.CENTRE)
def end(number: Number, reason: Annotated[str, typer.Option(help="理由（必填） / the reason")]) -> None:
    """停用通知地址。 / Send nothing more to a webhook."""
    from quanxin.sharing import webhooks

    ended = webhooks.end(actor(), number, reason=reason)
    emit({"webhook": ended.pk, "ended": ended.ended_at})


@webhook.command()
@may(Role.CENTRE)
def redeliver(number: Number) -> None:
    """重新发送一条通知（delivery 编号）。 / Send a delivery once more."""
    from quanxin.sharing import webhooks

    made = webhooks.redeliver(actor(), number)
    emit({"delivery": made.pk, "state": made.state})


def _show(listed: dict[str, Any]) -> Any:
    from rich.console import Group

    return Group(
        table("通知地址 / Webhooks", listed["webhooks"], empty="没有通知地址。 / There are no webhooks."),
        table("未送达 / Undelivered", listed["undelivered"], empty="没有未送达的通知。 / All is delivered."),
    )
