"""The papers of a form: taken one by one, shown again when the form is, tied when what it asks for is done.

Invariant: a paper is taken before anything is asked for, so that nobody uploads twice because a box was not ticked; only what
this person uploaded for this subject, and what no case has, is listed or handed on.
"""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse

from quanxin.attachments import removal
from quanxin.attachments.accept import accept, limit_mb
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.models import Attachment
from quanxin.casework.parties import Party
from quanxin.casework.representation import shown
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words

FILES = 5  # in one form at once; more can follow
FIELD, KEPT = "file", "paper"


def kept(request: HttpRequest, party: Party) -> list[Attachment]:
    """The papers that the form named and that are this person's to hand in, oldest first."""
    return list(
        Attachment.objects.filter(
            pk__in=_numbers(request.POST.getlist(KEPT)), uploaded_by=party.actor.name, subject_id=party.subject.pk,
            case="", removed_at=None,
        )
    )  # fmt: skip


def papers_of(request: HttpRequest, party: Party, kind: str) -> tuple[list[Attachment], AttachmentError | None]:
    """The papers of a form that was sent: those it named, less the one that ``drop`` names, which is removed, and the files
    that came with it, which are taken now; and why one was not taken. What was taken before that one stays."""
    papers = kept(request, party)
    wanted = set(_numbers([request.POST.get("drop", "")]))
    for paper in [paper for paper in papers if paper.pk in wanted]:
        removal.remove(party.actor, paper.pk, "提交前由上传人移除 / removed by its uploader before filing")
        papers.remove(paper)
    try:
        for file in request.FILES.getlist(FIELD):
            papers.append(accept(party.actor, file, name=file.name or "", kind=kind, subject_id=party.subject.pk))
    except AttachmentError as error:
        return papers, error
    return papers, None


def only_papers(request: HttpRequest) -> bool:
    """Whether the form was sent for its papers alone, and nothing is asked for yet."""
    return "upload" in request.POST or "drop" in request.POST


def refused(request: HttpRequest, error: AttachmentError) -> HttpResponse:
    """What came was too much to be read: nothing of the form was; the page says so and leads back to it."""
    return shown(request, None, "my/problem.html", {"problem": in_words(error), "back": request.path})


def files_said(kind: str) -> dict[str, int]:
    """What a form says about files: how many at once, how large each."""
    return {"files": FILES, "megabytes": limit_mb(kind)}


def _numbers(texts: list[str]) -> list[uuid.UUID]:
    """The numbers that a form of ours could hold."""
    return [number for text in texts if (number := parameters.identity(text))]
