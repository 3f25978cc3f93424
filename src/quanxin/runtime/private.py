"""What the platform writes is its own: no other user of the machine reads it.

Invariant: from ``begin`` on, this process and those it starts make folders of mode 700 and files of mode 600 at most, and
temporary files in the data directory. The data directory itself lets nobody else in but the group that PostgreSQL's user
needs to reach its cluster.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

UMASK = 0o077
TEMPORARY = "tmp"
_OPEN = 0o067  # what the data directory may not have: others nothing, its group no more than passing through
_OF_THE_SERVER = "pg"  # PostgreSQL's own, which keeps its modes itself


def umask() -> int:
    """Have files that are made from now on be their owner's alone; return what held before."""
    return os.umask(UMASK)


def begin(data_dir: Path) -> None:
    """Close the data directory to others and have temporary files lie in it, also those of the processes we start."""
    umask()
    if not data_dir.is_dir():
        return
    found = data_dir.stat()
    if found.st_uid == os.geteuid() and found.st_mode & _OPEN:
        data_dir.chmod(stat.S_IMODE(found.st_mode) & ~_OPEN)
    place = data_dir / TEMPORARY
    if os.access(data_dir, os.W_OK | os.X_OK):
        place.mkdir(mode=0o700, exist_ok=True)
        tempfile.tempdir = os.environ["TMPDIR"] = str(place)


def open_to_others(data_dir: Path) -> Iterator[Path]:
    """The files and folders in the data directory, and itself, that other users may read, write or enter."""
    if data_dir.stat().st_mode & _OPEN:
        yield data_dir
    for place, folders, files in os.walk(data_dir):
        if place == str(data_dir):
            folders[:] = [name for name in folders if name != _OF_THE_SERVER]
        for name in (*folders, *files):
            path = Path(place, name)
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode) and mode & 0o077:
                yield path
