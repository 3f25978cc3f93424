"""What providers claim of each other's records, what became of it, and what is handed over.

Invariant: a conflict names who holds a record and who else handed the decision in, and nothing that the record says. It
stays when it is over: who decided, when and why.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from quanxin.runtime.free_text import FreeText


class Conflict(models.Model):
    """One decision, which ``holder`` has a record of and ``claimant`` handed in too: how often, since when."""

    class State(models.TextChoices):
        OPEN = "open", "待裁定"
        KEPT = "kept", "归原报送单位"
        MOVED = "moved", "归后报送单位"
        PREVAILED = "prevailed", "按目录规定替代"
        SETTLED = "settled", "已自行消除"

    resource = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    key_hash = models.UUIDField()
    holder = models.CharField(max_length=64)
    claimant = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    times = models.IntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    decided_by = models.CharField(max_length=128, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = FreeText(blank=True)

    class Meta:
        ordering = ["-last_at", "-id"]
        indexes = [
            models.Index(fields=["holder"], name="conflict_of_holder"),
            models.Index(fields=["claimant"], name="conflict_of_claimant"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "subject_id", "key_hash", "holder", "claimant"], name="conflict_once"
            ),
            models.CheckConstraint(condition=~Q(holder=F("claimant")), name="conflict_between_two"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "prevailed", "settled"])
                | (~Q(decided_by="") & ~Q(reason="") & Q(decided_at__isnull=False)),
                name="conflict_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.subject_id} {self.holder} {self.claimant} {self.state}"


class ConflictRow(models.Model):
    """A row of the claimant's that is, or was, held for a conflict."""

    conflict = models.ForeignKey(Conflict, on_delete=models.CASCADE, related_name="rows")
    held = models.OneToOneField("intake.Held", on_delete=models.CASCADE, related_name="conflict_row")

    def __str__(self) -> str:
        return f"{self.conflict_id} {self.held_id}"


class Handover(models.Model):
    """A proposal that one provider's records of ``resources`` become another's from ``day`` on, and what became of it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待批准"
        DONE = "done", "已移交"
        REFUSED = "refused", "不予批准"

    from_provider = models.CharField(max_length=64)
    to_provider = models.CharField(max_length=64)
    resources = models.JSONField()
    day = models.DateField()
    basis = models.JSONField()
    reason = FreeText()
    state = models.CharField(max_length=12, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.CharField(max_length=128)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=128, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_reason = FreeText(blank=True)
    records = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(from_provider=F("to_provider")), name="handover_between_two"),
            models.CheckConstraint(
                condition=~Q(basis=[]) & ~Q(resources=[]) & ~Q(reason=""), name="handover_has_basis_and_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by="", decided_at=None)
                | (
                    ~Q(state="proposed")
                    & ~Q(decided_by="")
                    & Q(decided_at__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
                name="handover_by_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_provider} {self.to_provider} {self.state}"
