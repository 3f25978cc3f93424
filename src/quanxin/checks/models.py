"""Checks, their results, and what became of these; lists that wait to be checked, and persons whose check waits for approval.

Invariant: a check and its results are written together and never changed; a use of a result is written once. A result says
what its digest was made of. Nobody approves the check of a person that they asked for themselves.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from quanxin.runtime.free_text import FreeLine, FreeText
from quanxin.work.models import Work


def new_list_id() -> str:
    """The name of a list that is handed in."""
    return uuid.uuid4().hex


class Check(models.Model):
    """One check: an item in its edition, a case, what was said of it, as of a moment, and until when it may be used.

    ``looked_at`` names the resources and lists. ``subjects`` is how many results it has, ``counts`` how many of each
    verdict. ``key`` tells a form that is sent twice.
    """

    class Source(models.TextChoices):
        ONE = "one", _("单个核查")
        LIST = "list", _("批量核查")
        MACHINE = "machine", _("接口核查")
        PERSON = "person", _("人员核查")

    number = models.CharField(max_length=24, unique=True)
    key = models.CharField(max_length=64, unique=True, null=True)
    item = models.CharField(max_length=64)
    item_edition = models.CharField(max_length=64)
    pack_edition = models.CharField(max_length=64)
    department = models.CharField(max_length=64)
    organisation = models.CharField(max_length=64, blank=True)
    purpose = models.CharField(max_length=64)
    words = FreeLine(max_length=200)
    case_ref = FreeLine(max_length=128)
    source = models.CharField(max_length=8, choices=Source.choices)
    actor = models.CharField(max_length=128)
    approved_by = models.CharField(max_length=128, blank=True)
    as_of = models.DateTimeField(db_index=True)
    asked_at = models.DateTimeField()
    valid_until = models.DateField()
    looked_at = models.JSONField()
    subjects = models.PositiveIntegerField()
    counts = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["department", "as_of"])]
        constraints = [
            models.CheckConstraint(condition=~Q(words="") & ~Q(case_ref=""), name="check_has_words_and_case"),
            models.CheckConstraint(condition=~Q(approved_by=F("actor")), name="check_approved_by_another"),
            models.CheckConstraint(
                condition=~Q(source="person") | ~Q(approved_by=""), name="check_of_a_person_is_approved"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Result(models.Model):
    """What a check says of one of those it asked about, in the order in which they were asked about.

    ``subject_id`` is null for who is not in the register. Of a natural person neither code nor name stands here.
    """

    class Verdict(models.TextChoices):
        CLEAR = "clear", _("未见记录")
        HINT = "hint", _("有提示")
        RESTRICTED = "restricted", _("可以限制")
        UNKNOWN = "unknown-subject", _("查无此主体")
        NOT_TARGET = "not-a-target", _("不属于核查对象")
        PERSON = "person-not-allowed", _("不得核查自然人")
        MALFORMED = "malformed-code", _("代码有误")
        DOUBLED = "doubled", _("重复行")

    check_of = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="results")
    position = models.PositiveIntegerField()
    subject_id = models.BigIntegerField(null=True)
    code = FreeLine(max_length=64, blank=True)
    name = FreeLine(max_length=400, blank=True)
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    findings = models.JSONField(default=list)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["check_of", "position"]
        indexes = [models.Index(fields=["subject_id"])]
        constraints = [models.UniqueConstraint(fields=["check_of", "position"], name="result_once")]

    def __str__(self) -> str:
        return f"{self.check_of_id}/{self.position} {self.verdict}"


class Use(models.Model):
    """What became of a result in its case."""

    class Decision(models.TextChoices):
        PASSED = "passed", _("予以通过")
        RESTRICTED = "restricted", _("依措施限制")
        IGNORED = "ignored", _("未采用核查结果")

    result = models.OneToOneField(Result, on_delete=models.PROTECT, related_name="use")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    measure = models.CharField(max_length=64, blank=True)
    reason = FreeText(blank=True)
    actor = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(decision="ignored", reason=""), name="use_ignored_has_reason"),
            models.CheckConstraint(
                condition=Q(decision="restricted") & ~Q(measure="") | ~Q(decision="restricted") & Q(measure=""),
                name="use_restricted_by_a_measure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result_id} {self.decision}"


class ListRequest(Work):
    """A list that is to be checked: the file as it was handed in, sealed, which goes when the work is over."""

    id = models.CharField(primary_key=True, max_length=32, default=new_list_id)
    item = models.CharField(max_length=64)
    words = FreeLine(max_length=200)
    case_ref = FreeLine(max_length=128)
    districts = models.JSONField(default=list)
    file_name = FreeLine(max_length=255)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    check_made = models.OneToOneField(Check, on_delete=models.PROTECT, null=True, related_name="asked_by_list")

    class Meta(Work.Meta):
        constraints = [
            *Work.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(state="done") | Q(check_made__isnull=False), name="list_done_has_its_check"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.item}"


class PersonRequest(models.Model):
    """That a natural person be checked, for a staff item; it waits for somebody else's approval (``approved`` null)."""

    item = models.CharField(max_length=64)
    organisation = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    words = FreeLine(max_length=200)
    case_ref = FreeLine(max_length=128)
    asked_by = models.CharField(max_length=128)
    asked_at = models.DateTimeField()
    approved = models.BooleanField(null=True)
    decided_by = models.CharField(max_length=128, blank=True)
    decided_at = models.DateTimeField(null=True)
    remark = FreeText(blank=True)
    check_made = models.OneToOneField(Check, on_delete=models.PROTECT, null=True, related_name="asked_for_person")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(decided_by=F("asked_by")), name="person_check_by_two"),
            models.CheckConstraint(
                condition=Q(approved=None, decided_at=None, decided_by="", check_made=None)
                | Q(approved=True, decided_at__isnull=False, check_made__isnull=False) & ~Q(decided_by="")
                | Q(approved=False, decided_at__isnull=False, check_made=None) & ~Q(decided_by="") & ~Q(remark=""),
                name="person_check_decided_one_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.pk}"


class Frame(models.Model):
    """A site whose pages may show a client's results in a frame: its origin (``https://host``)."""

    client = models.CharField(max_length=64)
    origin = models.CharField(max_length=200)
    made_by = models.CharField(max_length=128)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "origin"], name="frame_once")]

    def __str__(self) -> str:
        return f"{self.client} {self.origin}"
