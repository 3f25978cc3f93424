"""The drop folder: departments put files into ``<drop>/<provider>/<resource>/`` and find receipts beside them.

Invariant: a file that stands still is handed in once; its answer (a receipt, or an error in words) is beside where it
was before it is moved to ``taken/`` or ``refused/``, and whatever is killed on the way, the next scan goes on from
there. Nothing in the folder is ever deleted but an answer by the next answer to the same name; a file that was changed
meanwhile stays and is a new one.
"""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import now, today
from quanxin.exchange import inbox, receipts, submissions
from quanxin.exchange.errors import IntakeError, translated
from quanxin.exchange.models import Dropped, Submission
from quanxin.runtime.durable import sync
from quanxin.runtime.pack import current_pack
from quanxin.runtime.session import claimed

TAKEN, REFUSED = "taken", "refused"
RECEIPT, ANNOTATED, ERROR = ".receipt.json", ".receipt.xlsx", ".error.json"
_OURS = (RECEIPT, ANNOTATED, ERROR)
# Names that programs give to a file that they have not finished; and what begins with these.
_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".swp", ".lock", "~")
_HIDDEN = (".", "~$")

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Scan:
    """What a scan found: files handed in, answered with a receipt, refused, and not yet standing still."""

    handed_in: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    moving: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, list[str]]:
        """As JSON that others read; the names are stable."""
        return asdict(self)


class _Moving(Exception):
    """The file was changed while it was read: it is not finished after all."""


def root() -> Path | None:
    """The drop folder; None where none is watched."""
    return Path(settings.DROP_DIR) if settings.DROP_DIR else None


def scan() -> Scan:
    """Answer the files whose submissions are finished, and hand in those that stand still.

    One scan at a time, whoever calls; another finds nothing to do. A file or folder that cannot be dealt with is
    logged and left to the next scan, and keeps no other waiting.
    """
    found, base = Scan(), root()
    if base is None or not base.is_dir():
        return found
    with claimed("drop folder") as session:
        if session is None:
            return found
        for dropped in Dropped.objects.filter(answered_at=None).select_related("submission__batch"):
            if dropped.submission.finished:
                with _logged(dropped.path):
                    _answer(base, dropped, found)
        waiting = set(Dropped.objects.filter(answered_at=None).values_list("path", flat=True))
        clock = _clock(base)
        for path in _files(base):
            relative = str(path.relative_to(base))
            if relative not in waiting:
                with _logged(relative):
                    _look_at(base, path, clock, found)
    return found


def waiting() -> list[str]:
    """The submissions of dropped files that nobody has taken in yet."""
    return list(
        Dropped.objects.filter(answered_at=None, submission__finished_at=None).values_list("submission", flat=True)
    )


def _look_at(base: Path, path: Path, clock: float, found: Scan) -> None:
    """Hand one file in if it stands still; refuse it at once where that is known at once."""
    relative = path.relative_to(base)
    if clock - path.lstat().st_ctime < settings.DROP_QUIET_SECONDS:
        found.moving.append(str(relative))
        return
    try:
        _hand_in(path, relative)
    except _Moving:
        found.moving.append(str(relative))
    except IntakeError as error:
        _write(path, ERROR, error.to_json())
        _clear(path, RECEIPT, ANNOTATED)
        _move(path, REFUSED, error.code)
        found.refused.append(str(relative))
    else:
        found.handed_in.append(str(relative))


def _hand_in(path: Path, relative: Path) -> None:
    """Submit a file with the note of where it was; ``IntakeError`` where the folder or the file does not allow it."""
    if len(relative.parts) != 3:
        raise IntakeError.of("drop-misplaced", path=relative)
    provider, resource, name = relative.parts
    rules = current_pack().on(today())
    if provider not in {known for one in rules.resources.values() for known in one.providers}:
        raise IntakeError.of("drop-provider-unknown", provider=provider)
    with translated(path), _opened(path) as stream:
        before = _signature(os.fstat(stream.fileno()))
        with transaction.atomic():
            made = submissions.submit(
                stream, file_name=name, resource=resource, provider=provider,
                actor=Actor(f"drop:{provider}", frozenset({Role.INTAKE})),
            )  # fmt: skip
            Dropped.objects.create(submission=made, path=str(relative), signature=before)
            if _signature(os.fstat(stream.fileno())) != before:
                inbox.discard(made.pk)
                raise _Moving


