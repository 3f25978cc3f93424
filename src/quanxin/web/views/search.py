"""Finding a subject: the results page and the suggestions under the search box.

Invariant: a code that is known leads to its subject; anything else is looked for among names; natural persons are
found by neither, because neither query knows them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from quanxin.archive.shapes import State
from quanxin.archive.standing import states_of
from quanxin.archive.viewers import PUBLIC
from quanxin.calendar import today
from quanxin.identifiers import normalise_code
from quanxin.policy import Rules
from quanxin.policy.model import Text
from quanxin.runtime import parameters
from quanxin.runtime.pack import current_pack
from quanxin.subjects.queries import find
from quanxin.subjects.search import Hit, search_names

PAGE_LENGTH = 20
LAST_PAGE = 50  # whoever has not found it among a thousand says more of its name
SUGGESTIONS = 8
SHORTEST_QUERY = 2
LONGEST_QUERY = 100
_CODE = re.compile(r"(?=.*[0-9])[0-9A-Z]{8,18}")


@dataclass(frozen=True, slots=True)
class FoundSubject:
    """A hit with the labels of its type and region, and the state of its subject."""

    hit: Hit
    kind: Text
    region: Text | None
    state: State | None


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:LONGEST_QUERY]


def _looks_like_code(text: str) -> bool:
    return _CODE.fullmatch(normalise_code(text)) is not None


def _labelled(hits: tuple[Hit, ...], rules: Rules) -> list[FoundSubject]:
    regions = {one.value: one.title for one in rules.divisions}
    states = states_of([hit.subject_id for hit in hits], PUBLIC)
    return [
        FoundSubject(hit, rules.subject_types[hit.type].title, regions.get(hit.region), states.get(hit.subject_id))
        for hit in hits
    ]


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Lead to the subject of a code, or list the subjects whose name, present or former, holds the words asked for."""
    text = _asked(request)
    is_code = _looks_like_code(text)
    if is_code and (subject := find(text)) is not None and subject.code:
        return redirect("portal:subject", code=subject.code)
    context = {"query": text, "is_code": is_code, "too_short": 0 < len(text) < SHORTEST_QUERY}
    if len(text) >= SHORTEST_QUERY:
        page = parameters.page(request.GET.get("page"))
        if page > LAST_PAGE:
            return redirect(reverse("portal:search", query={"q": text}))
        offset = (page - 1) * PAGE_LENGTH
        found = search_names(text, limit=PAGE_LENGTH, offset=offset)
        if page > 1 and not found.hits:
            return redirect(reverse("portal:search", query={"q": text}))
        context |= {
            "total": found.total,
            "exact": found.exact,
            "hits": _labelled(found.hits, current_pack().on(today())),
            "first": offset + 1,
            "last": offset + len(found.hits),
            "page": page,
            "previous": page - 1 if page > 1 else None,
            "next": page + 1 if found.total > offset + PAGE_LENGTH and page < LAST_PAGE else None,
        }
    return render(request, "web/search.html", context)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Answer the search box while it is typed in: a fragment with the first few names, or nothing."""
    text = _asked(request)
    hits = search_names(text, limit=SUGGESTIONS).hits if len(text) >= SHORTEST_QUERY else ()
    return render(request, "web/_suggestions.html", {"query": text, "hits": hits})
