"""Files that only the operator writes: definitions and secrets.

Invariant: such a file lies beneath its folder by plain names, no link on the way, and belongs to us or to root with nobody
else able to write to it or to a folder that leads to it from there. It is opened once and judged by what was opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath

MOST_BYTES = 1 << 20
_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Untrusted(Exception):
    """The file is not to be trusted; ``zh`` and ``en`` say why, with its name alone."""

    def __init__(self, name: str, zh: str, en: str) -> None:
        super().__init__(f"{name}：{zh} / {name}: {en}")
        self.zh, self.en = f"{name}：{zh}", f"{name}: {en}"


def read(folder: Path, name: str) -> str:
    """The text of a file beneath ``folder``; raises ``Untrusted``, or ``OSError`` where there is none."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise Untrusted(name, "应为该目录之下的文件名", "must name a file beneath its folder")
    held = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
    try:
        _judge(held[-1], name, stat.S_ISDIR)
        for part in parts[:-1]:
            held.append(_open(part, _FOLDER, held[-1], name))
            _judge(held[-1], name, stat.S_ISDIR)
        held.append(_open(parts[-1], _FILE, held[-1], name))
        _judge(held[-1], name, stat.S_ISREG)
        return _text(held[-1], name)
    finally:
        for descriptor in held:
            os.close(descriptor)


def fault(path: Path) -> str:
    """What is wrong with a file or folder as to owner and mode: "" (nothing), "owner" or "mode"."""
    return _fault(path.stat())


def _open(part: str, flags: int, beneath: int, name: str) -> int:
    try:
        return os.open(part, flags, dir_fd=beneath)
    except OSError as error:
        if stat.S_ISLNK(os.lstat(part, dir_fd=beneath).st_mode):
            raise Untrusted(name, "不得是符号链接", "must be no link") from error
        raise


def _judge(descriptor: int, name: str, kind: Callable[[int], bool]) -> None:
    found = os.fstat(descriptor)
    if not kind(found.st_mode):
        raise Untrusted(name, "不是普通文件", "is no regular file")
    if wrong := _fault(found):
        words = {
            "owner": ("属于其他用户", "belongs to another user"),
            "mode": ("其他用户可写（请 chmod go-w）", "can be written by others (chmod go-w)"),
        }
        raise Untrusted(name, *words[wrong])


def _fault(found: os.stat_result) -> str:
    if found.st_uid not in (os.geteuid(), 0):
        return "owner"
    return "mode" if stat.S_IMODE(found.st_mode) & 0o022 else ""


def _text(descriptor: int, name: str) -> str:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Untrusted(name, "过大", "is too large")
    return content.decode("utf-8")
