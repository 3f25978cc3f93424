"""Measures as they are applied: one application a ground, by one department, with its beginning and its end.

Invariant: an application begins on a record that stands (a trigger asks for it) and is of one record, one measure, one
department, once: lifted, it stays lifted. What is suspended keeps its day of ending.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from quanxin.casework.models import Case


class Application(models.Model):
    """A measure that a department applies to a subject, decided in a case of a procedure.

    ``resource`` and ``key_hash`` name the record that grounds it, in all its versions; ``ground`` how it does: membership
    of a list, or what the measure names. It holds from ``since`` through ``until``, where its ground has an end.
    """

    class State(models.TextChoices):
        IN_FORCE = "in-force", "实施中"
        SUSPENDED = "suspended", "暂停"
        LIFTED = "lifted", "已解除"

    class Cause(models.TextChoices):
        REPAIRED = "repaired", "信用修复"
        DELETED = "deleted", "依本人申请删除"
        WITHDRAWN = "withdrawn", "记录已撤回"
        REMOVED = "removed", "移出名单"
        CORRECTED = "corrected", "记录已更正"
        EXPIRED = "expired", "期限届满"
        RULE = "rule", "依据的规定不再适用"
        SUBJECT = "subject", "主体关联已变更"
        DECIDED = "decided", "实施单位决定解除"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="application")
    measure = models.CharField(max_length=64)
    enforcer = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    resource = models.CharField(max_length=64)
    key_hash = models.UUIDField()
    ground = models.CharField(max_length=80)
    since = models.DateField()
    until = models.DateField(null=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.IN_FORCE)
    stayed = models.BooleanField(default=False)  # by a court or by the department, whatever becomes of the record
    applied_at = models.DateTimeField()
    applied_by = models.CharField(max_length=128)
    lifted_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=9, choices=Cause.choices, blank=True)
    feedback_at = models.DateTimeField(null=True)  # when it was last said what came of it

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_id", "key_hash"]),
            models.Index(fields=["resource"], condition=Q(lifted_at=None), name="application_live"),
            models.Index(fields=["until"], condition=Q(lifted_at=None), name="application_ending"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "enforcer", "subject_id", "resource", "key_hash"], name="application_once"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, cause="") & ~Q(state="lifted")
                | Q(lifted_at__isnull=False, state="lifted") & ~Q(cause=""),
                name="application_lifted_for_a_cause",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="application_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.subject_id} {self.state}"


class Due(models.Model):
    """What may or must be applied to a subject as it was last reckoned: for a department's list of what it could do.

    It is nothing that holds: whoever applies a measure has its ground looked at anew. Natural persons stand in no list.
    """

    measure = models.CharField(max_length=64)
    must = models.BooleanField()
    subject_id = models.BigIntegerField(db_index=True)
    resource = models.CharField(max_length=64)
    record_id = models.BigIntegerField()
    ground = models.CharField(max_length=80)
    since = models.DateField()
    until = models.DateField(null=True)
    suspended = models.BooleanField()

    class Meta:
        ordering = ["-must", "-since", "-id"]
        indexes = [models.Index(fields=["measure", "subject_id"])]
        constraints = [models.UniqueConstraint(fields=["measure", "record_id", "ground"], name="due_once")]

    def __str__(self) -> str:
        return f"{self.measure} {self.subject_id}"
