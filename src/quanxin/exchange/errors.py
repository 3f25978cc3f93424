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

from quanxin.exchange.wordings import WORDINGS
from quanxin.identifiers.personal_numbers import mask


class IntakeError(Exception):
    """A hand-in refused as a whole; nothing has changed. ``code`` is stable, the rest is for people.

    It is kept and logged: persons' numbers in what it tells are masked.
    """

    def __init__(self, code: str, zh: str, en: str, hint: str = "") -> None:
        zh, en, hint = mask(zh), mask(en), mask(hint)  # a file's name, or what it has in place of headers
        super().__init__(f"{zh} / {en}")
        self.code, self.zh, self.en, self.hint = code, zh, en, hint

    @classmethod
    def of(cls, code: str, **particulars: object) -> IntakeError:
        """The error of a code in ``WORDINGS`` with its particulars filled in."""
        words = WORDINGS[code]
        return cls(
            code, words.zh.format(**particulars), words.en.format(**particulars), words.hint.format(**particulars)
        )

    def to_json(self) -> dict[str, str]:
        """As JSON that others read: code, zh, en, hint."""
        return {"code": self.code, "zh": self.zh, "en": self.en, "hint": self.hint}


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
        raise IntakeError.of("file-missing", path=error.filename or path) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_full(path) from error
        reason = error.strerror or str(error)
        raise IntakeError.of("file-unreadable", path=error.filename or path, reason=reason) from error
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        if any(words in str(error) for words in ("No space left", "max_temp_directory_size")):
            raise _disk_full(path) from error
        if isinstance(error, duckdb.OutOfMemoryException):
            raise IntakeError.of("memory-short", path=path.name) from error
        raise


def _disk_full(path: Path) -> IntakeError:
    """What is known after the disk ran full: how much the file may take, and what is free now that its parts are gone."""
    size = path.stat().st_size if path.exists() else 0
    data = Path(settings.DATA_DIR)
    place = next(p for p in (data, *data.parents) if p.exists())  # before the first intake there may be no folder yet
    free = shutil.disk_usage(place).free
    return IntakeError.of("disk-full", path=path.name, needed=amount(3 * size), free=amount(free))
