"""Inspections: of whom, for which items, by which inspectors, and what was sent from the spot.

Invariant: a result is taken once, however often it is sent; a visit begins with a trace of when it did.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from quanxin.casework.models import Case
from quanxin.runtime.free_text import FreeJson, FreeText


class Inspection(models.Model):
    """An inspection, beside the case that handles it.

    ``why``: drawn for a plan, or because of a ``lead`` (a case check, which counts to no cap). ``items`` are keys of the
    published list, ``inspectors`` cards, ``mode`` how it is done. ``sent`` is the number that the inspector's device gave the
    result. ``answers`` are what the forms of the items say.
    """

    class Why(models.TextChoices):
        DRAWN = "drawn", "随机抽查"
        LEAD = "lead", "个案检查"

    class Mode(models.TextChoices):
        ONSITE = "onsite", "现场检查"
        PAPER = "paper", "书面检查"
        REMOTE = "remote", "远程检查"
        DATA = "data", "数据核查"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="inspection")
    selected = models.ForeignKey(
        "supervision.Selected", on_delete=models.PROTECT, null=True, related_name="inspections"
    )
    why = models.CharField(max_length=8, choices=Why.choices)
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.ONSITE)
    subject_id = models.BigIntegerField()
    provider = models.CharField(max_length=64)
    partners = models.JSONField(default=list)
    items = models.JSONField()
    inspectors = models.JSONField()
    from_day = models.DateField()
    to_day = models.DateField()
    begun_at = models.DateTimeField(null=True)
    begun_by_code = models.BooleanField(default=False)
    sent = models.UUIDField(null=True, unique=True)
    answers = FreeJson(default=dict)
    result = models.CharField(max_length=64, blank=True)
    done_on = models.DateField(null=True)
    stars = models.PositiveSmallIntegerField(null=True)  # how its subject rated how it was done, and in which words
    words = FreeText(blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_id", "done_on"]), models.Index(fields=["provider", "from_day"])]
        constraints = [
            models.CheckConstraint(condition=Q(to_day__gte=models.F("from_day")), name="inspection_window_in_order"),
            models.CheckConstraint(condition=Q(stars=None) | Q(stars__range=(1, 5)), name="inspection_stars"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.subject_id}"
