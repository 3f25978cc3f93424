"""Who receives what, and who has not yet taken in a withdrawal.

Invariant: the page only reads; agreements are made on the command line, where their basis is at hand.
"""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import now
from quanxin.desk.session import staffed
from quanxin.desk.uploads import titles
from quanxin.exchange import subscriptions
from quanxin.exchange.models import Consumer, Delivery, Subscription

DAYS = 30
SHOWN = 200


@require_safe
@staffed(Role.CENTRE)
def consumers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The consumers with what they receive, and each withdrawal of the last 30 days with who has taken it in."""
    taken = subscriptions.taken_in(now() - dt.timedelta(days=DAYS))
    live = Subscription.objects.filter(ended_at=None).select_related("consumer").order_by("consumer__key", "resource")
    late: dict[int, int] = {}
    for one in taken:
        late[one.consumer.pk] = late.get(one.consumer.pk, 0) + (one.at is None)
    dead = Delivery.objects.filter(state=Delivery.State.DEAD).select_related("webhook")
    context = {
        "days": DAYS, "titles": titles(), "waiting": [t for t in taken if t.at is None][:SHOWN],
        "done": [t for t in taken if t.at is not None][:SHOWN], "undelivered": dead[:SHOWN],
        "consumers": [
            (c, [s for s in live if s.consumer_id == c.pk], c.acknowledgements.order_by("-position").first(),
             late.get(c.pk, 0))
            for c in Consumer.objects.order_by("key")
        ],
    }  # fmt: skip
    return render(request, "desk/consumers.html", context)
