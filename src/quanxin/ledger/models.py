"""The seals of days, what was removed after its term, and the leaves, tiles and heads of the public log.

Invariant: these tables only grow. A seal names the one before it, and one alone follows it; a line goes only under a
removal, which stays, and whose days stay sealed. A leaf gets its place in the log once; only what opens it may be forgotten.
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


class Leaf(models.Model):
    """Something that the public log commits to: a batch, a decision, a draw, the seal of a day.

    ``entry`` is what the log shows: the kind, the moment, and the SHA-256 of ``salt`` and ``content``. Whoever has these
    two opens the leaf; once they are forgotten it proves that something stood there, and nothing of what. ``about`` is
    for the platform to find it. ``place`` in the log is None until it is sequenced.
    """

    kind = models.CharField(max_length=32)
    about = models.CharField(max_length=128)
    content = models.JSONField(null=True)
    salt = models.BinaryField(null=True)
    entry = models.BinaryField()
    at = models.DateTimeField()
    place = models.BigIntegerField(null=True, unique=True)

    class Meta:
        ordering = ["place"]
        indexes = [
            models.Index(fields=["about", "kind"], name="leaf_about"),
            models.Index(fields=["id"], condition=Q(place=None), name="leaf_waiting"),
        ]
        constraints = [models.CheckConstraint(condition=Q(place=None) | Q(place__gte=0), name="leaf_place")]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"


class Tile(models.Model):
    """The hashes of up to 256 subtrees beside each other (``proofs.tiles``); one that is not full grows at its end."""

    pk = models.CompositePrimaryKey("level", "number")
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class Head(models.Model):
    """A checkpoint that was signed: how many leaves, the root, the signed note as it is served, and how many ``witnesses``
    cosigned it."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()
    witnesses = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["size"]
        indexes = [models.Index(fields=["size"], condition=Q(witnesses__gt=0), name="head_witnessed")]

    def __str__(self) -> str:
        return str(self.size)
