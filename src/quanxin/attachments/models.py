"""Attachments as the database knows them.

Invariant: what a file is and whose it is never changes (a trigger refuses it); it is tied to one case, once; a removed
one stays on record with who removed it and why.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from quanxin.runtime.free_text import FreeLine


class Kind(models.TextChoices):
    """What a file is handed in as."""

    PERFORMANCE = "proof-of-performance", "履行证明"
    COMMITMENT = "commitment", "信用承诺书"
    AUTHORISATION = "authorisation", "授权委托书"
    RULING = "court-ruling", "法院裁判文书"
    IDENTITY = "identity", "身份或登记证明"
    OTHER = "other", "其他证明材料"


class Verdict(models.TextChoices):
    """What the virus scanner said."""

    UNSCANNED = "unscanned", "未查毒"  # there was no scanner
    WAITING = "waiting", "等待查毒"  # there is one, and it did not answer
    CLEAN = "clean", "未发现病毒"
    INFECTED = "infected", "发现病毒"


class Attachment(models.Model):
    """One file. ``case`` names what it belongs to, e.g. ``repair:123``; "" until it is tied."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.CharField(max_length=64, blank=True, default="")
    kind = models.CharField(max_length=32, choices=Kind.choices)
    name = FreeLine(max_length=160)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    uploaded_by = models.CharField(max_length=128)
    at = models.DateTimeField()
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    virus = models.CharField(max_length=128, blank=True)
    scanned_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=128, blank=True)
    removal_reason = FreeLine(max_length=1000, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["case"], name="attachment_case", condition=~Q(case="")),
            models.Index(fields=["subject_id", "uploaded_by"], name="attachment_untied", condition=Q(case="", removed_at=None)),
            models.Index(fields=["verdict"], name="attachment_to_scan", condition=Q(removed_at=None) & ~Q(verdict="clean")),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_holds_something"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in Kind]), name="attachment_kind_known"),
            models.CheckConstraint(
                condition=Q(verdict__in=("unscanned", "waiting"), scanned_at=None)
                | Q(verdict__in=("clean", "infected"), scanned_at__isnull=False),
                name="attachment_verdict_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by="", removal_reason="")
                | (Q(removed_at__gte=F("at")) & ~Q(removed_by="") & ~Q(removal_reason="")),
                name="attachment_removed_by_someone_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="infected") | Q(removed_at__isnull=False), name="attachment_infected_is_removed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"

    @property
    def reference(self) -> str:
        """How the audit names it."""
        return f"attachment:{self.pk}"
