"""What every long work has: who asked for it, how far it has come, how it ended.

Invariant: the database knows no half ending: what is done has no error, what was refused or cancelled says why in words, and
what is open has neither an end nor an error.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quanxin.calendar import now


class Work(models.Model):
    """A long work; its slice adds the columns of what was asked and of what came of it.

    ``moments`` says when each step of the present attempt began. ``emptied_at`` is when what was kept of it went.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等待处理")
        RUNNING = "running", _("正在处理")
        DONE = "done", _("已完成")
        REFUSED = "refused", _("未能完成")
        CANCELLED = "cancelled", _("已取消")

    actor = models.CharField(max_length=128)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    step = models.CharField(max_length=16, blank=True)
    moments = models.JSONField(default=dict)
    attempts = models.PositiveIntegerField(default=0)
    error = models.JSONField(null=True)
    cancelled_by = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["created_at"], name="%(class)s_open", condition=Q(finished_at=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", error__isnull=True, finished_at__isnull=False)
                | Q(state__in=["refused", "cancelled"], error__isnull=False, finished_at__isnull=False)
                | Q(state__in=["waiting", "running"], error__isnull=True, finished_at__isnull=True),
                name="%(class)s_ends_one_way",
            )
        ]

    @property
    def finished(self) -> bool:
        """Whether it is known what became of it."""
        return self.finished_at is not None