def _answer(base: Path, dropped: Dropped, found: Scan) -> None:
    """Put the answer beside a file and move the file away; each step may have been done before."""
    path, work = base / dropped.path, dropped.submission
    if work.state == Submission.State.DONE and work.batch is not None:
        receipt = receipts.receipt_of(work.batch.pk)
        _write(path, RECEIPT, receipt.to_json() | {"submission": work.pk, "repeated": work.repeated})
        if receipt.quarantined + receipt.unlinked:
            _annotate(path, work)
        else:
            _clear(path, ANNOTATED)
        _clear(path, ERROR)
    else:
        _write(path, ERROR, dict(work.error or {}) | {"submission": work.pk})
        _clear(path, RECEIPT, ANNOTATED)
    taken = work.state == Submission.State.DONE
    with suppress(FileNotFoundError):
        if _signature(path.lstat()) == dropped.signature:
            _move(path, TAKEN if taken else REFUSED, work.pk)
    Dropped.objects.filter(pk=dropped.pk).update(answered_at=now())
    (found.taken if taken else found.refused).append(dropped.path)


def _files(base: Path) -> Iterator[Path]:
    """The files that departments put there, finished as far as their names tell; never through a link."""
    for folder, below, names in os.walk(base):
        below[:] = sorted(
            name for name in below if name not in (TAKEN, REFUSED) and not name.startswith(_HIDDEN) and _legible(name)
        )
        for name in sorted(names):
            path = Path(folder) / name
            if not _legible(name):
                with suppress(OSError):
                    _spell(path)
                continue
            if name.startswith(_HIDDEN) or name.lower().endswith(_UNFINISHED) or name.endswith(_OURS):
                continue
            with suppress(FileNotFoundError):
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path


def _legible(name: str) -> bool:
    """Whether a name is UTF-8 text, which all that tells of it can carry."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _spell(path: Path) -> None:
    """Give a file whose name is not UTF-8 (older programs write GB18030) its name in UTF-8; it is taken in next time."""
    called = inbox.safe_name(os.fsencode(path.name).decode("gb18030", errors="replace"))
    if not (path.parent / called).exists():
        path.rename(path.parent / called)


def _clock(base: Path) -> float:
    """What the clock of the file system says: on a share it is the server's, and files bear its times."""
    probe = base / ".quanxin-clock"
    try:
        probe.touch()
        os.utime(probe)
        return probe.stat().st_ctime
    finally:
        probe.unlink(missing_ok=True)


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def _signature(status: os.stat_result) -> list[int]:
    """What changes when a file's content does."""
    return [status.st_ino, status.st_size, status.st_mtime_ns]


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(inbox.safe_name(path.name) + ending)


def _annotate(path: Path, work: Submission) -> None:
    """Put the workbook of held rows beside a file; what a killed writer leaves is not left where departments look."""
    made = inbox.root() / work.pk / "receipt.xlsx"
    made.parent.mkdir(parents=True, exist_ok=True)
    receipts.write_annotated(str(work.batch_id), made)
    with made.open("rb") as content:
        _put(path, ANNOTATED, content)
    inbox.discard(work.pk)


def _write(path: Path, ending: str, content: Mapping[str, Any]) -> None:
    """Put an answer in JSON beside a file."""
    _put(path, ending, io.BytesIO(json.dumps(content, ensure_ascii=False, indent=2).encode()))


def _put(path: Path, ending: str, content: IO[bytes]) -> None:
    """Put an answer beside a file: it is there whole or not at all."""
    out = _beside(path, ending)
    draft = out.with_name(f".{out.name}.part")
    with draft.open("wb") as file:
        shutil.copyfileobj(content, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(out)
    sync(out.parent)


def _clear(path: Path, *endings: str) -> None:
    """Remove answers to an earlier file of the same name."""
    for ending in endings:
        _beside(path, ending).unlink(missing_ok=True)


def _move(path: Path, where: str, mark: str) -> None:
    """Move a file into ``taken`` or ``refused`` beside it; never over another, which gives it ``mark`` in its name."""
    folder = path.parent / where
    folder.mkdir(exist_ok=True)
    called, number = Path(inbox.safe_name(path.name)), 0
    target = folder / called
    while target.exists():
        number += 1
        target = folder / f"{called.stem}.{mark}{'' if number == 1 else f'.{number}'}{called.suffix}"
    path.rename(target)


@contextmanager
def _logged(relative: str) -> Iterator[None]:
    """Log what the folder does not allow, and go on with the next file."""
    try:
        yield
    except (OSError, IntakeError) as error:
        _log.warning("drop folder: %s is left to the next scan: %s", relative, error)
