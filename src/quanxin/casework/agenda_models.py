"""What staff set for themselves about what falls due: the address of their calendar, their morning letter.

Invariant: of an address only the digest of its secret is kept; a person has at most one that stands. A person has at most one
letter a day.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Feed(models.Model):
    """The secret address of a person's calendar: whoever has it reads what falls due for that person, until it is ended."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="feed_one_stands"),
            models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="feed_is_hashed"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.made_at:%F %T}"


class Letter(models.Model):
    """Whether a person wants the morning letter, and the day of the last."""

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="+")
    wanted = models.BooleanField(default=True)
    sent_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.sent_on}"
