"""The processes in which files are looked into, as a test sees them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

HELPER = "quanxin.runtime.confined_child"  # and no browser or Spark that an earlier test started


def children() -> set[int]:
    """The processes that do confined work for this one now: those that its helpers forked."""
    parents = helpers()
    return {n for n in _processes() if _parent(n) in parents}


def helpers() -> set[int]:
    """The helper processes of this one that run now."""
    return {n for n in _processes() if _parent(n) == os.getpid() and HELPER in _command(n)}


def eventually(true: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether something comes true within a time that no busy machine needs."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return true()


def _processes() -> list[int]:
    return [int(p.name) for p in Path("/proc").iterdir() if p.name.isdecimal()]


def _command(number: int) -> str:
    try:
        return Path(f"/proc/{number}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _parent(number: int) -> int:
    try:
        return int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
