"""The drop folder as a tree that departments write to and nobody trusts.

Invariant: everything beneath the root is looked at and opened through ``runtime.beneath``; a file counts only when it is
a regular one with a single name, and belongs to whom its provider's folder belongs to. The root itself belongs to the
platform, so that no department can exchange another's folder.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from quanxin.intake import inbox
from quanxin.intake.errors import IntakeError
from quanxin.runtime.beneath import Folder

TAKEN, REFUSED, RESULTS = "taken", "refused", "results"
# Names that programs give to a file that they have not finished; and what begins with these.
_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".swp", ".lock", "~")
_HIDDEN = (".", "~$")
_DEEPEST = 8  # folders; what lies deeper is nobody's file
_CLOCK = ".quanxin-clock"


@dataclass(frozen=True, slots=True)
class Found:
    """A file in an open folder: its parts from the root, and its status when it was found."""

    folder: Folder
    parts: tuple[str, ...]
    status: os.stat_result
    owner: os.stat_result  # of the provider's folder

    @property
    def name(self) -> str:
        return self.parts[-1]

    @property
    def path(self) -> str:
        """The path from the root, as people are told it."""
        return "/".join(self.parts)


def unsafe(base: Path) -> bool:
    """Whether others than the platform can exchange the folders of the root, so that nothing in it can be trusted."""
    return _writable_by_others(base.stat())


def _writable_by_others(status: os.stat_result) -> bool:
    return status.st_uid not in (0, os.geteuid()) or bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def files(root: Folder) -> Iterator[Found]:
    """The files that departments put there, finished as far as their names tell, each with its folder open."""
    yield from _below(root, (), root.status())


def _below(folder: Folder, parts: tuple[str, ...], owner: os.stat_result) -> Iterator[Found]:
    for name in _legible_names(folder):
        if name.startswith(_HIDDEN) or (not parts and name == RESULTS):
            continue
        with suppress(OSError):  # gone or exchanged since it was listed
            status = folder.status(name)
            if stat.S_ISDIR(status.st_mode) and name not in (TAKEN, REFUSED) and len(parts) < _DEEPEST:
                with folder.folder(name) as inner:
                    yield from _below(inner, (*parts, name), owner if parts else inner.status())
            elif stat.S_ISREG(status.st_mode) and not name.lower().endswith(_UNFINISHED):
                yield Found(folder, (*parts, name), status, owner)


def _legible_names(folder: Folder) -> Iterator[str]:
    """The names that are UTF-8 text. One that is not (older programs write GB18030) is given what it says in UTF-8."""
    for name in folder.names():
        try:
            name.encode()
        except UnicodeEncodeError:
            called = inbox.safe_name(os.fsencode(name).decode("gb18030", errors="replace"))
            with suppress(OSError):
                if stat.S_ISREG(folder.status(name).st_mode) and not folder.has(called):
                    folder.move(name, folder, called)
        else:
            yield name


def check(found: Found, status: os.stat_result) -> None:
    """Raise ``IntakeError`` unless an open file is its folder's own: by owner, by group where the group may write, or
    ours; and has this one name alone."""
    if found.owner.st_mode & stat.S_IWOTH:
        raise IntakeError("drop-folder-open", path=found.parts[0])
    shared = found.owner.st_mode & stat.S_IWGRP and status.st_gid == found.owner.st_gid
    if not shared and status.st_uid not in (found.owner.st_uid, os.geteuid()):
        raise IntakeError("drop-foreign", path=found.path)
    if status.st_nlink > 1:
        raise IntakeError("drop-linked", path=found.path)


@contextmanager
def opened(found: Found) -> Iterator[IO[bytes]]:
    """A file that is its folder's own, open; raises as ``check``, and ``OSError`` where it became something else."""
    with found.folder.open(found.name) as stream:
        check(found, os.fstat(stream.fileno()))
        yield stream


def signature(status: os.stat_result) -> list[int]:
    """What changes when a file's content does."""
    return [status.st_ino, status.st_size, status.st_mtime_ns]


def clock(root: Folder) -> float:
    """What the clock of the file system says: on a share it is the server's, and files bear its times."""
    try:
        root.write(_CLOCK, io.BytesIO(), 0o600)
        return root.status(_CLOCK).st_ctime
    finally:
        root.remove(_CLOCK)


@contextmanager
def folder_of(root: Folder, path: str) -> Iterator[Folder]:
    """The folder of a file's path, opened from the root one name at a time; ``OSError`` where one is a link or gone."""
    with ExitStack() as stack:
        folder = root
        for name in path.split("/")[:-1]:
            folder = stack.enter_context(folder.folder(name))
        yield folder


def put_away(folder: Folder, name: str, where: str, mark: str) -> None:
    """Move a file into ``taken`` or ``refused`` beside it; never over another, which gives it ``mark`` in its name."""
    called = Path(inbox.safe_name(name))
    target, number = str(called), 0
    with folder.make(where, 0o2770 if folder.status().st_mode & stat.S_IWGRP else 0o750, folder.status().st_gid) as to:
        while to.has(target):
            number += 1
            target = f"{called.stem}.{mark}{'' if number == 1 else f'.{number}'}{called.suffix}"
        folder.move(name, to, target)
