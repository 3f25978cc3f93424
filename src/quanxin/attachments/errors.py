"""Why a file is not taken or not given, in words that say what to do next.

Invariant: no other exception leaves this app for what a person may upload, a scanner may answer or a disk may do.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quanxin.attachments.wordings import WORDINGS


class AttachmentError(Exception):
    """A file refused, or not to be had; nothing is left of it. ``code`` is stable, the rest is for people."""

    def __init__(self, code: str, **particulars: object) -> None:
        words = WORDINGS[code]
        self.code, self.particulars, self.status = code, particulars, words.status
        self.zh, self.en = words.zh.format(**particulars), words.en.format(**particulars)
        self.hint = words.hint.format(**particulars)
        super().__init__(f"{self.zh} / {self.en}")

    def to_json(self) -> dict[str, str]:
        """As JSON that others read: code, zh, en, hint."""
        return {"code": self.code, "zh": self.zh, "en": self.en, "hint": self.hint}


def amount(size: int) -> str:
    """A number of bytes for people, e.g. ``3.0 GB``."""
    value = float(size)
    for unit in ("B", "KB", "MB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} GB"


@contextmanager
def translated(place: Path) -> Iterator[None]:
    """Turn what the system says about a full disk or a closed folder into ``AttachmentError``."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            there = next(p for p in (place, *place.parents) if p.exists())
            free = amount(shutil.disk_usage(there).free)
            raise AttachmentError("attachment-disk-full", place=place.name, free=free) from error
        raise AttachmentError("attachment-store-failed", reason=error.strerror or type(error).__name__) from error
