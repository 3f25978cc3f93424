"""Visits at the counter: for whom a clerk acts while somebody stands there.

Invariant: a clerk serves one visit at a time; it is over when its time has passed or when it is ended, and stays on record.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from quanxin.accounts.binding import Principal
from quanxin.calendar import now
from quanxin.runtime.free_text import FreeLine


class Visit(models.Model):
    """Who came for which subject (the principal of ``code`` or ``identity``), with which paper, to which clerk, when."""

    subject_id = models.BigIntegerField(db_index=True)
    code = models.CharField(max_length=64, blank=True)
    identity = models.CharField(max_length=64, blank=True)
    clerk = models.CharField(max_length=128)
    who = FreeLine(max_length=160)  # the visitor, and the paper that was seen
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clerk"], condition=Q(ended_at=None), name="visit_one_a_clerk"),
            models.CheckConstraint(condition=~Q(who=""), name="visit_of_somebody"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("began_at")), name="visit_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.clerk} {self.subject_id} {self.began_at:%F %T}"

    @property
    def principal(self) -> Principal:
        """Who is stood for."""
        return Principal(code=self.code, identity=self.identity)

    @property
    def over(self) -> bool:
        """Whether nothing can be done in it any more."""
        return self.ended_at is not None or now() >= self.ends_at
