"""Webhooks of consumers, and what is to be, was or could not be delivered to them.

Invariant: a delivery is pending until it ends one way, delivered or dead; its body never changes, so that an attempt
that is repeated says the same; a webhook's secret lies here sealed alone.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from quanxin.archive.models import Follower
from quanxin.runtime.free_text import FreeLine

FOLLOWER = "webhook"


def follower(webhook: int) -> str:
    """Under which name a webhook follows the archive's events."""
    return f"{FOLLOWER}:{webhook}"


class Webhook(models.Model):
    """Where a consumer wants to be told that there are changes; it follows the events as ``follower`` of it.

    ``secret`` is the sealed key that signs; ``ended_at`` says since when nothing is sent any more.
    """

    consumer = models.ForeignKey("sharing.Consumer", on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(max_length=500)
    secret = models.BinaryField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["consumer", "url"], condition=Q(ended_at=None), name="webhook_once")
        ]

    def __str__(self) -> str:
        return f"{self.consumer_id} {self.url}"

    @property
    def position(self) -> int:
        """How far the events were looked at for it."""
        return Follower.objects.filter(name=follower(self.pk)).values_list("position", flat=True).first() or 0


class Delivery(models.Model):
    """One notification of a webhook, and how its delivery went: the changes up to ``position``, or what else is ``said``.

    ``next_at`` is when it is tried next; ``status`` and ``error`` are of the last attempt.
    """

    class State(models.TextChoices):
        PENDING = "pending", "待送达"
        DELIVERED = "delivered", "已送达"
        DEAD = "dead", "未能送达"

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    position = models.BigIntegerField(null=True)
    resources = models.JSONField(default=list)
    said = models.JSONField(null=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    status = models.PositiveIntegerField(null=True)
    error = FreeLine(max_length=300, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["attempts", "next_at"], name="delivery_due", condition=Q(state="pending"))]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "position"], name="delivery_once"),
            models.UniqueConstraint(fields=["webhook", "said"], name="delivery_said_once"),
            models.CheckConstraint(
                condition=Q(position=None, said__isnull=False) | Q(position__isnull=False, said__isnull=True),
                name="delivery_of_changes_or_else",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", finished_at=None)
                | Q(state__in=["delivered", "dead"], finished_at__isnull=False),
                name="delivery_ends_one_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.position or self.said} {self.state}"
