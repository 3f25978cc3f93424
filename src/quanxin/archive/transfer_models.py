"""How a record became another provider's.

Invariant: a record has one provider. A version of another provider takes its place only where a transfer says so: which
act it was, what it rests on, and which version became which; the database refuses any other.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from quanxin.runtime.free_text import FreeText


class Transfer(models.Model):
    """An act by which records of ``from_provider`` became those of ``to_provider``: whose act, when, why."""

    class Kind(models.TextChoices):
        HANDED_OVER = "handed-over", "单位移交"
        DECIDED = "decided", "裁定归属"
        PREVAILS = "prevails", "以规定单位为准"
        RESTORED = "restored", "撤回后恢复"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    resource = models.CharField(max_length=64)
    from_provider = models.CharField(max_length=64)
    to_provider = models.CharField(max_length=64)
    act = models.CharField(max_length=64)
    basis = models.JSONField(default=list)
    reason = FreeText()
    actor = models.CharField(max_length=128)
    at = models.DateTimeField()
    event = models.OneToOneField("archive.Event", null=True, on_delete=models.PROTECT, related_name="transfer")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["act"], name="transfer_by_act")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason="") & ~Q(act=""), name="transfer_has_act_and_reason"),
            models.CheckConstraint(condition=~Q(from_provider=F("to_provider")), name="transfer_between_two"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.resource} {self.from_provider} {self.to_provider}"


class TransferredRecord(models.Model):
    """A version that a transfer ended, ``record_id``, and the one that took its place, ``made_id``."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="records")
    subject_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    made_id = models.BigIntegerField(unique=True)

    def __str__(self) -> str:
        return f"{self.subject_id} {self.record_id} {self.made_id}"
