"""What was found when a department's published list was compared with what it handed in.

Invariant: sampled = found + held + missing; the same list, size and seed draw the same rows.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from quanxin.runtime.free_text import FreeLine


class SamplingCheck(models.Model):
    """One comparison. ``missing`` lists the drawn rows that were never handed in, each with its row and number."""

    resource = models.CharField(max_length=64)
    provider = models.CharField(max_length=64)
    file_name = FreeLine(max_length=255)
    sha256 = models.CharField(max_length=64)
    seed = models.CharField(max_length=64)
    listed = models.BigIntegerField()
    sampled = models.BigIntegerField()
    found = models.BigIntegerField()
    held = models.BigIntegerField()
    missing = models.JSONField()
    concealed = models.BigIntegerField()
    actor = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sampled=F("found") + F("held") + F("concealed")), name="sampling_adds_up"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.resource} {self.concealed}/{self.sampled}"
