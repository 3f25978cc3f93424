"""Draws: what was promised beforehand, what came of it, and the chains of secrets that they reveal.

Invariant: a code of a chain is revealed for one draw; what was committed does not change afterwards; a draw that is void stays.
"""

from __future__ import annotations

from django.db import models

from quanxin.casework.models import Case


class Chain(models.Model):
    """A chain of hashes of one secret, which is sealed; ``used`` is how many of its codes were given out."""

    provider = models.CharField(max_length=64)
    secret = models.BinaryField()
    length = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.provider} {self.used}/{self.length}"


class Draw(models.Model):
    """A draw, decided in a case of a procedure. ``folder`` are its published files; ``committed`` the digest of what was
    promised, as hex; ``chain`` and ``place`` which code it reveals."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="draw")
    plan_line = models.ForeignKey("supervision.PlanLine", on_delete=models.PROTECT, null=True, related_name="draws")
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, null=True, related_name="draws")
    place = models.PositiveIntegerField(null=True)
    method = models.CharField(max_length=16)
    folder = models.CharField(max_length=64, blank=True)
    root = models.CharField(max_length=64, blank=True)
    committed = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["chain", "place"], name="draw_code_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.method}"


class Selected(models.Model):
    """An object that a draw selected, with its stratum and place in the order; the inspection that came of it."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="selected")
    stratum = models.CharField(max_length=64)
    label = models.CharField(max_length=256)
    subject_id = models.BigIntegerField()
    place = models.PositiveIntegerField()
    substitute = models.BooleanField(default=False)
    inspectors = models.JSONField(default=list)  # cards

    class Meta:
        ordering = ["draw_id", "stratum", "place"]
        constraints = [models.UniqueConstraint(fields=["draw", "label"], name="selected_once")]

    def __str__(self) -> str:
        return self.label
