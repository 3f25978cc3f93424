"""Folders that others may write to, walked by descriptor.

Invariant: beneath a ``Folder`` nothing is reached through a link, ``..`` or a path of several parts. Each step is one
name, looked up in a directory that is already open, with ``O_NOFOLLOW``: whoever exchanges a name for a link meanwhile
gets an ``OSError`` raised here, and never another file. (``openat2`` with ``RESOLVE_BENEATH`` refuses the same on Linux
alone; a walk by single names needs no system call that Python lacks.)
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # non-blocking: opening a FIFO must not wait
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Folder:
    """An open directory. Close it, or use it in a ``with`` statement."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def root(cls, path: Path) -> Self:
        """Open the folder that a setting names; how its own path is written is the operator's business."""
        return cls(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._descriptor)

    def status(self, name: str | None = None) -> os.stat_result:
        """The status of the folder, or of a name in it (of a link: the link's own)."""
        if name is None:
            return os.fstat(self._descriptor)
        return os.stat(_single(name), dir_fd=self._descriptor, follow_symlinks=False)

    def names(self) -> list[str]:
        """The names in the folder, sorted."""
        with os.scandir(self._descriptor) as entries:
            return sorted(entry.name for entry in entries)

    def has(self, name: str) -> bool:
        """Whether anything bears the name, be it a dangling link."""
        try:
            self.status(name)
        except FileNotFoundError:
            return False
        return True

    def folder(self, name: str) -> Folder:
        """Open a folder in this one; ``OSError`` when it is a link or no folder."""
        return Folder(os.open(_single(name), _DIRECTORY, dir_fd=self._descriptor))

    def make(self, name: str, mode: int, group: int | None = None) -> Folder:
        """Open a folder in this one, made with a mode (and a group, where the system lets us) if it is not there."""
        made = False
        with suppress(FileExistsError):
            os.mkdir(_single(name), 0o700, dir_fd=self._descriptor)
            made = True
        folder = self.folder(name)
        if made:
            _grant(folder._descriptor, mode, group)
            self.flush()
        return folder

    def open(self, name: str) -> IO[bytes]:
        """Open a regular file to read; ``OSError`` when it is a link or anything else."""
        descriptor = os.open(_single(name), _FILE, dir_fd=self._descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "not a regular file", name)
        return os.fdopen(descriptor, "rb")

    def write(self, name: str, content: IO[bytes], mode: int) -> None:
        """Put a file there whole or not at all, on disk, instead of one of that name."""
        draft = f".{name}.part"
        self.remove(draft)
        with os.fdopen(os.open(_single(draft), _NEW, 0o600, dir_fd=self._descriptor), "wb") as out:
            shutil.copyfileobj(content, out)
            out.flush()
            _grant(out.fileno(), mode, self.status().st_gid)
            os.fsync(out.fileno())
        os.rename(draft, _single(name), src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        self.flush()

    def move(self, name: str, to: Folder, called: str) -> None:
        """Move what bears a name into an open folder; a link is moved itself, never what it points at."""
        os.rename(_single(name), _single(called), src_dir_fd=self._descriptor, dst_dir_fd=to._descriptor)

    def remove(self, name: str) -> None:
        """Remove a file (of a link: the link) if it is there."""
        with suppress(FileNotFoundError):
            os.unlink(_single(name), dir_fd=self._descriptor)

    def flush(self) -> None:
        """Have the names in the folder on disk."""
        os.fsync(self._descriptor)


def _grant(descriptor: int, mode: int, group: int | None) -> None:
    """Set the mode whatever the umask is, and the group where we may: only a member may give a file to a group."""
    if group is not None and os.fstat(descriptor).st_gid != group:
        with suppress(PermissionError):
            os.fchown(descriptor, -1, group)
    os.fchmod(descriptor, mode)


def _single(name: str) -> str:
    """The name, if it is one; a path of several parts, ``.`` or ``..`` is a ``ValueError``."""
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise ValueError(f"not a single name: {name!r}")
    return name
