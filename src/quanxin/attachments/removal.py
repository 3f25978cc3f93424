"""Removing files: by the person who uploaded them in vain, by a reviewer, by the scanner's verdict, by night.

Invariant: the row of a removed file stays, with who removed it and why; its bytes go once that is committed, and what a
dying process left of them goes by night.
"""

from __future__ import annotations

import datetime as dt
import uuid
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive.own_matters import expect_others
from quanxin.attachments import scanning, storage
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.models import Attachment, Verdict
from quanxin.calendar import now

BY_NIGHT = Actor("job:attachments", frozenset())
_DAY = dt.timedelta(days=1)
_AT_ONCE = 1000


@act
def remove(actor: Actor, attachment: uuid.UUID, reason: str) -> Attachment:
    """Remove a file for a reason; one that is removed already stays as it is.

    Whoever uploaded it may, until it is tied to a case; afterwards a reviewer, whose own matter it is not. Raises
    ``NotAllowed`` for others, and ``AttachmentError`` without a reason or for an unknown number.
    """
    if not (reason := " ".join(reason.split())):
        raise AttachmentError("attachment-reason-missing")
    found = Attachment.objects.select_for_update().filter(pk=attachment).first()
    if found is None:
        raise AttachmentError("attachment-unknown", attachment=attachment)
    if found.case or found.uploaded_by != actor.name:
        actor.require(Role.REVIEWER)
        expect_others(actor, [found.subject_id], found.reference)
    return _removed(actor, found, reason)


def scan_waiting() -> dict[str, int]:
    """Have the scanner look at what it has not seen; return how many were clean, infected, and still wait.

    Without a scanner, or as long as it does not answer, everything stays as it is.
    """
    told = {"clean": 0, "infected": 0, "waiting": 0}
    scanner = scanning.scanner()
    if scanner is None:
        return told
    unseen = Attachment.objects.filter(removed_at=None, verdict__in=(Verdict.WAITING, Verdict.UNSCANNED))
    for identity in unseen.values_list("pk", flat=True):
        try:
            with transaction.atomic():
                told[_scan(scanner, identity)] += 1
        except (scanning.NoAnswer, AttachmentError):
            told["waiting"] += 1
            if not scanner.answers():
                break
    return told


def sweep() -> dict[str, int]:
    """Clear away what nobody needs; return how many of each.

    Files that no case took within ``ATTACHMENT_ORPHAN_DAYS`` are removed; drafts of dead processes, files without a
    row (both after a day, when whoever made them is certainly done), and what is left of removed files go.
    """
    before = now() - dt.timedelta(days=settings.ATTACHMENT_ORPHAN_DAYS)
    untied = 0
    for identity in Attachment.objects.filter(case="", removed_at=None, at__lt=before).values_list("pk", flat=True):
        with transaction.atomic():
            found = Attachment.objects.select_for_update().filter(pk=identity, case="", removed_at=None).first()
            if found is not None:
                days = settings.ATTACHMENT_ORPHAN_DAYS
                _removed(BY_NIGHT, found, f"{days} 天内没有事项使用 / no case took it within {days} days")
                untied += 1
    drafts = [path for path in storage.drafts() if _old(path)]
    strays = _strays()
    for path in (*drafts, *strays):
        storage.discard(path)
    return {"untied": untied, "drafts": len(drafts), "strays": len(strays)}


def _scan(scanner: scanning.Scanner, identity: uuid.UUID) -> str:
    """Scan one file that nobody else is at; say what came of it."""
    row = Attachment.objects.select_for_update(skip_locked=True).filter(pk=identity, removed_at=None).first()
    if row is None or row.verdict in (Verdict.CLEAN, Verdict.INFECTED):
        return "waiting"
    virus = scanner.virus(storage.place(row.pk))
    row.verdict, row.virus, row.scanned_at = (Verdict.INFECTED if virus else Verdict.CLEAN), virus, now()
    if virus:
        audit(BY_NIGHT, "attachment.infected", row.reference, virus=virus, sha256=row.sha256)
        _removed(BY_NIGHT, row, f"查毒程序发现 {virus} / the virus scanner found {virus}")
        return "infected"
    row.save(update_fields=["verdict", "scanned_at"])
    audit(BY_NIGHT, "attachment.clean", row.reference)
    return "clean"


def _removed(actor: Actor, row: Attachment, reason: str) -> Attachment:
    """Mark a locked row removed and have its bytes go at commit."""
    if row.removed_at is None:
        row.removed_at, row.removed_by, row.removal_reason = now(), actor.name, reason[:1000]
        row.save(update_fields=["removed_at", "removed_by", "removal_reason", "verdict", "virus", "scanned_at"])
        audit(actor, "attachment.remove", row.reference, reason=row.removal_reason, case=row.case)
        transaction.on_commit(lambda: storage.discard(storage.place(row.pk)))
    return row


def _strays() -> list[Path]:
    """Files at an attachment's place that have no row, or whose row is removed."""
    found, strays = storage.stored(), list[Path]()
    while some := dict(islice(found, _AT_ONCE)):
        rows = dict(Attachment.objects.filter(pk__in=some).values_list("pk", "removed_at"))
        strays += [path for pk, path in some.items() if (rows[pk] is not None if pk in rows else _old(path))]
    return strays


def _old(path: Path) -> bool:
    try:
        return path.stat().st_mtime < (now() - _DAY).timestamp()
    except FileNotFoundError:
        return False
