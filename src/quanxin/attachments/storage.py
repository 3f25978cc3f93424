"""Where files lie: under the data directory, outside every web root, by number and never by a name that was given.

Invariant: a file stands at its place only when all of it is on disk; folders are 0700 and files 0600; what a killed
process left lies in ``incoming`` and is swept.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from quanxin.attachments.errors import AttachmentError, translated
from quanxin.runtime.durable import sync

CHUNK = 1 << 16
_INCOMING = "incoming"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that was received whole and is not an attachment yet."""

    path: Path
    size: int
    sha256: str


def root() -> Path:
    """The folder of all attachments."""
    return Path(settings.DATA_DIR) / "attachments"


def incoming() -> Path:
    """The folder of what is being received; made if need be."""
    return _folder(root() / _INCOMING)


def place(attachment: uuid.UUID) -> Path:
    """Where the file of an attachment lies: two levels of folders by the first digits of its number."""
    digits = attachment.hex
    return root() / digits[:2] / digits[2:4] / str(attachment)


def receive(source: IO[bytes], attachment: uuid.UUID, most_mb: int) -> Draft:
    """Put a stream on disk as a draft; ``AttachmentError`` when it is empty, too large, or the disk is full.

    Reading stops as soon as the limit is passed; then, and on any failure, nothing is left.
    """
    digest, size, limit = hashlib.sha256(), 0, most_mb << 20
    with translated(root()):
        path = incoming() / str(attachment)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb", buffering=0) as out:
                while chunk := source.read(CHUNK):
                    size += len(chunk)
                    if size > limit:
                        raise AttachmentError("attachment-too-large", limit=most_mb)
                    digest.update(chunk)
                    _write(out, chunk)
                if not size:
                    raise AttachmentError("attachment-empty")
                os.fsync(out.fileno())
        except BaseException:
            path.unlink()
            raise
    return Draft(path, size, digest.hexdigest())


def settle(draft: Draft, attachment: uuid.UUID) -> None:
    """Give a draft its place, on disk with its name."""
    path = place(attachment)
    with translated(root()):
        _folder(path.parent)
        draft.path.rename(path)
        try:
            sync(path.parent)
        except OSError:
            discard(path)
            raise


def discard(path: Path) -> None:
    """Remove a file if it is there."""
    path.unlink(missing_ok=True)


def stored() -> Iterator[tuple[uuid.UUID, Path]]:
    """Every file that stands at an attachment's place, with that attachment's number."""
    for path in root().glob("??/??/*"):
        try:
            number = uuid.UUID(path.name)
        except ValueError:
            continue
        if place(number) == path:
            yield number, path


def drafts() -> Iterator[Path]:
    """Every file that is being received, or was when its process died."""
    folder = root() / _INCOMING
    yield from folder.iterdir() if folder.is_dir() else ()


def _write(out: IO[bytes], chunk: bytes) -> None:
    """Write all of a chunk: an unbuffered file may take less at a time."""
    view = memoryview(chunk)
    while view:
        view = view[out.write(view) :]


def _folder(path: Path) -> Path:
    """A folder of ours alone, with its parents up to the data directory, all on disk."""
    for folder in (*reversed([p for p in path.parents if p.is_relative_to(root())]), path):
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            sync(folder.parent)
    return path
