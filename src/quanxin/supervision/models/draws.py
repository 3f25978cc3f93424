"""Draws: what was promised beforehand, what came of it, and the chains of secrets that they reveal.

Invariant: a chain is one draw's, and its codes are revealed one after the other; what was committed does not change afterwards; a
draw that is void stays, and one more of the same line follows it by name, with the reason.
"""

from __future__ import annotations

from django.db import models

from quanxin.casework.models import Case
from quanxin.runtime.free_text import FreeLine


class Chain(models.Model):
    """A chain of hashes of one secret, which is sealed: one draw's alone. ``used`` is how many of its codes were revealed."""

    provider = models.CharField(max_length=64)
    secret = models.BinaryField()
    length = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.provider} {self.used}/{self.length}"


class Draw(models.Model):
    """A draw, decided in a case of a procedure. ``folder`` are its published files; ``root`` and ``committed`` as hex, of the
    frame and of what was promised. ``after`` is the draw of the same line before it, ``again`` why there is one more."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="draw")
    plan_line = models.ForeignKey("supervision.PlanLine", on_delete=models.PROTECT, related_name="draws")
    after = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="followed_by")
    again = FreeLine(max_length=500, blank=True)
    chain = models.OneToOneField(Chain, on_delete=models.PROTECT, null=True, related_name="draw")
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
        constraints = [
            models.CheckConstraint(condition=models.Q(after=None) | ~models.Q(again=""), name="draw_again_says_why"),
            models.CheckConstraint(
                condition=models.Q(drawn_at=None) | ~models.Q(committed="") & ~models.Q(root=""),
                name="draw_was_committed_to",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.method}"


class Selected(models.Model):
    """An object that a draw selected, with its stratum and place in the order; the inspection that came of it. ``withdrawn`` is
    the reason, fixed beforehand, for which another was taken instead."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="selected")
    stratum = models.CharField(max_length=64)
    label = models.CharField(max_length=256)
    subject_id = models.BigIntegerField()
    place = models.PositiveIntegerField()
    substitute = models.BooleanField(default=False)
    withdrawn = models.CharField(max_length=64, blank=True)
    inspectors = models.JSONField(default=list)  # cards

    class Meta:
        ordering = ["draw_id", "stratum", "place"]
        constraints = [models.UniqueConstraint(fields=["draw", "label"], name="selected_once")]

    def __str__(self) -> str:
        return self.label
