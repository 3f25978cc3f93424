"""Submissions: a hand-in leaves its request and is taken in by a job.

Invariant: a file and its submission are kept before the clerk is told so; whatever dies afterwards, the submission ends
exactly once, as done with the one batch that its file made, or as refused in words with its file kept for a while.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import psycopg
from django.conf import settings
from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.types import TimeDeltaParams

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.accounts.own_matters import OwnMatter
from quanxin.calendar import now, today
from quanxin.intake import inbox
from quanxin.intake.errors import IntakeError
from quanxin.intake.hand_in import Mode
from quanxin.intake.models import Submission, new_submission_id
from quanxin.intake.pipeline import admit, intake
from quanxin.runtime.pack import current_pack
from quanxin.runtime.session import claimed

TASK = "intake.perform"
QUEUE = "intake"
# A file that ends its worker each time must not be tried for ever. A worker may well be killed a few times by others.
MOST_ATTEMPTS = 12

_log = logging.getLogger(__name__)


def submit(
    source: IO[bytes] | Path,
    *,
    file_name: str,
    resource: str,
    provider: str,
    actor: Actor,
    mode: Mode = "append",
    mapping: Mapping[str, str | None] | None = None,
) -> Submission:
    """Keep a file and have a job take it in; return the submission, which waits.

    ``source`` is a binary stream, or a file that is copied. The file, the submission and the job are kept together:
    called in a transaction, the job starts when it is committed. Raises ``NotAllowed`` without the intake role, and
    ``IntakeError`` where the resource, the provider or the disk does not allow it; then nothing is left.
    """
    actor.require(Role.INTAKE, provider)
    pack = current_pack()
    admit(pack, pack.on(today()), resource, provider)
    identity = new_submission_id()
    stored = inbox.store(source, identity, file_name)
    try:
        with transaction.atomic():
            made = Submission.objects.create(
                id=identity, resource=resource, provider=provider, mode=mode, mapping=mapping and dict(mapping),
                file_name=inbox.clean_name(file_name)[-255:], path=stored.path, sha256=stored.sha256, bytes=stored.bytes,
                actor=actor.name,
            )  # fmt: skip
            audit(actor, "intake.submit", f"submission:{identity}", resource=resource, provider=provider)
            enqueue(identity)
    except BaseException:
        inbox.discard(identity)
        raise
    return made


def status(submission: str) -> Submission:
    """How far a submission has come; ``IntakeError`` if there is none of that name."""
    found = Submission.objects.select_related("batch").filter(pk=submission).first()
    if found is None:
        raise IntakeError("submission-unknown", submission=submission)
    return found


def enqueue(submission: str, *, seconds: int = 0) -> bool:
    """Have a job take a submission in, after some seconds; False when one is waiting to do so already."""
    after: TimeDeltaParams | None = {"seconds": seconds} if seconds else None
    try:
        with transaction.atomic():
            app.configure_task(
                TASK, queue=QUEUE, queueing_lock=f"submission:{submission}", schedule_in=after
            ).defer(submission=submission)  # fmt: skip
    except exceptions.AlreadyEnqueued:
        return False
    return True


def perform(submission: str) -> bool:
    """Take a submission in, or finish what a killed worker began; False when another process is at it.

    Safe to call at any time and any number of times. Exceptions that are nobody's words (a database that is gone, a
    defect) pass to the caller, and the submission stays open.
    """
    with claimed(f"submission:{submission}") as session:
        if session is None:
            return False
        work = status(submission)
        if not work.finished:
            _take_in(work, session)
        if work.state == Submission.State.DONE:
            inbox.discard(work.pk)
        return True


def take_over() -> list[str]:
    """Give open submissions that no process works on and no job waits for to a new job; return which.

    One that was killed a time or two is tried at once; one that breaks off again and again must wait longer each time.
    """
    given = []
    for identity, attempts in Submission.objects.filter(finished_at=None).values_list("pk", "attempts"):
        with claimed(f"submission:{identity}") as session:
            free = session is not None
        if free and enqueue(identity, seconds=15 * max(0, attempts - 3)):
            given.append(identity)
    return given


def tidy() -> int:
    """Clear the inbox of files that are not needed any more; return how many folders went.

    Those of finished hand-ins go at once, refused ones after ``KEEP_REFUSED_DAYS``; a folder without a submission
    goes after a day, when the request that made it is certainly over.
    """
    if not inbox.root().is_dir():
        return 0
    kept_from = now() - dt.timedelta(days=settings.KEEP_REFUSED_DAYS)
    needed = set(Submission.objects.filter(finished_at=None).values_list("pk", flat=True)) | set(
        Submission.objects.filter(state=Submission.State.REFUSED, finished_at__gte=kept_from).values_list(
            "pk", flat=True
        )
    )
    known = set(Submission.objects.values_list("pk", flat=True).iterator())
    yesterday = (now() - dt.timedelta(days=1)).timestamp()
    gone = [
        folder.name
        for folder in inbox.root().iterdir()
        if folder.name not in needed and (folder.name in known or folder.stat().st_mtime < yesterday)
    ]
    for name in gone:
        inbox.discard(name)
    return len(gone)


def _take_in(work: Submission, session: psycopg.Connection) -> None:
    """One attempt at a submission that this process has claimed."""
    if work.attempts >= MOST_ATTEMPTS:
        _finish(work, error=IntakeError("submission-given-up", file=work.file_name, attempts=work.attempts))
        return
    work.state, work.attempts, work.moments = Submission.State.RUNNING, work.attempts + 1, {}
    work.save(update_fields=["state", "attempts", "moments"])
    try:
        receipt = intake(
            inbox.root() / work.path, resource=work.resource, provider=work.provider,
            actor=Actor(work.actor, frozenset({Role.INTAKE})), mode=_mode(work), mapping=work.mapping,
            on_progress=lambda step: _tell(session, work.pk, step),
        )  # fmt: skip
    except IntakeError as error:
        _finish(work, error=error)
    except OwnMatter:
        _finish(work, error=IntakeError("own-matter"))
    else:
        _finish(work, batch=receipt.batch)


def _tell(session: psycopg.Connection, submission: str, step: str) -> None:
    """Write how far it has come, for all to see while the intake's own transaction is open."""
    moment = json.dumps({step: now().isoformat(timespec="milliseconds")})
    session.execute(
        "UPDATE intake_submission SET step = %s, moments = moments || %s::jsonb WHERE id = %s",
        [step, moment, submission],
    )


def _finish(work: Submission, *, batch: str | None = None, error: IntakeError | None = None) -> None:
    ending: dict[str, Any] = {"state": Submission.State.DONE, "batch_id": batch, "finished_at": now()}
    if error is not None:
        ending |= {"state": Submission.State.REFUSED, "error": error.to_json()}
        _log.info("submission refused", extra={"submission": work.pk, "code": error.code})
    Submission.objects.filter(pk=work.pk, finished_at=None).update(**ending)
    work.refresh_from_db()


def _mode(work: Submission) -> Mode:
    return "replace" if work.mode == "replace" else "append"
