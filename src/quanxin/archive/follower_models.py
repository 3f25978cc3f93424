"""How far those who follow the archive's events have come, and what they could not do yet.

Invariant: an event is behind a follower's position, done or set aside; what is set aside stays until it was done.
"""

from __future__ import annotations

from django.db import models

from quanxin.runtime.free_text import FreeLine


class Follower(models.Model):
    """Somebody who acts on events, by name: the position of the last event that was looked at."""

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} {self.position}"


class SetAside(models.Model):
    """What a follower could not do because of an event: for one subject, or for the event as a whole (``subject`` 0).

    ``next_at`` is when it is tried again; None once it waits for somebody.
    """

    follower = models.CharField(max_length=40)
    event = models.ForeignKey("archive.Event", on_delete=models.PROTECT, related_name="set_aside")
    subject = models.BigIntegerField(default=0)
    reason = FreeLine(max_length=500)
    attempts = models.PositiveIntegerField(default=1)
    since = models.DateTimeField()
    next_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["follower", "next_at"], name="set_aside_due")]
        constraints = [models.UniqueConstraint(fields=["follower", "event", "subject"], name="set_aside_once")]

    def __str__(self) -> str:
        return f"{self.follower} {self.event_id} {self.subject}"
