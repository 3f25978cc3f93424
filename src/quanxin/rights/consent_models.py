"""Consents: what a subject allowed an institution to read, the wording that it agreed to, and each use.

Invariant: the wording agreed to is kept letter for letter; a consent is never widened, only granted, used, and ended once.
"""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from quanxin.runtime.free_text import FreeLine


class Wording(models.Model):
    """A consent text as somebody agreed to it, in both languages, under the digest of all of it."""

    digest = models.CharField(primary_key=True, max_length=64)
    key = models.CharField(max_length=64)
    version = models.CharField(max_length=96)
    text = models.JSONField()

    def __str__(self) -> str:
        return self.version


class Consent(models.Model):
    """What a subject allowed: to whom, which resources, for what, until which day; revoked, it ends at that moment."""

    subject_id = models.BigIntegerField()
    institution = models.CharField(max_length=64)
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="consents")
    items = models.JSONField()  # keys of the wording's items
    resources = models.JSONField()  # what they come to
    purpose = models.CharField(max_length=64)
    granted_by = models.CharField(max_length=128)
    on_behalf = FreeLine(max_length=200, blank=True)
    granted_at = models.DateTimeField()
    until = models.DateField()
    alert = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_id", "institution"])]
        constraints = [
            models.CheckConstraint(condition=~Q(items=[]) & ~Q(resources=[]), name="consent_is_to_something"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="") | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="consent_revoked_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["subject_id", "institution", "wording", "items", "until"], condition=Q(revoked_at=None),
                name="consent_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.subject_id} {self.institution} {self.until}"

    def stands(self, on: dt.date) -> bool:
        """Whether it may be used on a day."""
        return self.revoked_at is None and on <= self.until


class ConsentUse(models.Model):
    """One reading by a consent: who, when, which resources."""

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="uses")
    actor = models.CharField(max_length=128)
    at = models.DateTimeField()
    records = models.PositiveIntegerField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.consent_id} {self.at:%F %T}"
