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
from quanxin.runtime.problems import Problem


class AttachmentError(Problem):
    """A file refused, or not to be had; nothing is left of it."""

    wordings = WORDINGS


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
