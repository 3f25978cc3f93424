"""Who takes records over from the platform, what each may receive, and how far it says that it has come.

Invariant: a consumer receives nothing without a subscription that states its purpose and what allows it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from quanxin.runtime.free_text import FreeLine, FreeText
from quanxin.sharing.webhook_models import Delivery as Delivery
from quanxin.sharing.webhook_models import Webhook as Webhook


class Consumer(models.Model):
    """Someone outside who takes records over and follows their changes: a department, a province, a city."""

    key = models.SlugField(max_length=64, unique=True)
    title = FreeLine(max_length=200)
    contact = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return str(self.title)


class Subscription(models.Model):
    """What a consumer receives of one resource, for what, and what allows it: an article, or an agreement's number.

    ``districts`` are division codes (none: all), ``fields`` the items (none: every item that may be shared).
    """

    consumer = models.ForeignKey(Consumer, on_delete=models.PROTECT, related_name="subscriptions")
    resource = models.CharField(max_length=64)
    districts = models.JSONField(default=list)
    fields = models.JSONField(default=list)
    purpose = FreeLine(max_length=200)
    basis = FreeLine(max_length=400, blank=True)
    agreement = FreeLine(max_length=100, blank=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    granted_by = models.CharField(max_length=128)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_reason = FreeText(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="subscription_has_purpose"),
            models.CheckConstraint(condition=~Q(basis="", agreement=""), name="subscription_has_basis"),
            models.UniqueConstraint(
                fields=["consumer", "resource"], condition=Q(ended_at=None), name="subscription_one_live"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consumer_id} {self.resource}"


class Acknowledgement(models.Model):
    """A consumer says that it has taken in everything up to a position of the change feed."""

    consumer = models.ForeignKey(Consumer, on_delete=models.PROTECT, related_name="acknowledgements")
    position = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consumer", "position"], name="acknowledged_once")]

    def __str__(self) -> str:
        return f"{self.consumer_id} {self.position}"
