"""What rights keep beside cases: bars after false material, shields of reorganisation, consents.

Invariant: each names the case, the ruling or the wording on which it rests, and ends by an act alone.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from quanxin.casework.models import Case
from quanxin.runtime.free_text import FreeLine, FreeText


class Bar(models.Model):
    """That a subject handed in false material, or broke its commitment: until when a commitment of its is not enough."""

    subject_id = models.BigIntegerField(db_index=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="bar")
    from_at = models.DateTimeField()
    published_until = models.DateField()
    without_commitment_until = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.subject_id} {self.published_until}"


class Shield(models.Model):
    """That a subject's dishonest information is out of sight while a plan that a court approved is carried out."""

    class Outcome(models.TextChoices):
        COMPLETED = "completed", "执行完毕"
        FAILED = "failed", "执行失败"

    subject_id = models.BigIntegerField(db_index=True)
    ruling = FreeLine(max_length=128)
    court = FreeLine(max_length=128)
    actor = models.CharField(max_length=128)
    from_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=128, blank=True)
    ended_reason = FreeText(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(ruling="") & ~Q(court=""), name="shield_has_a_ruling"),
            models.UniqueConstraint(
                fields=["subject_id", "ruling"], condition=Q(ended_at=None), name="shield_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.subject_id} {self.ruling}"

    @property
    def reference(self) -> str:
        """How restrictions and audit lines name it."""
        return f"shield:{self.pk}"


from quanxin.rights.consent_models import Consent, ConsentUse, Wording  # noqa: E402,F401  Django finds models here
