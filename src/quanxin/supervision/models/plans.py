"""Inspectors, what keeps them from whom, and the lines of yearly plans.

Invariant: an inspector inspects with a card that is valid on the day; a line of a plan names items of the published list only.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from quanxin.casework.models import Case
from quanxin.runtime.free_text import FreeLine


class Inspector(models.Model):
    """Somebody with an enforcement card, of a department: what trades, how many inspections at most in a draw."""

    account = models.CharField(max_length=128, blank=True)  # who signs in as this inspector
    name = FreeLine(max_length=64)
    provider = models.CharField(max_length=64)
    district = models.CharField(max_length=6, blank=True)
    card = models.CharField(max_length=32)
    card_until = models.DateField()
    trades = models.JSONField(default=list)  # items or fields that this one is fit for; empty: every one
    load = models.PositiveIntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["provider", "card"]
        constraints = [models.UniqueConstraint(fields=["card"], name="inspector_card_once")]

    def __str__(self) -> str:
        return self.card


class Recusal(models.Model):
    """Why an inspector withdraws from whatever is about a subject."""

    inspector = models.ForeignKey(Inspector, on_delete=models.CASCADE, related_name="recusals")
    subject_id = models.BigIntegerField()
    reason = FreeLine(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspector", "subject_id"], name="recusal_once")]

    def __str__(self) -> str:
        return f"{self.inspector_id} {self.subject_id}"


class PlanLine(models.Model):
    """A line of a yearly plan: items, of which objects by which scheme, how many by level, when.

    A line that was dropped stays, with the day. ``shares`` by level:
    ``{"A": {"ratio": "0.01", "floor": 0, "ceiling": null}}``, amounts as text.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="plan_lines")
    items = models.JSONField()
    objects_kind = models.CharField(max_length=64)
    scheme = models.CharField(max_length=64, blank=True)
    shares = models.JSONField(default=dict)
    partners = models.JSONField(default=list)  # departments that come along
    added_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)
    from_month = models.PositiveSmallIntegerField()
    to_month = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_month__range=(1, 12), to_month__range=(1, 12)), name="plan_line_months"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.items}"
