"""Reports about everybody whom a credit check asked about, as one long work.

Invariant: of a check there is one batch in a language; its reports are documents, which stay as they were issued.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from quanxin.checks.models import Check
from quanxin.work.models import Work


class Batch(Work):
    """A batch: the check whose results it is about; ``issued`` is how many reports there are, ``left_out`` about how many of
    those asked about there is none."""

    check_of = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="report_batches")
    language = models.CharField(max_length=2)
    districts = models.JSONField(default=list)
    issued = models.PositiveIntegerField(null=True)
    left_out = models.PositiveIntegerField(null=True)

    class Meta(Work.Meta):
        constraints = [
            *Work.Meta.constraints,
            models.UniqueConstraint(fields=["check_of", "language"], name="batch_of_reports_once"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(issued__isnull=False, left_out__isnull=False),
                name="batch_of_reports_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_of_id} {self.language}"
