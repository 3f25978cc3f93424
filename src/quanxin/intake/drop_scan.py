"""The drop folder: departments put files into ``<drop>/<provider>/<resource>/`` and find the answers in
``<drop>/results/<provider>/<resource>/``.

Invariant: a file that stands still is handed in once; its answer (a receipt, or an error in words) is there before the
file is moved to ``taken/`` or ``refused/`` beside it, and whatever is killed on the way, the next scan goes on from
there. Nothing that a department put there is ever deleted; a file that was changed meanwhile stays and is a new one.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import now, today
from quanxin.identifiers import mask
from quanxin.intake import drop_folder, drop_results, inbox, receipts, submissions
from quanxin.intake.drop_folder import REFUSED, TAKEN, Found
from quanxin.intake.drop_results import ANNOTATED, ERROR, RECEIPT
from quanxin.intake.errors import IntakeError, translated
from quanxin.intake.models import Dropped, Submission
from quanxin.runtime.beneath import Folder
from quanxin.runtime.pack import current_pack
from quanxin.runtime.session import claimed

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
    logged and left to the next scan, and keeps no other waiting. Raises ``IntakeError`` where others than the platform
    may write to the root itself: there anybody could pass for another department.
    """
    found, base = Scan(), root()
    if base is None or not base.is_dir():
        return found
    if drop_folder.unsafe(base):
        raise IntakeError("drop-unsafe", path=base)
    with claimed("drop folder") as session:
        if session is None:
            return found
        with Folder.root(base) as top:
            for dropped in Dropped.objects.filter(answered_at=None).select_related("submission__batch"):
                if dropped.submission.finished:
                    with _logged(dropped.path):
                        _answer(base, top, dropped, found)
            waiting = set(Dropped.objects.filter(answered_at=None).values_list("path", flat=True))
            clock = drop_folder.clock(top)
            for file in drop_folder.files(top):
                if file.path not in waiting:
                    with _logged(file.path):
                        _look_at(base, file, clock, found)
    return found


def scan_as_job() -> None:
    """What the worker does every few seconds; a root that is not safe is logged, and said by the doctor."""
    with _logged("."):
        scan()


def waiting() -> list[str]:
    """The submissions of dropped files that nobody has taken in yet."""
    return list(
        Dropped.objects.filter(answered_at=None, submission__finished_at=None).values_list("submission", flat=True)
    )


def _look_at(base: Path, file: Found, clock: float, found: Scan) -> None:
    """Hand one file in if it stands still; refuse it at once where that is known at once."""
    if clock - file.status.st_ctime < settings.DROP_QUIET_SECONDS:
        found.moving.append(file.path)
        return
    try:
        _hand_in(file)
    except _Moving:
        found.moving.append(file.path)
    except IntakeError as error:
        drop_results.put(base, file.path, ERROR, error.to_json())
        drop_results.clear(base, file.path, RECEIPT, ANNOTATED)
        drop_folder.put_away(file.folder, file.name, REFUSED, error.code)
        found.refused.append(file.path)
    else:
        found.handed_in.append(file.path)


def _hand_in(file: Found) -> None:
    """Submit a file with the note of where it was; ``IntakeError`` where the folder or the file does not allow it."""
    if len(file.parts) != 3:
        raise IntakeError("drop-misplaced", path=file.path)
    provider, resource, name = file.parts
    rules = current_pack().on(today())
    if provider not in {known for one in rules.resources.values() for known in one.providers}:
        raise IntakeError("drop-provider-unknown", provider=provider)
    with translated(Path(file.path)), drop_folder.opened(file) as stream:
        before = drop_folder.signature(os.fstat(stream.fileno()))
        with transaction.atomic():
            made = submissions.submit(
                stream,
                file_name=name,
                resource=resource,
                provider=provider,
                actor=Actor(f"drop:{provider}", frozenset({Role.INTAKE})),
            )
            Dropped.objects.create(submission=made, path=file.path, signature=before)
            if drop_folder.signature(os.fstat(stream.fileno())) != before:
                inbox.discard(made.pk)
                raise _Moving


def _answer(base: Path, top: Folder, dropped: Dropped, found: Scan) -> None:
    """Give the answer to a file and move the file away; each step may have been done before."""
    path, work = dropped.path, dropped.submission
    taken = work.state == Submission.State.DONE and work.batch is not None
    if taken:
        receipt = receipts.receipt_of(str(work.batch_id))
        drop_results.put(base, path, RECEIPT, receipt.to_json() | {"submission": work.pk, "repeated": work.repeated})
        if receipt.quarantined + receipt.unlinked:
            _annotate(base, path, work)
        else:
            drop_results.clear(base, path, ANNOTATED)
        drop_results.clear(base, path, ERROR)
    else:
        drop_results.put(base, path, ERROR, dict(work.error or {}) | {"submission": work.pk})
        drop_results.clear(base, path, RECEIPT, ANNOTATED)
    _put_away(top, dropped, TAKEN if taken else REFUSED)
    # a name may hold a person's number: it is kept as it is only as long as the file lies there under it
    Dropped.objects.filter(pk=dropped.pk).update(answered_at=now(), path=mask(path))
    (found.taken if taken else found.refused).append(path)


def _put_away(top: Folder, dropped: Dropped, where: str) -> None:
    """Move a file that was answered, if it still is the one: neither gone nor changed, and its folder no link."""
    name = dropped.path.rpartition("/")[2]
    with suppress(FileNotFoundError, NotADirectoryError), drop_folder.folder_of(top, dropped.path) as folder:
        if drop_folder.signature(folder.status(name)) == dropped.signature:
            drop_folder.put_away(folder, name, where, dropped.submission_id)


def _annotate(base: Path, path: str, work: Submission) -> None:
    """Give the workbook of held rows; what a killed writer leaves is not left where departments look."""
    made = inbox.root() / work.pk / "receipt.xlsx"
    made.parent.mkdir(parents=True, exist_ok=True)
    receipts.write_annotated(str(work.batch_id), made)
    with made.open("rb") as content:
        drop_results.put(base, path, ANNOTATED, content)
    inbox.discard(work.pk)


@contextmanager
def _logged(path: str) -> Iterator[None]:
    """Log what the folder does not allow, and go on with the next file."""
    try:
        yield
    except (OSError, IntakeError) as error:
        _log.warning("drop folder: %s is left to the next scan: %s", path, error)
