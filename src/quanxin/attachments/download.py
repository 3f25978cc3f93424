"""The one way to a file that was handed in.

Invariant: nothing is opened before the rules that ``govern`` set allow it, and without rules nobody is allowed; a file
that may hold a virus is not opened; the access line is written before the first byte leaves.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.db import transaction

from quanxin.accounts import Actor, NotAllowed
from quanxin.attachments import scanning, storage
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.models import Attachment, Verdict

MayRead = Callable[[Actor, Attachment], None]  # raises NotAllowed
AccessLine = Callable[[Actor, Attachment], None]  # writes that the actor read it, in the transaction it is called in


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that its reader may have; ``download`` makes it, and whoever got it closes ``file``."""

    attachment: Attachment
    file: IO[bytes]


@dataclass(slots=True)
class _Rules:
    may_read: MayRead | None = None
    access_line: AccessLine | None = None


_rules = _Rules()


def govern(*, may_read: MayRead, access_line: AccessLine) -> None:
    """Say who may read an attachment and how the reading is written down; once, when the applications are ready."""
    if _rules.may_read is not None:
        raise RuntimeError("the rules of reading attachments are set already")
    _rules.may_read, _rules.access_line = may_read, access_line


def download(actor: Actor, attachment: uuid.UUID) -> Opened:
    """Open a file for ``actor``, having written the access line.

    Raises ``NotAllowed`` when the rules forbid it or there are none, and ``AttachmentError`` when there is no such
    file, it was removed, it waits for the scanner, or what is stored is not what was handed in.
    """
    if _rules.may_read is None or _rules.access_line is None:
        raise NotAllowed(f"{actor.name}: no rule allows reading attachments")
    found = Attachment.objects.filter(pk=attachment).first()
    if found is None:
        raise AttachmentError("attachment-unknown", attachment=attachment)
    _rules.may_read(actor, found)
    if found.removed_at:
        raise AttachmentError("attachment-gone")
    if not may_be_had(found):
        raise AttachmentError("attachment-waiting")
    file = _opened(found)
    try:
        with transaction.atomic():
            _rules.access_line(actor, found)
    except BaseException:
        file.close()
        raise
    return Opened(found, file)


def may_be_had(attachment: Attachment) -> bool:
    """Whether the scanner has nothing against it: with a scanner set up, only what it called clean may be had."""
    if attachment.verdict == Verdict.UNSCANNED:
        return scanning.scanner() is None
    return attachment.verdict == Verdict.CLEAN


def _opened(attachment: Attachment) -> IO[bytes]:
    """The stored file, read once through to see that it is what was handed in."""
    try:
        file = storage.place(attachment.pk).open("rb")
    except OSError as error:
        raise AttachmentError("attachment-altered") from error
    if hashlib.file_digest(file, "sha256").hexdigest() != attachment.sha256:
        file.close()
        raise AttachmentError("attachment-altered")
    file.seek(0)
    return file
