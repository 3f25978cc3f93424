"""Who receives what, who has not yet taken in a withdrawal, a repair or another decision, and who is late with it.

Invariant: agreements are made on the command line, where their basis is at hand; here they are only looked at, and ended.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import now
from quanxin.casework.models import Case
from quanxin.intake.desk.uploads import titles
from quanxin.pages.gates import missing, requires_role
from quanxin.pages.listings import Cell, Column, Kind, Listing
from quanxin.pages.messages import left, status_of
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words, said
from quanxin.runtime.pack import current_pack
from quanxin.runtime.problems import Problem
from quanxin.sharing import acknowledgements, subscriptions, webhooks
from quanxin.sharing.acknowledgements import Taken
from quanxin.sharing.change_words import change_words
from quanxin.sharing.models import Acknowledgement, Consumer, Delivery, Subscription, Webhook

DAYS = 30
SHOWN = 200


@require_safe
@requires_role(Role.CENTRE)
def consumers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The consumers with what they receive, and each change of the last 30 days with who has taken it in."""
    return _page(request)


@require_POST
@requires_role(Role.CENTRE)
def end(request: HttpRequest, actor: Actor) -> HttpResponse:
    """End a subscription or a webhook now, with a reason."""
    what, which, reason = (request.POST.get(name, "").strip() for name in ("what", "which", "reason"))
    number = parameters.number(which) or 0
    try:
        if what == "webhook":
            webhooks.end(actor, number, reason=reason)
        elif (found := Subscription.objects.filter(pk=number).first()) is not None:
            subscriptions.end(actor, found, reason=reason)
        else:
            raise missing(actor, f"subscription:{which}", "no such subscription")
    except Problem as error:
        return _page(request, error)
    return redirect(f"{reverse('desk:consumers')}?ended=1")


