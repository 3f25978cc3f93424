"""Agreeing with consumers what they receive, and noting what they say that they have taken in.

Invariant: nothing leaves without a purpose and a basis or an agreement; an agreement names one resource in force that
may be shared, and items of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.archive import viewers
from quanxin.calendar import now, today
from quanxin.intake.errors import IntakeError
from quanxin.policy.model import FieldType, Mode, Resource
from quanxin.runtime.pack import current_pack
from quanxin.sharing import feed
from quanxin.sharing.models import Acknowledgement, Consumer, Subscription


@transaction.atomic
def add_consumer(actor: Actor, key: str, *, title: str, contact: str = "") -> Consumer:
    """Make a consumer, or return the one of that key. Raises ``NotAllowed`` without the centre's role."""
    actor.require(Role.CENTRE)
    found, made = Consumer.objects.get_or_create(key=key, defaults={"title": title, "contact": contact})
    if made:
        audit(actor, "sharing.add-consumer", f"consumer:{key}", title=title)
    return found


@transaction.atomic
def grant(
    actor: Actor,
    consumer: Consumer,
    resource: str,
    *,
    purpose: str,
    basis: str = "",
    agreement: str = "",
    districts: Sequence[str] = (),
    fields: Sequence[str] = (),
    until: dt.date | None = None,
) -> Subscription:
    """Let a consumer receive a resource from today; a live subscription to it is ended and replaced.

    ``purpose``: the key of one of the pack's that opens to consumers. Raises ``NotAllowed`` without the centre's role, and
    ``IntakeError`` where the catalogue, or the purpose, does not let it out.
    """
    actor.require(Role.CENTRE)
    _expect(
        resource,
        bool(basis.strip() or agreement.strip()),
        "须写明依据或共享协议编号",
        "a basis or an agreement is needed",
    )
    found = current_pack().on(today()).resources.get(resource)
    if found is None:
        raise IntakeError(
            "subscription-refused", resource=resource, reason="目录中没有该现行资源", reason_en="not in force"
        )
    _expect_shareable(found, fields)
    _expect_purpose(found, purpose)
    for earlier in Subscription.objects.filter(consumer=consumer, resource=resource, ended_at=None):
        end(actor, earlier, reason="由新的订阅取代")
    made = Subscription.objects.create(
        consumer=consumer,
        resource=resource,
        districts=list(districts),
        fields=list(fields),
        purpose=purpose,
        basis=basis.strip(),
        agreement=agreement.strip(),
        from_date=today(),
        until_date=until,
        granted_by=actor.name,
        at=now(),
    )
    audit(actor, "sharing.grant", f"consumer:{consumer.key}", resource=resource, subscription=made.pk)
    return made


@transaction.atomic
def end(actor: Actor, subscription: Subscription, *, reason: str) -> Subscription:
    """End a subscription now; ended twice, it stays as it was. Raises ``NotAllowed``, or ``IntakeError`` unreasoned."""
    actor.require(Role.CENTRE)
    IntakeError.reason(reason)
    subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if subscription.ended_at is None:
        subscription.ended_at, subscription.ended_reason = now(), reason.strip()
        subscription.save(update_fields=["ended_at", "ended_reason"])
        audit(
            actor,
            "sharing.end-subscription",
            f"consumer:{subscription.consumer.key}",
            subscription=subscription.pk,
            reason=subscription.ended_reason,
        )
    return subscription


@transaction.atomic
def acknowledge(consumer: Consumer, timepoint: str) -> Acknowledgement:
    """Note that a consumer has taken in everything up to a timepoint's event, or up to the one before if it is
    half-read. Raises ``IntakeError`` for what is no timepoint; the same again changes nothing."""
    position, after = feed.read_timepoint(timepoint)
    whole = position if after == feed.END else position - 1
    said, new = Acknowledgement.objects.get_or_create(consumer=consumer, position=whole, defaults={"at": now()})
    if new:
        audit(
            Actor(f"consumer:{consumer.key}", frozenset()),
            "sharing.acknowledge",
            f"consumer:{consumer.key}",
            position=whole,
        )
    return said


def _expect_purpose(resource: Resource, key: str) -> None:
    """The purpose is one of the pack's for which consumers may read such a resource."""
    open_to = viewers.purposes_for("consumer")
    known = "、".join(f"{one.key}（{one.title.zh}）" for one in open_to)
    _expect(
        resource.key,
        key in {one.key for one in open_to},
        f"用途须是政策包规定的、向使用单位开放的用途：{known}",
        f"the purpose has to be one of the pack's that opens to consumers: {', '.join(one.key for one in open_to)}",
    )
    allowed = any(
        one.key == key and one.allows("consumer", resource.sharing.mode, resource.category) for one in open_to
    )
    _expect(resource.key, allowed, "该用途不含这项资源", "the purpose does not open this resource")


def _expect_shareable(resource: Resource, fields: Sequence[str]) -> None:
    _expect(
        resource.key,
        resource.sharing.mode is not Mode.AUTHORISED,
        "该资源须经主体授权，不能订阅",
        "it needs its subjects' consent",
    )
    kinds = {f.key: f.type for f in resource.fields}
    unknown = [f for f in fields if f not in kinds]
    _expect(
        resource.key, not unknown, f"目录中没有数据项 {'、'.join(unknown)}", f"it has no items {', '.join(unknown)}"
    )
    secret = [f for f in fields if kinds[f] is FieldType.IDENTITY]
    _expect(resource.key, not secret, "身份证件号码不共享", "identity numbers are not shared")


def _expect(resource: str, holds: bool, reason: str, reason_en: str) -> None:
    if not holds:
        raise IntakeError("subscription-refused", resource=resource, reason=reason, reason_en=reason_en)
