"""Records, the batches that brought them, and the editions of the catalogue that allow them.

Invariant: the record table only grows. A change is a new version; of an old row only ``superseded_at`` is ever set,
once, and a trigger refuses everything else. A record exists only under a batch, a batch only under an edition of a
catalogue resource that was in force and cites its basis: the database refuses the rest.
"""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from quanxin.archive.follower_models import Follower as Follower
from quanxin.archive.follower_models import SetAside as SetAside
from quanxin.archive.transfer_models import Transfer as Transfer
from quanxin.archive.transfer_models import TransferredRecord as TransferredRecord
from quanxin.runtime.free_text import FreeLine, FreeText


class Edition(models.Model):
    """One edition of a catalogue resource as the pack had it when rows came in under it."""

    resource = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    pack = models.CharField(max_length=32)
    in_force_from = models.DateField()
    in_force_until = models.DateField(null=True)
    basis = models.JSONField()
    definition = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "digest"], name="edition_once"),
            models.CheckConstraint(condition=~Q(basis=[]), name="edition_has_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.digest[:12]}"


def row_salt() -> bytes:
    """What the rows of a batch are salted with in the public log."""
    return secrets.token_bytes(16)


class Batch(models.Model):
    """A hand-in that was committed whole. Its row is the manifest of its files in the lake and carries its receipt.

    ``row_salt`` is never told: without it the root over the rows, which the public log commits to, says nothing of any.
    """

    id = models.CharField(primary_key=True, max_length=32)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="batches")
    resource = models.CharField(max_length=64)
    provider = models.CharField(max_length=64)
    mode = models.CharField(max_length=8)
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    replay_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replays")
    received = models.BigIntegerField()
    accepted = models.BigIntegerField()
    updated = models.BigIntegerField()
    duplicate = models.BigIntegerField()
    quarantined = models.BigIntegerField()
    unlinked = models.BigIntegerField()
    received_on = models.DateField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=128)
    receipt = models.JSONField()
    manifest = models.JSONField()
    row_salt = models.BinaryField(default=row_salt)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["resource", "provider", "file_sha256"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    received=models.F("accepted")
                    + models.F("updated")
                    + models.F("duplicate")
                    + models.F("quarantined")
                    + models.F("unlinked")
                ),
                name="batch_buckets_add_up",
            ),
            models.UniqueConstraint(
                fields=["resource", "provider", "mode", "file_sha256"],
                condition=Q(replay_of=None, taken_back_at=None),
                name="batch_file_once",
            ),
        ]

    def __str__(self) -> str:
        return self.id