def _page(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    taken, moment = acknowledgements.taken_in(now() - dt.timedelta(days=DAYS)), now()
    waiting = [t for t in taken if t.at is None]
    live = list(Subscription.objects.filter(ended_at=None).select_related("consumer").order_by("resource"))
    hooks = list(Webhook.objects.filter(ended_at=None).order_by("pk"))
    latest = Acknowledgement.objects.order_by("consumer", "-position").distinct("consumer")
    said_at = {one.consumer_id: one for one in latest}
    dead = Delivery.objects.filter(state=Delivery.State.DEAD).select_related("webhook")
    context = {
        "days": DAYS, "late": _late_list(_late(waiting, moment)), "waiting": _waiting_list(_rows(waiting[:SHOWN], moment)),
        "done": _done_list(_rows([t for t in taken if t.at is not None][:SHOWN], moment)),
        "undelivered": _undelivered_list(list(dead[:SHOWN])), "problem": in_words(problem) if problem else None,
        "ended": "ended" in request.GET,
        "consumers": [
            {"consumer": c, "live": _live_list(c, [s for s in live if s.consumer_id == c.pk]), "said": said_at.get(c.pk),
             "hooks": [h for h in hooks if h.consumer_id == c.pk],
             "withdrawals": sum(t.consumer.pk == c.pk and t.change == "withdrawn" for t in waiting),
             "decisions": sum(t.consumer.pk == c.pk and t.change != "withdrawn" for t in waiting)}
            for c in Consumer.objects.order_by("key")
        ],
    }  # fmt: skip
    return render(request, "sharing/consumers.html", context, status=status_of(problem) if problem else 200)


def _late_list(rows: list[dict[str, Any]]) -> Listing:
    return Listing(
        key="late",
        title=_("逾期未更新的单位"),
        rows=rows,
        said=_("使用单位应在规定的工作日内更新；逾期的在此列名，请督促。"),
        columns=[
            Column(_("单位"), lambda r: _named(r["consumer"])),
            Column(_("未更新的变更"), lambda r: r["count"], Kind.COUNT),
            Column(_("最久的一项"), template="desk/_left_of.html"),
        ],
    )


def _waiting_list(rows: list[dict[str, Any]]) -> Listing:
    return Listing(
        key="waiting",
        title=_("尚未更新的单位"),
        rows=rows,
        empty=_("所有撤销均已由接收单位确认更新，修复等决定也是。"),
        columns=[
            Column(_("时间"), lambda r: r["taken"].event.at, Kind.MOMENT),
            Column(_("变更的内容"), lambda r: Cell(_what(r), notes=[r["because"]]), bare=True),
            Column(_("尚未确认的单位"), lambda r: _named(r["taken"].consumer)),
            Column(_("逾期"), template="desk/_left_of.html", bare=True),
        ],
    )


def _done_list(rows: list[dict[str, Any]]) -> Listing:
    return Listing(
        key="done",
        title=_("已确认更新的变更"),
        rows=rows,
        columns=[
            Column(_("时间"), lambda r: r["taken"].event.at, Kind.MOMENT),
            Column(_("变更的内容"), _what, bare=True),
            Column(_("单位"), lambda r: r["taken"].consumer.title),
            Column(_("确认时间"), lambda r: r["taken"].at, Kind.MOMENT),
        ],
    )


def _undelivered_list(rows: list[Delivery]) -> Listing:
    return Listing(
        key="dead",
        title=_("未能送达的变更通知"),
        rows=rows,
        said=_("用 quanxin webhook redeliver 编号 重新发送。"),
        columns=[
            Column(_("编号"), lambda one: str(one.pk)),
            Column(_("地址"), lambda one: one.webhook.url),
            Column(_("最后一次的结果"), lambda one: one.error or one.status),
        ],
    )


def _live_list(consumer: Consumer, rows: list[Subscription]) -> Listing:
    """What a consumer receives."""
    known, purposes = titles(), {one.key: one.title for one in current_pack().purposes}
    return Listing(
        key=f"k{consumer.pk}",
        title=consumer.title,
        rows=rows,
        empty=_("没有有效的订阅。"),
        columns=[
            Column(_("资源"), lambda one: said(known[one.resource]) if one.resource in known else ""),
            Column(_("用途"), lambda one: said(purposes[one.purpose]) if one.purpose in purposes else one.purpose),
            Column(_("依据或协议"), lambda one: one.basis or one.agreement),
            Column(_("有效期至"), lambda one: one.until_date or Cell(tag=_("长期")), Kind.DAY),
            Column(_("办理"), kind=Kind.ACT, template="sharing/_end_subscription.html"),
        ],
    )


def _named(consumer: Consumer) -> Cell:
    return Cell(consumer.title, notes=[consumer.contact] if consumer.contact else ())


def _what(row: dict[str, Any]) -> str:
    """What became of which kind of record."""
    return f"{row['what']} {said(row['title'])}" if row["title"] else str(row["what"])


def _rows(taken: list[Taken], moment: dt.datetime) -> list[dict[str, Any]]:
    """Each with what it is about, because of what, and how late it is."""
    known, words = titles(), change_words()
    keys = {t.because.partition(":")[2] for t in taken if t.because.startswith("case:")}
    numbers = {f"case:{pk}": number for pk, number in Case.objects.filter(pk__in=keys).values_list("pk", "number")}
    return [
        {
            "taken": t,
            "what": words[t.change],
            "title": known.get(t.resource),
            "because": numbers.get(t.because, t.because if t.change == "withdrawn" else ""),
            "left": left(-late) if (late := t.late(moment)) else None,
        }
        for t in taken
    ]


def _late(waiting: list[Taken], moment: dt.datetime) -> list[dict[str, Any]]:
    """The consumers that are late by the pack's clock, the latest first, with how many changes and by how long at most."""
    found: dict[int, dict[str, Any]] = {}
    for one in waiting:
        if late := one.late(moment):
            held = found.setdefault(one.consumer.pk, {"consumer": one.consumer, "count": 0, "most": late})
            held["count"], held["most"] = held["count"] + 1, max(held["most"], late)
    ordered = sorted(found.values(), key=lambda held: held["most"], reverse=True)
    return [held | {"left": left(-held["most"])} for held in ordered]


PAGES: list[URLPattern] = [
    path("consumers", consumers, name="consumers"),
    path("consumers/end", end, name="consumer-end"),
]
