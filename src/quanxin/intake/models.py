"""What was handed in and has not reached the archive: files that wait, rows that are held.

Invariant: nothing handed in is dropped. A file that left its request lies here until a batch holds it or it was
refused in words. Every row that failed, or whose subject is not known, lies here with its original text, its position
and everything that is wrong with it, until a replay takes it in or its provider takes the batch back. A row that
reached the archive only by a steward's decision lies here too, released by the batch that took it in, so that it can
come back when the decision is undone.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models
from django.db.models import Q

from quanxin.intake.conflict_models import Conflict as Conflict
from quanxin.intake.conflict_models import ConflictRow as ConflictRow
from quanxin.intake.conflict_models import Handover as Handover
from quanxin.intake.sampling_models import SamplingCheck as SamplingCheck
from quanxin.runtime.free_text import FreeLine
from quanxin.work.models import Work


def new_submission_id() -> str:
    """A short name that cannot be guessed and may stand in a URL and in a path."""
    return secrets.token_hex(10)


class Held(models.Model):
    """A quarantined or unlinked row of a batch.

    ``stated`` is the identity that the row states (kind, value, name and numbers; never a person's), ``stated_key``
    the same for all rows that one decision serves. ``decision`` is the steward's decision about it, if there is one.
    """

    class Bucket(models.TextChoices):
        QUARANTINED = "quarantined", "待更正"
        UNLINKED = "unlinked", "待关联"

    batch = models.ForeignKey("archive.Batch", on_delete=models.PROTECT, related_name="held")
    row_no = models.BigIntegerField()
    position = models.CharField(max_length=64)
    bucket = models.CharField(max_length=12, choices=Bucket.choices)
    original = models.JSONField()
    issues = models.JSONField()
    released_by = models.ForeignKey("archive.Batch", null=True, on_delete=models.PROTECT, related_name="released")
    set_aside_at = models.DateTimeField(null=True)
    stated = models.JSONField(default=dict)
    stated_key = models.CharField(max_length=32, blank=True)
    decision = models.ForeignKey("subjects.Decision", null=True, on_delete=models.PROTECT, related_name="rows")

    class Meta:
        ordering = ["batch", "row_no"]
        constraints = [models.UniqueConstraint(fields=["batch", "row_no"], name="held_once")]
        indexes = [
            models.Index(
                fields=["stated_key"],
                condition=models.Q(bucket="unlinked", released_by=None, decision=None),
                name="held_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.position}"


class Submission(Work):
    """A file handed in that left its request: where it lies, who gave it, how far it has come, what became of it."""

    id = models.CharField(primary_key=True, max_length=20, default=new_submission_id)
    resource = models.CharField(max_length=64)
    provider = models.CharField(max_length=64)
    mode = models.CharField(max_length=8)
    mapping = models.JSONField(null=True)
    file_name = FreeLine(max_length=255)
    path = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    batch = models.ForeignKey("archive.Batch", null=True, on_delete=models.PROTECT, related_name="submissions")

    class Meta(Work.Meta):
        abstract = False
        ordering = ["-created_at", "id"]
        indexes = [
            *Work.Meta.indexes,
            models.Index(fields=["provider", "-created_at"], name="submission_of_provider"),
        ]
        constraints = [
            *Work.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state="done", batch__isnull=False) | (~Q(state="done") & Q(batch=None)),
                name="submission_made_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.file_name} {self.state}"

    @property
    def repeated(self) -> bool:
        """Whether the same file had been taken in before it was handed in this time; nothing changed then."""
        return self.batch is not None and self.batch.recorded_at < self.created_at

    def to_json(self) -> dict[str, Any]:
        """As JSON that others read; the names are stable."""
        return {
            "id": self.id,
            "resource": self.resource,
            "provider": self.provider,
            "mode": self.mode,
            "file": self.file_name,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "state": self.state,
            "step": self.step or None,
            "moments": self.moments,
            "attempts": self.attempts,
            "error": self.error,
            "batch": self.batch_id,
            "repeated": self.repeated,
            "created_at": self.created_at.isoformat(),
            "finished_at": self.finished_at.isoformat() if self.finished_at else None,
        }


class Dropped(models.Model):
    """A file of the drop folder that was handed in: where it lay and how it looked, until it is answered there."""

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="dropped")
    path = models.TextField()
    signature = models.JSONField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path"], condition=Q(answered_at=None), name="dropped_once_until_answered")
        ]

    def __str__(self) -> str:
        return self.path


class Pulled(models.Model):
    """How far a source has been pulled: its high-water mark, and the batch that holds everything up to it.

    ``mark`` is the mark with its type; ``digest`` is of the rows of the last pull and ``edge`` of those that stood at
    its mark, so that a pull that brings nothing else makes no batch. ``failures`` counts the attempts since the last
    success, and ``error`` is the latest in words.
    """

    source = models.CharField(primary_key=True, max_length=64)
    mark = models.JSONField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    edge = models.CharField(max_length=64, blank=True)
    batch = models.ForeignKey("archive.Batch", null=True, on_delete=models.PROTECT, related_name="+")
    tried_at = models.DateTimeField(null=True)
    pulled_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.JSONField(null=True)

    def __str__(self) -> str:
        return self.source


class Proposal(models.Model):
    """A subject that the bulk linkage proposes for a waiting identity; a person decides. Each run replaces them."""

    stated_key = models.CharField(max_length=32)
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    hundredths = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stated_key", "subject"], name="proposal_once"),
            models.CheckConstraint(
                condition=models.Q(hundredths__gte=0, hundredths__lte=100), name="proposal_in_hundredths"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stated_key} {self.subject_id} {self.hundredths}"
