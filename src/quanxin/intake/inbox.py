"""The inbox: files that wait to be taken in, each in a folder of its own under the data directory.

Invariant: a file in the inbox is complete and on disk before anybody can know of it, and nobody but its owner reads it; it
keeps the name that the clerk gave it, as far as a file may be called so. A folder that no submission names is left from a
request that died.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from quanxin.identifiers.personal_numbers import mask
from quanxin.intake.errors import translated
from quanxin.runtime.durable import sync

_CHUNK = 1 << 20
_LONGEST_NAME = 200  # bytes; file systems allow 255, and drafts and receipts add to a name
_NAMELESS = "file"


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored file: its path relative to the inbox, its SHA-256 and its size."""

    path: str
    sha256: str
    bytes: int


def root() -> Path:
    """The folder of the inbox."""
    return Path(settings.DATA_DIR) / "inbox"


def store(source: IO[bytes] | Path, submission: str, file_name: str) -> Stored:
    """Store a stream or a file for a submission; ``IntakeError`` for what a disk or a file may do, with nothing left.

    The file has its name only when all of it is on disk.
    """
    folder = root() / submission
    path = folder / safe_name(file_name)
    draft = folder / ".part"
    try:
        with translated(source if isinstance(source, Path) else path), _opened(source) as stream:
            root().mkdir(parents=True, exist_ok=True)
            root().chmod(0o700)
            folder.mkdir(mode=0o700)
            sha256, size = _move(stream, draft) or _copy(stream, draft)
            draft.rename(path)
            sync(folder)
            sync(folder.parent)
    except BaseException:
        discard(submission)
        raise
    return Stored(str(path.relative_to(root())), sha256, size)


def discard(submission: str) -> None:
    """Remove what lies in the inbox for a submission, if anything."""
    shutil.rmtree(root() / submission, ignore_errors=True)


def clean_name(name: str) -> str:
    """``name`` as it may be shown and stored: no folder, no control character, no person's number, valid text."""
    plain = mask(re.split(r"[\\/]", name)[-1].encode(errors="replace").decode())
    return re.sub(r"[\x00-\x1f\x7f]", "", plain).strip() or _NAMELESS


def safe_name(name: str) -> str:
    """``name`` as a file may be called: clean, not hidden, not too long, with its ending."""
    plain = clean_name(name).lstrip(".")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = plain, "", ""
    room = _LONGEST_NAME - len((dot + ending).encode())
    return (stem.encode()[:room].decode(errors="ignore") or _NAMELESS) + dot + ending


@contextmanager
def _opened(source: IO[bytes] | Path) -> Iterator[IO[bytes]]:
    if not isinstance(source, Path):
        yield source
        return
    with source.open("rb") as stream:
        yield stream


def _move(stream: IO[bytes], draft: Path) -> tuple[str, int] | None:
    """Move a large upload, which lies on this disk already; None for what has to be copied. Returns as ``_copy``."""
    where: Callable[[], str] | None = getattr(stream, "temporary_file_path", None)
    if where is None:
        return None
    try:
        Path(where()).rename(draft)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return None
    draft.chmod(0o600)
    with draft.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        os.fsync(file.fileno())
        return digest.hexdigest(), os.fstat(file.fileno()).st_size


def _copy(stream: IO[bytes], draft: Path) -> tuple[str, int]:
    """Copy a stream onto the disk; return its SHA-256 and its size."""
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size