class Record(models.Model):
    """A version of a record about a subject. The table is partitioned by a hash of ``subject``.

    Natural key: subject, resource, ``key_hash``; at most one version of it is current (``superseded_at`` null), and it
    is ``provider``'s alone: another's takes its place only by a ``Transfer``.
    ``payload`` holds exactly the catalogue's fields. ``published`` and ``public_until`` are derived from the rules of
    the batch's edition and the publication tiers; whether a record is public today is computed from them.
    """

    pk = models.CompositePrimaryKey("subject_id", "id")
    id = models.BigIntegerField()
    subject_id = models.BigIntegerField()
    resource = models.CharField(max_length=64)
    key_hash = models.UUIDField()
    content_hash = models.UUIDField()
    version = models.IntegerField()
    payload = models.JSONField()
    event_date = models.DateField(null=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    published = models.BooleanField()
    public_until = models.DateField(null=True)
    tier = models.CharField(max_length=32, null=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    batch_id = models.CharField(max_length=32)
    provider = models.CharField(max_length=64)
    row_no = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "archive_record"

    def __str__(self) -> str:
        return f"{self.resource} {self.id} v{self.version}"


class Event(models.Model):
    """Something that happened to records, written in the act's own transaction, for other slices to act on.

    ``position`` is given by the database as the last thing before the commit, under a lock that ends with it: events
    become visible in the order of their positions, and none slips in behind one that was read.
    """

    class Kind(models.TextChoices):
        BATCH_COMMITTED = "batch-committed"
        RECORDS_WITHDRAWN = "records-withdrawn"
        SUBJECTS_MERGED = "subjects-merged"
        SUBJECTS_SPLIT = "subjects-split"
        JUDGEMENT_UNDONE = "judgement-undone"
        RECORDS_RESTRICTED = "records-restricted"
        RECORDS_RELEASED = "records-released"
        RECORDS_TRANSFERRED = "records-transferred"

    kind = models.CharField(max_length=32, choices=Kind.choices)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT)
    subject = models.BigIntegerField(null=True)
    particulars = models.JSONField(default=dict)
    at = models.DateTimeField()
    position = models.BigIntegerField(null=True, unique=True, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.batch_id or self.subject}"


class Withdrawal(models.Model):
    """A provider's act that ends records of its own: who, when, why, and which records by ``WithdrawnRecord``."""

    class Kind(models.TextChoices):
        REVOKED = "revoked", "决定已撤销"
        MISTAKEN = "mistaken", "报送有误"
        TAKEN_BACK = "taken-back", "整批撤回"
        REPLACED = "replaced", "替换报送未列"
        UNDONE = "undone", "主体关联已撤销"
        ANOTHERS = "anothers", "裁定归其他单位"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    resource = models.CharField(max_length=64)
    provider = models.CharField(max_length=64)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="withdrawals")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="withdrawal")
    reason = FreeText()
    actor = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_has_reason")]

    def __str__(self) -> str:
        return f"{self.kind} {self.resource} {self.pk}"


class WithdrawnRecord(models.Model):
    """A record that a withdrawal ended. ``restored_id`` is the new version that stands in its place, where taking a
    batch back gave an earlier content back."""

    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.PROTECT, related_name="records")
    subject_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    key_hash = models.UUIDField()
    version = models.IntegerField()
    restored_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject_id", "key_hash"])]
        constraints = [models.UniqueConstraint(fields=["record_id"], name="record_withdrawn_once")]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.record_id}"


class Restriction(models.Model):
    """What a decision takes from the reach of a record, in all its versions, from a moment until it is ended.

    It is about the record of a natural key under its subject. Repaired, shielded and deleted ones are out of sight of
    the public and of whoever else uses them, and count for no score; a disputed one bears its mark, and nothing that
    happens by itself follows from it. ``case`` names the decision, ``basis`` the articles that it rests on.
    """

    class Kind(models.TextChoices):
        REPAIRED = "repaired", "已修复"
        SHIELDED = "shielded", "重整、和解期间暂时屏蔽"
        DELETED = "deleted", "依本人申请删除"
        DISPUTED = "disputed", "异议处理中"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    subject_id = models.BigIntegerField()
    resource = models.CharField(max_length=64)
    key_hash = models.UUIDField()
    case = models.CharField(max_length=64)
    basis = models.JSONField()
    actor = models.CharField(max_length=128)
    from_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=128, blank=True)
    ended_reason = FreeText(blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject_id", "key_hash"]), models.Index(fields=["case"])]
        constraints = [
            models.CheckConstraint(condition=~Q(case="") & ~Q(basis=[]), name="restriction_has_case_and_basis"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="", ended_reason="")
                | (Q(ended_at__gte=models.F("from_at")) & ~Q(ended_by="") & ~Q(ended_reason="")),
                name="restriction_ended_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["subject_id", "resource", "key_hash", "kind"],
                condition=Q(ended_at=None),
                name="restriction_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} {self.resource} {self.case}"


class Access(models.Model):
    """One reading of a subject's data that is not public: who, as what, what for. Its subject may see it."""

    at = models.DateTimeField()
    viewer = models.CharField(max_length=32)
    actor = models.CharField(max_length=128)
    purpose = FreeLine(max_length=200)
    subject_id = models.BigIntegerField(db_index=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(purpose=""), name="access_has_purpose")]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor} {self.subject_id}"
