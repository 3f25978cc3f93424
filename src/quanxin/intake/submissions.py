"""Submissions: a hand-in leaves its request and is taken in by a job.

Invariant: a file and its submission are kept before the clerk is told so; whatever dies afterwards, the submission is a long
work that ends once: done with the one batch that its file made, refused in words with its file kept for a while, or cancelled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.calendar import now, today
from quanxin.intake import inbox
from quanxin.intake.errors import IntakeError
from quanxin.intake.hand_in import Mode
from quanxin.intake.models import Submission, new_submission_id
from quanxin.intake.pipeline import admit, intake
from quanxin.runtime.pack import current_pack
from quanxin.work import engine
from quanxin.work.kinds import Kind, Tell

ELSEWHERE = dt.timedelta(days=1)  # for how long a file that is not here may lie on another machine


class Submissions(Kind[Submission]):
    """Taking in what was submitted; the job acts as who handed in, with the intake role alone."""

    key: ClassVar[str] = "submission"
    queue: ClassVar[str] = "intake"
    model = Submission

    def steps(self, _work: Submission, /) -> Mapping[str, str | Promise]:
        return {
            "reading": _("读取文件"),
            "checking": _("逐行校验"),
            "matching": _("匹配主体"),
            "committing": _("写入档案"),
        }

    def carry_out(self, work: Submission, tell: Tell, /) -> Mapping[str, Any]:
        receipt = intake(
            inbox.root() / work.path,
            resource=work.resource,
            provider=work.provider,
            actor=Actor(work.actor, frozenset({Role.INTAKE})),
            mode="replace" if work.mode == "replace" else "append",
            mapping=work.mapping,
            on_progress=tell,
        )
        return {"batch_id": receipt.batch}

    def given_up(self, work: Submission, /) -> IntakeError:
        return IntakeError("submission-given-up", file=work.file_name, attempts=work.attempts)

    def require(self, actor: Actor, work: Submission, /) -> None:
        actor.require(Role.INTAKE, work.provider)

    def may_again(self, work: Submission, /) -> bool:
        """What another try can heal, as long as the file lies here and its drop folder was told nothing else."""
        code = (work.error or {}).get("code", "")
        healed = code == "submission-given-up" or IntakeError.restored({"code": code}).status >= 500
        return healed and not hasattr(work, "dropped") and (inbox.root() / work.path).exists()

    def here(self, work: Submission, /) -> bool:
        """Whether the file lies in this machine's inbox; after a day it lies in nobody's, and the try says so."""
        return (inbox.root() / work.path).exists() or now() - work.created_at > ELSEWHERE

    @property
    def keep(self) -> dt.timedelta:
        return dt.timedelta(days=settings.KEEP_REFUSED_DAYS)

    def empty(self, work: Submission, /) -> None:
        inbox.discard(work.pk)

    def ended(self, work: Submission, /) -> None:
        if work.state != Submission.State.REFUSED:
            inbox.discard(work.pk)


SUBMISSIONS = Submissions()


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
            made = engine.begin(
                SUBMISSIONS,
                actor,
                id=identity,
                resource=resource,
                provider=provider,
                mode=mode,
                mapping=mapping and dict(mapping),
                file_name=inbox.clean_name(file_name)[-255:],
                path=stored.path,
                sha256=stored.sha256,
                bytes=stored.bytes,
            )
            audit(actor, "intake.submit", f"submission:{identity}", resource=resource, provider=provider)
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


def tidy() -> int:
    """Clear the inbox of files that nobody needs; return how many folders went.

    Those of submissions that are over go, unless they are kept for a while; a folder without a submission goes after a day,
    when the request that made it is certainly over.
    """
    if not inbox.root().is_dir():
        return 0
    kept = Q(finished_at=None) | Q(state=Submission.State.REFUSED, emptied_at=None)
    needed = set(Submission.objects.filter(kept).values_list("pk", flat=True))
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
