"""What the interface remembers between requests: answers to idempotency keys, requests counted by the
minute, and dead tokens by the hour.

Invariant: one client's key has one answer; a key used for another request is refused, never answered with the wrong
one.
"""

from __future__ import annotations

from django.db import models


class Answer(models.Model):
    """The answer that a client's request under an idempotency key was given."""

    client = models.ForeignKey("accounts.ApiClient", on_delete=models.CASCADE)
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.key}"


class DeadToken(models.Model):
    """How many tokens that are unknown, revoked or expired were tried in an hour (counted from the epoch): of a client, where
    the token is still known, else from a network."""

    pk = models.CompositePrimaryKey("hour", "who")
    hour = models.BigIntegerField()
    who = models.CharField(max_length=80)
    tries = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.hour} {self.who} {self.tries}"


class Minute(models.Model):
    """How many requests a client made in a minute (counted from the epoch)."""

    pk = models.CompositePrimaryKey("client_id", "minute")
    client = models.ForeignKey("accounts.ApiClient", on_delete=models.CASCADE)
    minute = models.BigIntegerField()
    requests = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.client_id} {self.minute} {self.requests}"
