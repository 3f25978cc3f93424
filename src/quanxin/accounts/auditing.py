"""The audit: a line for everything that is done, in a table that only grows.

Invariant: a line is written within the act that it tells of, never changed and never deleted (a trigger refuses it). What
slices do with lines (``lines``) is done within the act too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from quanxin.accounts.actors import Actor
from quanxin.calendar import now
from quanxin.runtime import log, slices
from quanxin.runtime.free_text import masked

_log = logging.getLogger("quanxin.requests")


class AuditLine(models.Model):
    """One act by one actor: what was done, to what, when, with which particulars."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=128)
    act = models.CharField(max_length=64)
    target = models.CharField(max_length=128, db_index=True)
    particulars = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor} {self.act} {self.target}"


def audit(actor: Actor, act: str, target: str, **particulars: Any) -> AuditLine:
    """Write the audit line of an act; call it inside the act's transaction."""
    return audit_all([(actor, act, target, particulars)])[0]


def audit_all(acts: Iterable[tuple[Actor, str, str, dict[str, Any]]]) -> list[AuditLine]:
    """Write the audit lines of several acts, each (actor, act, target, particulars), inside their transaction.

    The one door of every line: a personal number in a target or in a text among the particulars is masked.
    """
    at = now()
    lines = [
        AuditLine(at=at, actor=actor.name, act=act, target=masked(target), particulars=masked(particulars))
        for actor, act, target, particulars in acts
    ]
    with transaction.atomic(savepoint=False):
        AuditLine.objects.bulk_create(lines)
        for take in slices.lines():
            take(lines)
    if log.request_id.get():  # the log leads from a request to what it did, and no further
        for line in lines:
            _log.info("audit", extra={"line": str(line.pk), "act": line.act})
    return lines
