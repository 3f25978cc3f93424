"""Cases: matters that somebody must handle in time, what was done in each, the terms that run, and what people are told.

Invariant: a case is about one record, or one score, of one subject; its history only grows. It stands in one state, and a
state that the law gives a term has a term that runs until the state ends; a term that lapsed stays lapsed. What decided
cases say never changes.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from quanxin.runtime.free_text import FreeJson, FreeLine, FreeText
from quanxin.subjects.models import Subject


class Case(models.Model):
    """One run of a procedure (its ``kind``), which ends in a state that the procedure calls an end.

    ``subject_id``, ``resource`` and ``key_hash`` name the record in all its versions, ``record_id`` and ``version`` the
    one that was looked at when the case was filed; an objection to a score names its ``model`` instead. ``named`` is what
    tells it apart from others about the same subject, where the procedure says by what. ``provider`` is
    whose clerks decide it: the record's provider, or the department that began it; "" is the credit centre's reviewers.
    """

    class About(models.TextChoices):
        RECORD = "record", "记录"
        SCORE = "score", "得分"
        SUBJECT = "subject", "主体"
        NOTHING = "nothing", "尚无"

    class Channel(models.TextChoices):
        ONLINE = "online", "网上"
        WINDOW = "window", "窗口"

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=64)  # the key of its procedure
    state = models.CharField(max_length=64)
    open = models.BooleanField(default=True)
    exclusive = models.BooleanField(default=False)  # while it is open, no other of its kind is about the same
    about = models.CharField(max_length=8, choices=About.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    subject_id = models.BigIntegerField()
    resource = models.CharField(max_length=64, blank=True)
    key_hash = models.UUIDField(null=True)
    record_id = models.BigIntegerField(null=True)
    version = models.IntegerField(null=True)
    model = models.CharField(max_length=64, blank=True)
    named = FreeLine(max_length=128, blank=True)
    provider = models.CharField(max_length=64, blank=True)
    filed_by = models.CharField(max_length=128)
    on_behalf = FreeLine(max_length=200, blank=True)  # an agent's authority, or whom the window acted for
    contact = models.CharField(max_length=200, blank=True)
    statement = FreeText(blank=True)
    particulars = FreeJson(default=dict)  # what the rules of the day of filing said: window, regime, materials
    filed_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=128, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=128, blank=True)
    reason = FreeText(blank=True)
    joined_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="joined")
    looks_at = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="second_looks")
    after = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reapplied")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_id", "key_hash"]),
            models.Index(fields=["open", "provider", "state"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(~Q(resource=""), about="record", model="", key_hash__isnull=False, record_id__isnull=False)
                | Q(~Q(model=""), about="score", resource="", key_hash=None, record_id=None)
                | Q(about__in=["subject", "nothing"], resource="", model="", key_hash=None, record_id=None),
                name="case_is_about_what_it_says",
            ),
            models.CheckConstraint(condition=Q(open=True) | Q(decided_at__isnull=False) | ~Q(joined_to=None),
                                   name="case_ends_at_a_moment"),
            models.UniqueConstraint(
                fields=["kind", "subject_id", "resource", "key_hash", "model", "named"],
                condition=Q(open=True, exclusive=True, about__in=["record", "score"]),
                name="case_one_open", nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_id", "named", "provider"],
                condition=Q(open=True, exclusive=True, about__in=["subject", "nothing"]), name="case_one_open_of_department",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def reference(self) -> str:
        """How restrictions, attachments and audit lines name the case."""
        return f"case:{self.pk}"

    @cached_property
    def subject(self) -> Subject:
        """Its subject, as it was when the case was filed; it may have been merged into another since."""
        return Subject.objects.select_related("merged_into").get(pk=self.subject_id)


class Step(models.Model):
    """One act in a case: what was done, by whom, when, and what was said; never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=64)
    state = models.CharField(max_length=64)  # in which it left the case
    actor = models.CharField(max_length=128)
    at = models.DateTimeField()
    note = FreeText(blank=True)
    particulars = FreeJson(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.act}"


class Term(models.Model):
    """A statutory term that runs for a case: under which clock, since when, until when; stopped when its act was done.

    ``warned`` is how many of its warnings were sent, ``extended`` how often it was put off. While more is waited for from
    the applicant it is paused; ``paused_days`` are the working days that it stood still.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="terms")
    clock = models.CharField(max_length=64, blank=True)  # "" where it runs until a day
    until = models.DateField(null=True)
    state = models.CharField(max_length=64)  # whose procedure's clock runs
    act = models.CharField(max_length=64, blank=True)  # that gave it another clock than its state's
    role = models.CharField(max_length=16)
    provider = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    next_at = models.DateTimeField(db_index=True)  # when something is to be said next: a warning, or that it lapsed
    warnings = models.JSONField(default=list)  # moments in order, ISO texts
    warned = models.PositiveSmallIntegerField(default=0)
    escalate_to = models.CharField(max_length=16, blank=True)
    escalated_at = models.DateTimeField(null=True)
    extended = models.PositiveSmallIntegerField(default=0)
    paused_at = models.DateTimeField(null=True)
    paused_days = models.PositiveSmallIntegerField(default=0)
    provisional = models.BooleanField(default=False)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) ^ Q(clock=""), name="term_of_a_clock_or_until_a_day"),
            models.UniqueConstraint(fields=["case"], condition=Q(stopped_at=None), name="term_one_runs"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.clock} {self.due_at:%F %T}"

    @property
    def lapsed(self) -> bool:
        """Whether its act came, or will come, after its last moment."""
        return self.escalated_at is not None


class Notice(models.Model):
    """What somebody is told: a subject, or the holders of a role (for a provider). Its wording stands in the pack.

    ``particulars`` fill the wording; ``once`` keeps the same thing from being told twice.
    """

    key = models.CharField(max_length=64)
    subject_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=16, blank=True)
    provider = models.CharField(max_length=64, blank=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="notices")
    record_id = models.BigIntegerField(null=True)
    particulars = FreeJson(default=dict)
    once = models.CharField(max_length=128, unique=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.CharField(max_length=128, blank=True)
    mailed_at = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_id", "-id"]), models.Index(fields=["role", "provider", "-id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(subject_id__isnull=False, role="") | (Q(subject_id=None) & ~Q(role="")),
                name="notice_to_a_subject_or_a_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.once}"


from quanxin.casework.agenda_models import Feed, Letter  # noqa: E402,F401  Django finds models here
from quanxin.casework.saved_views import SavedView  # noqa: E402,F401  Django finds models here
from quanxin.casework.visit_models import Visit  # noqa: E402,F401  Django finds models here
