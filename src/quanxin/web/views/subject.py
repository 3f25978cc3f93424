"""The page of one subject: who it is, what stands in its public record, chapter by chapter, and when it happened.

Invariant: the page is what ``archive_of`` gives the viewer PUBLIC; chapters and texts follow the layout of the
national public credit report, empty chapters included, and nothing is judged, weighed or left out. Long chapters are
paged; the printable version (``?print=1``) holds every record.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from quanxin.archive.queries import archive_of
from quanxin.archive.shapes import Chapter, RecordView
from quanxin.archive.viewers import PUBLIC
from quanxin.calendar import now
from quanxin.pages.paging import Paging
from quanxin.policy.model import Text
from quanxin.subjects.queries import find

CHAPTER_PAGE_LENGTH = 20
TIMELINE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class ChapterPage:
    """A chapter with the records of the page asked for, and how many of each resource the whole chapter holds."""

    key: str
    title: Text
    total: int
    records: tuple[RecordView, ...]
    paging: Paging
    kinds: list[tuple[Text, int]]


def _chapter_page(chapter: Chapter, wanted: str | None, everything: bool) -> ChapterPage:
    length = max(1, len(chapter.records)) if everything else CHAPTER_PAGE_LENGTH
    paging = Paging.of(len(chapter.records), length, wanted, {"chapter": chapter.key}, f"#{chapter.key}")
    counted = Counter(record.resource for record in chapter.records)
    titles = {record.resource: record.title for record in chapter.records}
    kinds = [(titles[key], count) for key, count in counted.items()]
    return ChapterPage(chapter.key, chapter.title, len(chapter.records), chapter.records[paging.span], paging, kinds)


@require_safe
def subject(request: HttpRequest, code: str) -> HttpResponse:
    """Show the public archive of the subject that ``code`` names; 404 where there is none or it is a natural person."""
    found = find(code)
    if found is None or found.natural:
        raise Http404(code)
    if found.code and found.code != code:
        return redirect("portal:subject", code=found.code)
    held = archive_of(found.pk, PUBLIC)
    everything = request.GET.get("print") == "1"
    asked_chapter = request.GET.get("chapter")
    pages = [
        _chapter_page(chapter, request.GET.get("page") if chapter.key == asked_chapter else None, everything)
        for chapter in held.chapters
    ]
    return render(
        request,
        "web/subject.html",
        {
            "subject": held.subject,
            "chapters": pages,
            "total": sum(page.total for page in pages),
            "recent": held.timeline[:TIMELINE_LENGTH],
            "earlier": held.timeline[TIMELINE_LENGTH:],
            "former_names": [name for name in held.subject.names if name[0] != held.subject.name],
            "everything": everything,
            "made_at": now(),
            "rights_url": reverse("portal:about") + "#rights",
            "address": request.build_absolute_uri(reverse("portal:subject", args=[code])),
        },
    )
