"""The register of credit subjects (信用主体), their identifiers and names over time, and judgements about them.

Invariant: a subject is one legal or natural person; two of them become one, or one becomes two, only by a judgement
that a named person made, gave a reason for, and can undo. Names and identifiers are added with the day they hold
from and the moment they became known; they are never overwritten.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from quanxin.runtime.free_text import FreeText

IDENTITY = "identity"  # what a natural person's number is sealed as


class Subject(models.Model):
    """One subject. ``code`` and ``name`` repeat the current identifier and name, for lists and search."""

    type = models.CharField(max_length=32)
    code = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=400)
    region = models.CharField(max_length=6, blank=True)
    natural = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="absorbed")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["code"])]
        constraints = [models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="subject_not_in_itself")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Identifier(models.Model):
    """A number that identifies a subject.

    For natural persons ``value`` is a keyed blind index and ``sealed`` the encrypted number; for all others ``value``
    is the number itself. A 统一社会信用代码 belongs to one subject at a time, and the database sees to it.
    """

    class Kind(models.TextChoices):
        USCC = "uscc", "统一社会信用代码"
        REGISTRATION = "registration-number", "注册号"
        ORGANISATION = "organisation-code", "组织机构代码"
        IDENTITY = "identity", "身份证件号码"

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    value = models.CharField(max_length=64)
    sealed = models.BinaryField(null=True)
    valid_from = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    batch = models.CharField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["value", "kind"])]  # numbers are asked for without their kind too
        constraints = [
            models.UniqueConstraint(
                fields=["value"], condition=Q(kind__in=["uscc", "identity"]), name="identifier_one_holder"
            ),
            models.UniqueConstraint(fields=["subject", "kind", "value"], name="identifier_once_per_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class Name(models.Model):
    """A name of a subject from ``valid_from`` (null: from the beginning) until the next name begins.

    ``stated_on`` is the date of the registration that states it: a later one may rename, one of the same day may not.
    ``valid_until`` is derived from the next name and stored for matching; an archive as of some moment derives it
    anew from what was known then.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="names")
    text = models.CharField(max_length=400)
    norm = models.CharField(max_length=400)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    stated_on = models.DateField(null=True)
    current = models.BooleanField(default=True)
    recorded_at = models.DateTimeField()
    batch = models.CharField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["norm"])]
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=Q(current=True), name="name_one_current"),
        ]

    def __str__(self) -> str:
        return self.text


class NamePair(models.Model):
    """Inverted index of names: each pair of neighbouring characters, as one number, of each searchable name.

    Natural persons are never in it: they cannot be searched for by name.
    """

    pk = models.CompositePrimaryKey("pair", "name_id")
    pair = models.BigIntegerField()
    name_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.pair} {self.name_id}"


class PairCount(models.Model):
    """How many names hold a pair: tells the search which pair is rarest."""

    pair = models.BigIntegerField(primary_key=True)
    names = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.pair} {self.names}"


class Finding(models.Model):
    """Something about the register that a steward should look at; nothing is merged because of it."""

    class Kind(models.TextChoices):
        CODE_TWO_NAMES = "code-two-names", "一码多名"
        NAME_TWO_CODES = "name-two-codes", "一名多码"

    kind = models.CharField(max_length=24, choices=Kind.choices)
    value = models.CharField(max_length=400)
    particulars = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    batch = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="finding_once")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class Decision(models.Model):
    """A steward's decision about an identity that rows state and no register tells: whose it is, or that it is none's.

    The identity is its strongest number (``kind``, ``value``) with the name stated beside it, or the name alone, and
    then of one provider only. A decision that stands teaches matching; undone, it is not consulted and stays on
    record. ``create`` made its subject; ``reject`` has none and teaches nothing.
    """

    class Act(models.TextChoices):
        LINK = "link", "关联"
        CREATE = "create", "新建主体"
        REJECT = "reject", "不予关联"

    class Kind(models.TextChoices):
        USCC = "uscc", "统一社会信用代码"
        REGISTRATION = "registration-number", "注册号"
        ORGANISATION = "organisation-code", "组织机构代码"
        NAME = "name", "名称"

    act = models.CharField(max_length=8, choices=Act.choices)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    value = models.CharField(max_length=400)
    name = models.CharField(max_length=400, blank=True)
    provider = models.CharField(max_length=64, blank=True)
    subject = models.ForeignKey(Subject, null=True, on_delete=models.PROTECT, related_name="decisions")
    particulars = models.JSONField(default=dict)
    actor = models.CharField(max_length=128)
    reason = FreeText()
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=128, blank=True)
    undone_reason = FreeText(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="decision_has_reason"),
            models.CheckConstraint(
                condition=Q(act="reject", subject=None) | (~Q(act="reject") & Q(subject__isnull=False)),
                name="decision_has_subject",
            ),
            models.CheckConstraint(condition=Q(kind="name") ^ Q(provider=""), name="decision_name_of_provider"),
            models.UniqueConstraint(
                fields=["kind", "value", "name", "provider"],
                condition=Q(undone_at=None, subject__isnull=False),
                name="decision_one_stands",
            ),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(act="create", undone_at=None), name="decision_made_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.kind} {self.value}"


class Judgement(models.Model):
    """A person's decision that two subjects are one (merge) or one is two (split); undone, it stays on record."""

    class Kind(models.TextChoices):
        MERGE = "merge", "合并"
        SPLIT = "split", "拆分"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    kept = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="judgements_kept")
    other = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="judgements_other")
    particulars = models.JSONField(default=dict)
    actor = models.CharField(max_length=128)
    reason = FreeText()
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=128, blank=True)
    undone_reason = FreeText(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="judgement_has_reason"),
            models.UniqueConstraint(
                fields=["other"], condition=Q(kind="merge", undone_at=None), name="judgement_merged_once"
            ),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.kept_id} {self.other_id}"
