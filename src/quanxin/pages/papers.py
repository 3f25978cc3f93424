"""The papers of a form: taken one by one, shown again when the form is, tied when what it asks for is done.

Invariant: a paper is taken before anything is asked for, so that nobody uploads twice because a box was not ticked; only what
this person uploaded for this subject, and what no case has, is listed or handed on.
"""

from __future__ import annotations

import uuid

from django.http import HttpRequest

from quanxin.accounts import Actor
from quanxin.attachments import removal
from quanxin.attachments.accept import accept, limit_mb
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.models import Attachment, Kind
from quanxin.runtime import parameters

FILES = 5  # in one form at once; more can follow
FIELD, KEPT = "file", "paper"


def papers_of(
    request: HttpRequest, actor: Actor, subject_id: int, kind: str
) -> tuple[list[Attachment], AttachmentError | None]:
    """The papers of a form that was sent: those it named, less the one that ``drop`` names, which is removed, and the files
    that came with it, which are taken now; and why one was not taken. What was taken before that one stays."""
    papers = _kept(request, actor, subject_id)
    wanted = set(_numbers([request.POST.get("drop", "")]))
    for paper in [paper for paper in papers if paper.pk in wanted]:
        removal.remove(actor, paper.pk, "提交前由上传人移除 / removed by its uploader before filing")
        papers.remove(paper)
    try:
        for file in request.FILES.getlist(FIELD):
            papers.append(accept(actor, file, name=file.name or "", kind=kind, subject_id=subject_id))
    except AttachmentError as error:
        return papers, error
    return papers, None


def only_papers(request: HttpRequest) -> bool:
    """Whether the form was sent for its papers alone, and nothing is asked for yet."""
    return "upload" in request.POST or "drop" in request.POST


def files_said(kind: str) -> dict[str, int]:
    """What a form says about files: how many at once, how large each."""
    return {"files": FILES, "megabytes": limit_mb(kind)}


def kind_of(named: tuple[str, ...]) -> str:
    """The kind of paper that a procedure names first; "other" for one that is not known here."""
    known = next((key for key in named if key in Kind.values), None)
    return known or Kind.OTHER.value


def _kept(request: HttpRequest, actor: Actor, subject_id: int) -> list[Attachment]:
    """The papers that the form named and that are this person's to hand in, oldest first."""
    return list(
        Attachment.objects.filter(
            pk__in=_numbers(request.POST.getlist(KEPT)),
            uploaded_by=actor.name,
            subject_id=subject_id,
            case="",
            removed_at=None,
        )
    )


def _numbers(texts: list[str]) -> list[uuid.UUID]:
    """The numbers that a form of ours could hold."""
    return [number for text in texts if (number := parameters.identity(text))]
