"""Which webhooks are to be told of what happened: each follows the events at its own pace.

Invariant: a webhook is told once of everything up to a position. While one notification is on its way, none is made: what
came meanwhile is looked at afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from quanxin.archive import events
from quanxin.archive.handlers import Following, Soon, Unit, whole
from quanxin.calendar import now
from quanxin.runtime.bridge import pg_cursor
from quanxin.sharing import feed
from quanxin.sharing.models import Delivery, Webhook
from quanxin.sharing.webhook_models import FOLLOWER, follower

EVENTS = 5_000  # at a time
# The resources that events are about: that of a batch, of a withdrawal, or of the records that a decision moved.
RESOURCES = """
SELECT e.id, found.resource
FROM archive_event e
LEFT JOIN archive_batch b ON b.id = e.batch_id
LEFT JOIN archive_withdrawal w ON w.event_id = e.id
LEFT JOIN LATERAL (
    SELECT coalesce(w.resource, b.resource) AS resource
    UNION SELECT r.resource
    FROM jsonb_array_elements(
        CASE jsonb_typeof(e.particulars -> 'records') WHEN 'array' THEN e.particulars -> 'records' ELSE '[]' END
    ) moved(pair)
    JOIN archive_record r ON r.subject_id = (pair ->> 0)::bigint AND r.id = (pair ->> 1)::bigint
) found ON true
WHERE e.id = ANY(%s) AND found.resource = ANY(%s)
"""


def enqueue() -> int:
    """Make a delivery for each webhook that has news and none on its way; return how many were made."""
    return events.follow(WEBHOOKS)


def _members() -> Iterator[Following]:
    for webhook in list(Webhook.objects.filter(ended_at=None).order_by("pk").values_list("pk", flat=True)):
        yield _of(webhook)


def _of(webhook: int) -> Following:
    deliveries = Delivery.objects.filter(webhook=webhook, state=Delivery.State.PENDING, said__isnull=True)
    return Following(
        follower(webhook), whole, lambda units: _tell(webhook, units), EVENTS, ready=lambda: not deliveries.exists()
    )


WEBHOOKS = Soon(FOLLOWER, _("通知地址"), _members)


def _tell(webhook: int, units: Sequence[Unit]) -> int:
    """Make the one delivery that tells of events, up to the last that is news; return 1 where one was made."""
    live = Webhook.objects.select_for_update(of=("self",)).select_related("consumer")
    hook = live.filter(pk=webhook, ended_at=None).first()
    if hook is None:
        return 0
    subscribed = feed.live(hook.consumer)
    about = _resources([unit.event.pk for unit in units], subscribed)
    if not about:
        return 0
    position = max(unit.event.position or 0 for unit in units if unit.event.pk in about)
    resources = sorted({resource for found in about.values() for resource in found})
    Delivery.objects.create(webhook=hook, position=position, resources=resources, next_at=now(), created_at=now())
    return 1


def _resources(happened: Sequence[int], among: Collection[str]) -> dict[int, set[str]]:
    """The resources among those given that events are about, by the event's id."""
    found: dict[int, set[str]] = {}
    with pg_cursor() as cursor:
        cursor.execute(RESOURCES, (list(happened), list(among)))
        for event, resource in cursor.fetchall():
            found.setdefault(event, set()).add(resource)
    return found
