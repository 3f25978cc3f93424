"""Commitments as they are offered, signed and looked after, beside the case that handles each.

Invariant: what was offered is kept in its very words with their SHA-256, and only that is signed; a signature is written once
and never changed; numbers follow one another without a gap; a confirmation is good for one text, once, and for a short time.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from quanxin.casework.models import Case
from quanxin.runtime.free_text import FreeLine, FreeText


class Commitment(models.Model):
    """What a case offers to be signed: the template by key and first day, and the text made of it.

    ``number`` is the national one, "" until it is signed. ``supply_by`` is the last day of what is handed in later.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="commitment")
    template = models.CharField(max_length=64)
    edition = models.DateField()
    kind = models.CharField(max_length=64)
    provider = models.CharField(max_length=64)
    matter = FreeLine(max_length=512)
    authority_code = models.CharField(max_length=18)
    text = FreeText()
    sha256 = models.CharField(max_length=64)
    supply_by = models.DateField(null=True)
    number = models.CharField(max_length=20, blank=True)
    signed_on = models.DateField(null=True)
    in_force_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["provider", "template"])]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="commitment_number_once"),
            models.CheckConstraint(
                condition=Q(number="", signed_on=None) | (~Q(number="") & Q(signed_on__isnull=False)),
                name="commitment_numbered_when_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.template} {self.case_id}"


class Confirmation(models.Model):
    """That a person is asked to confirm one text: made when it is shown, confirmed by a factor, used by the signature."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="confirmations")
    actor = models.CharField(max_length=128)
    sha256 = models.CharField(max_length=64)
    nonce = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=8, blank=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.case_id} {self.actor}"


class Signature(models.Model):
    """Who signed which text, when and how; only added to."""

    class How(models.TextChoices):
        CODE = "code", "动态口令"
        KEY = "key", "通行密钥"
        PAPER = "paper", "纸质签署"

    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, related_name="signature")
    signer = models.CharField(max_length=128)  # of a signature on paper: who recorded it
    on_behalf = FreeLine(max_length=200, blank=True)
    how = models.CharField(max_length=8, choices=How.choices)
    at = models.DateTimeField()
    signed_on = models.DateField()
    sha256 = models.CharField(max_length=64)
    text = FreeText()
    template = models.CharField(max_length=64)
    edition = models.DateField()

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.how}"


class Serial(models.Model):
    """The last number given on a day in a division; whoever takes the next waits for whoever has it."""

    division = models.CharField(max_length=6)
    day = models.DateField()
    last = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "day"], name="serial_of_a_day")]

    def __str__(self) -> str:
        return f"{self.division} {self.day} {self.last}"


class Duty(models.Model):
    """Something promised that somebody looks at: by when, whether it was drawn, and what was found."""

    class State(models.TextChoices):
        PLANNED = "planned", "待核查"
        UNDRAWN = "undrawn", "未抽中"
        MET = "met", "已履行"
        PARTLY = "partly", "部分履行"
        NOT_MET = "not-met", "未履行"
        CANNOT = "cannot-check", "暂不能核查"
        CORRECTED = "corrected", "已整改"

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="duties")
    key = models.CharField(max_length=64)
    due_on = models.DateField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    method = models.CharField(max_length=16)
    checked_on = models.DateField(null=True)
    checked_by = models.CharField(max_length=128, blank=True)
    evidence = FreeText(blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["state", "due_on"])]
        constraints = [models.UniqueConstraint(fields=["commitment", "key"], name="duty_once")]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.key} {self.state}"


ORDERED = "ordered_duty"  # where a case keeps which duty is to be corrected
OPEN = (Duty.State.PLANNED, Duty.State.CANNOT, Duty.State.PARTLY, Duty.State.NOT_MET)
UNMET = (Duty.State.PARTLY, Duty.State.NOT_MET)
