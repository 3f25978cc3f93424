"""Classes of organisations, as they stood from day to day.

Invariant: of a scheme, a subject has one class at a time, and no natural person or sole trader has any. Credit classes and risk
classes are two tables: a risk class is internal, and whoever may read the one may not by that read the other.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Standing(models.Model):
    """The level of a subject by a scheme, from ``since`` through ``until`` (None: it stands).

    ``grounds`` are the records and rules that it rests on, ``[{"rule", "resource", "record", "since", "until"}]``; empty where
    it is the level of whoever has none. ``case`` is the review that set it, None where it was reckoned.
    """

    scheme = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    level = models.CharField(max_length=16)
    since = models.DateField()
    until = models.DateField(null=True)
    grounds = models.JSONField(default=list)
    edition = models.CharField(max_length=64)
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, null=True, related_name="+")
    reckoned_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.scheme} {self.subject_id} {self.level}"


def _meta(name: str) -> tuple[list[models.BaseConstraint], list[models.Index]]:
    return (
        [
            models.UniqueConstraint(
                fields=["scheme", "subject_id"], condition=Q(until=None), name=f"{name}_one_stands"
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name=f"{name}_in_order"),
        ],
        [
            models.Index(fields=["subject_id", "scheme"], name=f"{name}_subject"),
            models.Index(fields=["scheme", "level"], condition=Q(until=None), name=f"{name}_level"),
        ],
    )


class CreditClass(Standing):
    """A class by a scheme of credit: seen by its subject and by departments, contestable."""

    class Meta:
        constraints, indexes = _meta("credit_class")


class RiskClass(Standing):
    """A class by a scheme of risk: seen by supervisors and, of its own, by the subject; never public."""

    class Meta:
        constraints, indexes = _meta("risk_class")
