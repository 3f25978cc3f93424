"""My notices: what I was told, in full, what I have not read, and where each leads.

Invariant: a notice reads as it did on its day; it counts as read when its reader says so, not because a page was opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from quanxin.accounts.agency import Scope
from quanxin.casework import notices
from quanxin.casework import rendering as letters
from quanxin.casework.models import Notice
from quanxin.casework.notices import MY_RECORD
from quanxin.casework.parties import Party
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.pages.listings import page_of
from quanxin.policy.model import Text
from quanxin.runtime import parameters
from quanxin.runtime.language import language

LENGTH = 10


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as its reader sees it; ``link`` is where one goes on from it."""

    notice: Notice
    title: str
    paragraphs: tuple[str, ...]
    link: str


@dataclass(frozen=True, slots=True)
class Headed:
    """An unread notice in a list; ``about`` is the number of the document that it concerns, where that is known."""

    notice: Notice
    title: Text
    about: str
    link: str


def unread_of(party: Party) -> list[Notice]:
    """The notices that were not read, the newest first."""
    return list(Notice.objects.filter(subject_id__in=party.ids, read_at=None))


def headed(found: Sequence[Notice], numbers: Mapping[int, str]) -> list[Headed]:
    """Notices by their headings; ``numbers`` are those of the documents of records, by the records' ids."""
    return [
        Headed(
            one,
            letters.heading(one),
            str(one.particulars.get("document_number") or numbers.get(one.record_id or 0, "")),
            link_of(one),
        )
        for one in found
    ]


def link_of(notice: Notice) -> str:
    """Where a notice leads: to its case, its record, its consent."""
    if (kept := notice.particulars.get("link")) is not None:
        return str(kept)
    return MY_RECORD.format(notice.subject_id, notice.record_id) if notice.record_id else reverse("my:notices")


@require_safe
@requires_scope(Scope.ARCHIVE)
def listed(request: HttpRequest, me: Representation) -> HttpResponse:
    """Every notice, the newest first."""
    every = Notice.objects.filter(subject_id__in=me.party.ids)
    found, paging = page_of(request, every, LENGTH)
    told = []
    for notice, (title, body) in zip(found, letters.all_rendered(found, language()), strict=True):
        link = link_of(notice)
        told.append(Told(notice, title, tuple(_without(body, link).split("\n")), link))
    return shown(request, me, "my/notices.html", {"told": told, "paging": paging})


def _without(body: str, link: str) -> str:
    """The body as the page shows it: the address stands beneath it as a link, in the text as words."""
    return body.strip().replace(link, "见下方链接" if language() == "zh" else "see the link below")


@require_POST
@requires_scope(Scope.ARCHIVE)
def read(request: HttpRequest, me: Representation) -> HttpResponse:
    """Mark one notice as read, or all where none is named; what names no notice of the subject's is refused."""
    number = request.POST.get("notice")
    if number is None:
        notices.mark_read(me.party)
    else:
        notices.mark_one_read(me.party, parameters.number(number) or 0)
    page = parameters.page(request.POST.get("page"))
    return redirect(reverse("my:notices") + (f"?page={page}" if page > 1 else ""))
