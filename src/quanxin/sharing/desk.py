"""Who receives what, who has not yet taken in a withdrawal, a repair or another decision, and who is late with it.

Invariant: agreements are made on the command line, where their basis is at hand; here they are only looked at, and ended.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import now
from quanxin.casework.models import Case
from quanxin.intake.desk.uploads import titles
from quanxin.pages.gates import missing, requires_role
from quanxin.pages.messages import left, status_of
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words
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
    said = {one.consumer_id: one for one in latest}
    dead = Delivery.objects.filter(state=Delivery.State.DEAD).select_related("webhook")
    context = {
        "days": DAYS, "titles": titles(), "waiting": _rows(waiting[:SHOWN], moment), "late": _late(waiting, moment),
        "done": _rows([t for t in taken if t.at is not None][:SHOWN], moment), "undelivered": dead[:SHOWN],
        "problem": in_words(problem) if problem else None, "ended": "ended" in request.GET,
        "consumers": [
            {"consumer": c, "live": [s for s in live if s.consumer_id == c.pk], "said": said.get(c.pk),
             "hooks": [h for h in hooks if h.consumer_id == c.pk],
             "withdrawals": sum(t.consumer.pk == c.pk and t.change == "withdrawn" for t in waiting),
             "decisions": sum(t.consumer.pk == c.pk and t.change != "withdrawn" for t in waiting)}
            for c in Consumer.objects.order_by("key")
        ],
    }  # fmt: skip
    return render(request, "sharing/consumers.html", context, status=status_of(problem) if problem else 200)


def _rows(taken: list[Taken], moment: dt.datetime) -> list[dict[str, Any]]:
    """Each with what it is about, because of what, and how late it is."""
    known, words = titles(), change_words()
    keys = {t.because.partition(":")[2] for t in taken if t.because.startswith("case:")}
    numbers = {f"case:{pk}": number for pk, number in Case.objects.filter(pk__in=keys).values_list("pk", "number")}
    return [
        {"taken": t, "what": words[t.change], "title": known.get(t.resource),
         "because": numbers.get(t.because, t.because if t.change == "withdrawn" else ""),
         "late": left(-late) if (late := t.late(moment)) else None}
        for t in taken
    ]  # fmt: skip


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
