"""Editions of models, the runs that evaluated by them, and the score of each subject.

Invariant: a score is one of an organisation, by an edition that one person proposed and another approved, from a run
that says as of which day and with what knowledge. The database refuses a score, and a change of one, about a natural
person or a sole trader, whoever writes it; the history of scores only grows.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from quanxin.runtime.free_text import FreeText
from quanxin.work.models import Work


class Edition(models.Model):
    """An edition of a model that somebody proposed to evaluate by; once another approved it, it is in use.

    Of a model the edition approved last is in use. ``definition`` is the model as its pack had it.
    """

    model = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    pack = models.CharField(max_length=32)
    definition = models.JSONField()
    proposed_by = models.CharField(max_length=128)
    proposed_at = models.DateTimeField()
    reason = FreeText()
    decided_by = models.CharField(max_length=128, blank=True)
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)
    remark = FreeText(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="model_edition_has_reason"),
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("proposed_by")), name="model_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(approved=None, decided_at=None, decided_by="")
                | (Q(approved__isnull=False, decided_at__isnull=False) & ~Q(decided_by="")),
                name="model_edition_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["model", "digest"], condition=Q(approved=None), name="model_edition_proposed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.digest[:12]}"


class Run(models.Model):
    """One evaluation: by which edition, over whom, as of which day, with the knowledge of which moment.

    ``inputs`` is the SHA-256 of what was read, ``manifest`` the files that hold the results. ``current`` tells a run
    whose results became the scores of its subjects.
    """

    class Scope(models.TextChoices):
        CITY = "city", "全市"
        TOUCHED = "touched", "变动主体"

    model = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    pack_edition = models.CharField(max_length=64)
    scope = models.CharField(max_length=8, choices=Scope.choices)
    as_of = models.DateField()
    known_at = models.DateTimeField()
    inputs = models.CharField(max_length=64)
    engine = models.CharField(max_length=16)
    versions = models.JSONField()
    subjects = models.BigIntegerField()
    grades = models.JSONField()
    manifest = models.JSONField()
    current = models.BooleanField()
    drifted = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["model", "-id"])]

    def __str__(self) -> str:
        return f"{self.model} {self.as_of} {self.pk}"

    @property
    def choice(self) -> str:
        """By what a form names the run among other things to choose from."""
        return f"run:{self.pk}"


class Score(models.Model):
    """The score of a subject by a model, in hundredths, since the run that last changed it."""

    pk = models.CompositePrimaryKey("model", "subject_id")
    model = models.CharField(max_length=64)
    subject_id = models.BigIntegerField(db_index=True)
    score = models.IntegerField()
    grade = models.CharField(max_length=8)
    vetoes = models.BigIntegerField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.model} {self.subject_id} {self.grade}"


class Change(models.Model):
    """A score that a run gave first or otherwise than before; no score any more where ``grade`` is blank."""

    model = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="changes")
    score = models.IntegerField(null=True)
    grade = models.CharField(max_length=8, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject_id", "model"])]

    def __str__(self) -> str:
        return f"{self.model} {self.subject_id} {self.grade}"


class Study(Work):
    """A question that a modeller asked of editions and runs, and the figures that a job answered it with.

    ``question`` names the sides, each an edition, a day and a moment of knowledge; ``runs`` are the runs that answer.
    Figures are of the city as a whole: nobody is named in them.
    """

    class Kind(models.TextChoices):
        TRIAL = "trial", "试算"
        COMPARISON = "comparison", "比较"
        BACK_TEST = "back-test", "回测"

    model = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    question = models.JSONField()
    runs = models.JSONField(default=list)
    figures = models.JSONField(null=True)

    class Meta(Work.Meta):
        abstract = False
        ordering = ["-id"]
        indexes = [*Work.Meta.indexes, models.Index(fields=["model", "-id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
