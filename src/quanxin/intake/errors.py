"""What can be wrong with a hand-in as a whole, in words that say what to do next.

Invariant: a file that cannot be read ends in exactly one ``IntakeError`` with a stable code, a Chinese and an English
sentence and a hint; no other exception leaves the readers for what a department may send or a disk may do.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from django.conf import settings

from quanxin.intake.wordings import WORDINGS
from quanxin.runtime.problems import Problem


class IntakeError(Problem):
    """A hand-in refused as a whole; nothing has changed."""

    wordings = WORDINGS


def amount(size: int) -> str:
    """A number of bytes for people, e.g. ``3.0 GB``."""
    value = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TB"


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what the system says about a file or a full disk into ``IntakeError``; other exceptions pass."""
    try:
        yield
    except FileNotFoundError as error:
        raise IntakeError("file-missing", path=error.filename or path) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_full(path) from error
        reason = error.strerror or str(error)
        raise IntakeError("file-unreadable", path=error.filename or path, reason=reason) from error
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        if any(words in str(error) for words in ("No space left", "max_temp_directory_size")):
            raise _disk_full(path) from error
        if isinstance(error, duckdb.OutOfMemoryException):
            raise IntakeError("memory-short", path=path.name) from error
        raise


def _disk_full(path: Path) -> IntakeError:
    """What is known after the disk ran full: how much the file may take, and what is free now that its parts are gone."""
    size = path.stat().st_size if path.exists() else 0
    data = Path(settings.DATA_DIR)
    place = next(p for p in (data, *data.parents) if p.exists())  # before the first intake there may be no folder yet
    free = shutil.disk_usage(place).free
    return IntakeError("disk-full", path=path.name, needed=amount(3 * size), free=amount(free))
