"""Telling consumers that there are changes for them: a thin, signed notification; the changes are read from the feed.

Invariant: a notification carries no content, only how far the feed has come and which resources it is about. While one
is on its way to a webhook, no second is made; whatever came meanwhile is told of afterwards. It is tried until the other
side takes it or the attempts are over, and what could not be delivered stays and can be sent again. Whoever dies while
sending, another sends it once more, under the same number.

Signatures are those of Standard Webhooks: ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import json
import logging
import secrets

from django.db import InterfaceError, OperationalError, transaction

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.archive import followers
from quanxin.calendar import now
from quanxin.identifiers.sealing import CannotUnseal
from quanxin.intake.errors import IntakeError
from quanxin.runtime.keys import sealer, sealing
from quanxin.sharing import feed, safe_post
from quanxin.sharing.models import Consumer, Delivery, Webhook
from quanxin.sharing.webhook_models import follower

DELAYS = tuple(dt.timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 7200, 21600))  # before each further attempt
MOST_AT_ONCE = 50  # attempts of one call
KEPT = dt.timedelta(days=30)  # how long it is known what was delivered
_PREFIX = "whsec_"

_log = logging.getLogger(__name__)


@transaction.atomic
def add(actor: Actor, consumer: Consumer, url: str) -> tuple[Webhook, str]:
    """Tell a consumer of changes from now on; return the webhook and its secret, which is shown this once.

    Raises ``NotAllowed`` without the centre's role and ``IntakeError`` for an address that nothing is posted to.
    """
    actor.require(Role.CENTRE)
    try:
        safe_post.locate(url)
    except safe_post.Undeliverable as why:
        raise IntakeError("webhook-refused", url=url, reason=why.zh, reason_en=why.en) from why
    if Webhook.objects.filter(consumer=consumer, url=url, ended_at=None).exists():
        raise IntakeError("webhook-refused", url=url, reason="该地址已登记", reason_en="it is there already")
    secret = _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    made = Webhook.objects.create(
        consumer=consumer,
        url=url,
        secret=sealing().seal(secret, as_secret_of(consumer.pk, url)),
        created_at=now(),
    )
    followers.begin(follower(made.pk), feed.latest())
    audit(actor, "sharing.add-webhook", f"consumer:{consumer.key}", webhook=made.pk, url=url)
    return made, secret


@transaction.atomic
def end(actor: Actor, webhook: int, *, reason: str) -> Webhook:
    """Send nothing more to a webhook; ended twice, it stays as it was. Raises as ``add`` does, and without a reason."""
    actor.require(Role.CENTRE)
    IntakeError.reason(reason)
    found = _locked(webhook)
    if found.ended_at is None:
        found.ended_at = now()
        found.save(update_fields=["ended_at"])
        followers.give_up(follower(found.pk))
        found.deliveries.filter(state=Delivery.State.PENDING).update(
            state=Delivery.State.DEAD, finished_at=now(), error="通知地址已停用 / the webhook was ended"
        )
        audit(actor, "sharing.end-webhook", f"consumer:{found.consumer.key}", webhook=found.pk, reason=reason.strip())
    return found


@transaction.atomic
def redeliver(actor: Actor, delivery: int) -> Delivery:
    """Send a delivery that ended once more, with all its attempts. Raises as ``add`` does; a pending one stays so."""
    actor.require(Role.CENTRE)
    found = Delivery.objects.filter(pk=delivery).first()
    if found is None:
        raise IntakeError("webhook-unknown", number=delivery)
    webhook = _locked(found.webhook_id)
    if webhook.ended_at is not None:
        raise IntakeError("webhook-refused", url=webhook.url, reason="该地址已停用", reason_en="it was ended")
    found = Delivery.objects.select_for_update().get(pk=delivery)
    if found.state != Delivery.State.PENDING:
        found.state, found.attempts, found.next_at, found.finished_at = Delivery.State.PENDING, 0, now(), None
        found.save(update_fields=["state", "attempts", "next_at", "finished_at"])
        audit(actor, "sharing.redeliver", f"consumer:{webhook.consumer.key}", delivery=found.pk)
    return found


def tell(consumer: str, **said: str) -> int:
    """Tell a consumer, by its key, something besides changes, within the caller's transaction; said again, it is told once.

    Return how many webhooks are told. What is said names things by number and says nothing of anybody.
    """
    made = 0
    for hook in Webhook.objects.filter(consumer__key=consumer, ended_at=None):
        _, new = Delivery.objects.get_or_create(
            webhook=hook, said=said, defaults={"next_at": now(), "created_at": now()}
        )
        made += new
    return made


def deliver_due(most: int = MOST_AT_ONCE) -> int:
    """Send what is due, first what was never tried, at most ``most``; return how many attempts were made.

    Two at once send each delivery once: what one of them sends is locked until it is known how it went.
    """
    return next((done for done in range(most) if not _deliver_one()), most)


@transaction.atomic
def _deliver_one() -> bool:
    due = Delivery.objects.filter(state=Delivery.State.PENDING, next_at__lte=now())
    locked = due.select_for_update(skip_locked=True, of=("self",)).select_related("webhook")
    delivery = locked.order_by("attempts", "next_at", "id").first()
    if delivery is None:
        return False
    try:
        with transaction.atomic():
            body = message(delivery)
            secret = secret_of(delivery.webhook)
            headers = {"content-type": "application/json"} | signed(secret, f"msg_{delivery.pk}", now(), body)
            delivery.status, delivery.error = safe_post.post(delivery.webhook.url, body, headers), ""
    except (safe_post.Undeliverable, CannotUnseal) as error:
        delivery.status, delivery.error = None, str(error)[:300]
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # whatever is wrong with it is its own: the others are sent
        _log.exception("delivery %s failed", delivery.pk)
        delivery.status, delivery.error = None, f"{type(error).__name__}: {error}"[:300]
    _settle(delivery)
    return True


def _settle(delivery: Delivery) -> None:
    """Note how an attempt went, and when the next is to be, if any."""
    delivery.attempts += 1
    if delivery.status is not None and 200 <= delivery.status < 300:
        delivery.state, delivery.finished_at = Delivery.State.DELIVERED, now()
    elif delivery.attempts > len(DELAYS):
        delivery.state, delivery.finished_at = Delivery.State.DEAD, now()
        _log.warning("delivery %s to webhook %s is given up", delivery.pk, delivery.webhook_id)
    else:
        delivery.next_at = now() + DELAYS[delivery.attempts - 1]
    delivery.save(update_fields=["state", "attempts", "next_at", "status", "error", "finished_at"])


def message(delivery: Delivery) -> bytes:
    """The body of a notification; the same in every attempt."""
    changes = {"type": "changes.available", "timepoint": str(delivery.position), "resources": delivery.resources}
    return json.dumps(delivery.said or changes, separators=(",", ":")).encode()


def signed(secret: str, identity: str, at: dt.datetime, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks for a body, by a secret ``whsec_`` + base64."""
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    digest = hmac.digest(key, f"{identity}.{timestamp}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": identity, "webhook-timestamp": timestamp, "webhook-signature": signature}


def forget() -> int:
    """Remove what was delivered long ago; dead letters stay. Return how many went."""
    return Delivery.objects.filter(state=Delivery.State.DELIVERED, finished_at__lt=now() - KEPT).delete()[0]


def secret_of(webhook: Webhook) -> str:
    """The key that signs a webhook's notifications. Raises ``CannotUnseal``."""
    return sealer().unseal(bytes(webhook.secret), as_secret_of(webhook.consumer_id, webhook.url))


def as_secret_of(consumer: int, url: str) -> str:
    """What a webhook's secret is sealed as: moved to another's row, it does not open."""
    return f"webhook:{consumer}:{url}"


def _locked(webhook: int) -> Webhook:
    found = Webhook.objects.select_for_update(of=("self",)).select_related("consumer").filter(pk=webhook).first()
    if found is None:
        raise IntakeError("webhook-unknown", number=webhook)
    return found
