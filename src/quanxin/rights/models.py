"""What rights keep beside cases: bars after false material, consents.

Invariant: each names the case or the wording on which it rests, and ends by an act alone.
"""

from __future__ import annotations

from django.db import models

from quanxin.casework.models import Case


class Bar(models.Model):
    """That a subject handed in false material, or broke its commitment: until when a commitment of its is not enough."""

    subject_id = models.BigIntegerField(db_index=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="bar")
    from_at = models.DateTimeField()
    published_until = models.DateField()
    without_commitment_until = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.subject_id} {self.published_until}"


from quanxin.rights.consent_models import Consent, ConsentUse, Wording  # noqa: E402,F401  Django finds models here
