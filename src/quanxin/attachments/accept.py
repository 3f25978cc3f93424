"""Taking a file, and tying it to a case.

Invariant: a file that is kept was whole on disk, looked into and offered to the scanner before its row was committed;
a file that is refused leaves nothing but, where a virus was found, an audit line.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Iterable
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.models import audit
from quanxin.attachments import inspection, naming, scanning, storage
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.models import Attachment, Kind, Verdict
from quanxin.calendar import now
from quanxin.runtime import locks

_CASE = re.compile(r"[a-z][a-z-]{0,31}:[0-9A-Za-z-]{1,31}")
_log = logging.getLogger(__name__)
_UNUSED = 3  # so many times the files of a case may wait untied, of one person for one subject


def accept(actor: Actor, source: IO[bytes] | UploadedFile[Any], *, name: str, kind: str, subject_id: int) -> Attachment:
    """Take a file that ``actor`` hands in for a subject; return the attachment, not tied to any case yet.

    Whether the actor may act for the subject is the caller's to know. It takes its time (a file is looked into and
    scanned), so it is called outside a transaction. Raises ``AttachmentError`` with why a file is not taken; when a
    scanner is set up and does not answer, the file is kept as ``waiting`` and cannot be had until it was scanned.
    """
    if kind not in Kind.values:
        raise AttachmentError("attachment-kind-unknown", kind=kind, known="、".join(Kind.values))
    identity = uuid.uuid4()
    _not_too_many_unused(actor, subject_id)
    draft = storage.receive(_stream(source), identity, limit_mb(kind))
    try:
        content_type = inspection.content_type(draft.path)
        verdict, virus = _scanned(draft)
        if verdict is Verdict.INFECTED:
            with transaction.atomic(durable=True):
                audit(
                    actor, "attachment.infected", f"subject:{subject_id}", virus=virus, sha256=draft.sha256, kind=kind
                )
            raise AttachmentError("attachment-infected", virus=virus)
        with transaction.atomic(durable=True):
            locks.hold(locks.Kind.ATTACHMENTS, f"attachments unused {actor.name} {subject_id}")
            _not_too_many_unused(actor, subject_id)
            made = Attachment.objects.create(
                id=identity,
                kind=kind,
                name=naming.cleaned(name, content_type),
                content_type=content_type,
                size=draft.size,
                sha256=draft.sha256,
                subject_id=subject_id,
                uploaded_by=actor.name,
                at=now(),
                verdict=verdict,
                scanned_at=now() if verdict is Verdict.CLEAN else None,
            )
            audit(
                actor,
                "attachment.accept",
                made.reference,
                subject=subject_id,
                kind=kind,
                sha256=draft.sha256,
                size=draft.size,
                content_type=content_type,
                verdict=verdict.value,
            )
            storage.settle(draft, identity)
    finally:
        storage.discard(draft.path)  # settled, it is not there any more
    return made


@transaction.atomic
def tie(actor: Actor, attachments: Iterable[uuid.UUID], case: str, *, subject_id: int) -> list[Attachment]:
    """Tie files to a case of a subject, e.g. ``repair:123``; those that are tied to it already stay so.

    The caller knows that the actor may act in the case. Raises ``AttachmentError`` when one is unknown, removed,
    another subject's or another case's, was not uploaded by the actor, or when the case would have too many.
    """
    if not _CASE.fullmatch(case):
        raise AttachmentError("attachment-case-invalid", case=case[:64])
    locks.hold(locks.Kind.ATTACHMENTS, f"attachments of {case}")
    wanted = set(attachments)
    found = {one.pk: one for one in Attachment.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    for identity in wanted:
        _may_be_tied(actor, found.get(identity), identity, case, subject_id)
    new = [one for one in found.values() if not one.case]
    if new and of_case(case).count() + len(new) > settings.ATTACHMENTS_PER_CASE:
        raise AttachmentError("attachment-too-many", limit=settings.ATTACHMENTS_PER_CASE)
    for one in new:
        one.case = case
        one.save(update_fields=["case"])
        audit(actor, "attachment.tie", one.reference, case=case)
    return list(of_case(case))


def of_case(case: str) -> QuerySet[Attachment]:
    """The attachments of a case that were not removed, oldest first."""
    return Attachment.objects.filter(case=case, removed_at=None)


def limit_mb(kind: str) -> int:
    """How many megabytes a file of a kind may have."""
    limits: dict[str, int] = settings.ATTACHMENT_MB
    return limits.get(kind, limits[""])


def _stream(source: IO[bytes] | UploadedFile[Any]) -> IO[bytes]:
    """What to read from: an upload may have been looked at already."""
    if isinstance(source, UploadedFile):
        source.seek(0)
    return cast(IO[bytes], source)


def _scanned(draft: storage.Draft) -> tuple[Verdict, str]:
    """What the scanner says about a draft, and the virus it found."""
    scanner = scanning.scanner()
    if scanner is None:
        return Verdict.UNSCANNED, ""
    try:
        virus = scanner.virus(draft.path)
    except scanning.NoAnswer as error:
        _log.warning("the virus scanner gives no answer; the file waits", extra={"reason": str(error)})
        return Verdict.WAITING, ""
    return (Verdict.INFECTED, virus) if virus else (Verdict.CLEAN, "")


def _may_be_tied(actor: Actor, one: Attachment | None, identity: uuid.UUID, case: str, subject_id: int) -> None:
    if one is None or (one.uploaded_by != actor.name and one.case != case):
        raise AttachmentError("attachment-unknown", attachment=identity)
    if one.removed_at:
        raise AttachmentError("attachment-gone")
    if one.subject_id != subject_id:
        raise AttachmentError("attachment-other-subject")
    if one.case not in ("", case):
        raise AttachmentError("attachment-tied", case=one.case)


def _not_too_many_unused(actor: Actor, subject_id: int) -> None:
    """A person cannot fill the disk with files that no case uses."""
    most = _UNUSED * settings.ATTACHMENTS_PER_CASE
    waiting = Attachment.objects.filter(case="", removed_at=None, uploaded_by=actor.name, subject_id=subject_id)
    if waiting.count() >= most:
        raise AttachmentError("attachment-too-many-waiting", limit=most)
