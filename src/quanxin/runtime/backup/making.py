"""Making a backup while the platform runs.

Invariant: what the database names at the moment of its snapshot is among the files: they are linked aside before it and again
after it, so that nothing that was compacted, sent or removed meanwhile is missing. The keys do not change meanwhile. The
file gets its name when it is whole and on disk, whatever is killed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Any

import quanxin
from quanxin.calendar import local, now
from quanxin.runtime import environment, keeper, keys
from quanxin.runtime.backup import locks, parts, postgresql
from quanxin.runtime.backup.errors import BackupError
from quanxin.runtime.durable import sync

# Of the data directory: what is remade, what lives as long as processes do, and PostgreSQL's own.
LEFT_OUT = frozenset({"pg", "pg.lock", "tmp", "work", "static", "demo", keeper.FOLDER})
OPEN_FILES = frozenset({"oidc.yaml", "signing-keys-former"})  # at the top; every other file there is a key
KEYS = "secrets"  # the folder of passwords
Tell = Callable[[str], None]


def make(out: Path, lock: locks.Lock | None, tell: Tell) -> dict[str, Any]:
    """Write a backup into a file that does not exist yet; return what it says of itself. Without a lock it holds no keys."""
    if out.exists():
        raise BackupError("backup-exists", path=str(out))
    with _aside() as folder, _named_when_whole(out) as file, locks.writing(file, lock) as stream:
        tell("文件 / files")
        with keys.changing() if keys.place() else nullcontext():
            _link(folder, with_keys=lock is not None)
            with postgresql.moment() as at:
                _link(folder, with_keys=lock is not None)
                about = _about(at, with_keys=lock is not None)
                written = parts.Writer(stream, about)
                for number, piece in enumerate(postgresql.dump(at), 1):
                    written.add_bytes(f"{parts.DATABASE}/{number:08}", piece)
                    tell(f"数据库 / database {number * len(piece) >> 20} MB")
        size = 0
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            with path.open("rb") as source:
                length = os.fstat(source.fileno()).st_size
                written.add(f"{parts.FILES}/{path.relative_to(folder).as_posix()}", source, length)
            size += length
            tell(f"文件 / files {size >> 20} MB")
        manifest = written.close()
    return about | {"parts": len(manifest), "bytes": sum(part["bytes"] for part in manifest.values())}


def _about(at: postgresql.Moment, *, with_keys: bool) -> dict[str, Any]:
    return {
        "format": parts.FORMAT, "version": quanxin.__version__, "made": local(now()).isoformat(timespec="seconds"),
        "postgresql": at.server, "steps": at.steps, "keys": with_keys, "pack": environment.value("QUANXIN_PACK"),
    }  # fmt: skip


def _link(folder: Path, *, with_keys: bool) -> None:
    """Link every file that is kept beneath a folder, unless it is there already."""
    data = environment.data_dir()
    for place, names, files in os.walk(data):
        here = Path(place)
        if here == data:
            names[:] = [name for name in names if not _left_out(name) and (with_keys or name != KEYS)]
            files = [name for name in files if not _left_out(name) and (with_keys or name in OPEN_FILES)]
        for name in files:
            path, target = here / name, folder / (here / name).relative_to(data)
            if path.is_symlink() or target.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # it was moved on between the look and the act
                _copy(path, target)
    ring = keys.place()
    if with_keys and ring is not None and not (folder / keys.FILE).exists():
        _copy(ring, folder / keys.FILE)


def _copy(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or one without links
        shutil.copyfile(path, target)


def _left_out(name: str) -> bool:
    return name in LEFT_OUT or name.startswith((".", "pg.new-"))


@contextmanager
def _aside() -> Iterator[Path]:
    """A folder of the data directory for links, which goes with its end; one of a run that was killed goes before."""
    base = environment.data_dir() / keeper.FOLDER
    base.mkdir(parents=True, exist_ok=True)
    for left_over in base.glob("backup-*"):
        number = left_over.name.removeprefix("backup-")
        if not (number.isdecimal() and keeper.alive(int(number))):
            shutil.rmtree(left_over, ignore_errors=True)
    folder = base / f"backup-{os.getpid()}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _named_when_whole(out: Path) -> Iterator[IO[bytes]]:
    """A file without a name, which gets it when the block ends well; elsewhere than on Linux one with a name of its own."""
    out.parent.mkdir(parents=True, exist_ok=True)
    draft: Path | None = None
    try:
        descriptor = os.open(out.parent, os.O_TMPFILE | os.O_RDWR, 0o600)
    except (AttributeError, OSError):
        draft = out.with_name(f".{out.name}.part")
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _name(draft or Path(f"/proc/self/fd/{file.fileno()}"), out)
        sync(out.parent)
    except FileExistsError as error:
        raise BackupError("backup-exists", path=str(out)) from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


def _name(source: Path, out: Path) -> None:
    """Give a file its name, unless that is taken; a descriptor's name is followed to its file (only ``linkat`` does)."""
    folder = os.open(out.parent, os.O_RDONLY)
    try:
        os.link(source, out.name, dst_dir_fd=folder)
    finally:
        os.close(folder)
