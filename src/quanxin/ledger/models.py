"""The seals of days, and what was removed after its term.

Invariant: both tables only grow. A seal names the one before it, and one alone follows it; a line goes only under a
removal, which stays, and whose days stay sealed.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Seal(models.Model):
    """The digest of every line up to the end of a day that no earlier seal holds.

    ``tables`` gives for each table of lines its columns, how many lines there were, and the SHA-256 of them; ``digest``
    is that of the day, the seal before it and ``tables``; ``signature`` (Ed25519, base64) is of the digest's hex.
    """

    day = models.DateField(unique=True)
    previous = models.CharField(max_length=64, unique=True, blank=True)  # "" for the first
    tables = models.JSONField()
    digest = models.CharField(max_length=64, unique=True)
    signature = models.CharField(max_length=96)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$") & ~Q(signature=""), name="seal_is_signed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.digest[:12]}"


class Removal(models.Model):
    """That the lines of a table from before a moment were removed, their term being over; written by the database."""

    name = models.CharField(max_length=64)  # of the table
    before = models.DateTimeField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=128)
    lines = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(name="accounts_signin"), name="removal_of_what_has_a_term")]

    def __str__(self) -> str:
        return f"{self.name} {self.before:%F} {self.lines}"
