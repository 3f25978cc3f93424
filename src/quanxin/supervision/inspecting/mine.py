"""Inspections on one's own pages: who came or will come, on what basis, how often of how often, and how it was done.

Invariant: what is not announced is not there before the inspectors are; a rating is of how an inspection was done, once, and
does its subject no harm: no inspector and no department is ranked by it.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.calendar import today
from quanxin.casework.errors import RightsError
from quanxin.casework.notices import authority
from quanxin.casework.parties import Party
from quanxin.casework.procedures import seen_by_party, state_of
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.pages.listings import Cell, Column, Kind, Listing, page_of
from quanxin.policy.inspections import NO_CLASS
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words, said
from quanxin.supervision.inspecting import answers, published
from quanxin.supervision.inspecting.errors import InspectionError
from quanxin.supervision.models import Inspection, Inspector
from quanxin.supervision.planning import caps

LENGTH = 20
MOST, WORDS = 5, 1000  # stars; characters of what is said beside them


@require_safe
@requires_scope(agents=False)
def listed(request: HttpRequest, me: Representation) -> HttpResponse:
    """The inspections of oneself, the latest first, and how many there were this year."""
    found = Inspection.objects.filter(seen_by_party("case"), subject_id__in=me.party.ids).select_related("case")
    rows, paging = page_of(request, found, LENGTH)
    listing = Listing(
        key="visits",
        title=_("检查"),
        quiet=True,
        rows=rows,
        paging=paging,
        empty=_("没有对您的检查。"),
        columns=[
            Column(
                _("检查事项"),
                lambda one: Cell(_titles(one), reverse("my:inspection", args=[one.case.number])),
                Kind.LINK,
            ),
            Column(_("检查单位"), lambda one: said(authority(one.provider))),
            Column(_("检查日期"), lambda one: one.done_on or one.to_day, Kind.DAY),
            Column(_("状态"), lambda one: Cell(said(state_of(one.case).title)), Kind.STATE),
        ],
    )
    year = today().year
    context = {"listing": listing, "year": year, "counts": _counts(me.party, year)}
    return shown(request, me, "supervision/my_inspections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(agents=False)
def one(request: HttpRequest, me: Representation, number: str) -> HttpResponse:
    """An inspection: who came, on what basis, what it found; it is rated here once it is over."""
    found = _own(me.party, number)
    problem = ""
    if request.method == "POST":
        try:
            rate(me.party, number, parameters.number(request.POST.get("stars")) or 0, request.POST.get("words", ""))
        except RightsError as error:
            problem = in_words(error)
        else:
            return redirect("my:inspection", number)
    items = published.items_on(found.from_day)
    context: dict[str, Any] = {
        "inspection": found,
        "why": published.why_of(found),
        "result": published.result_of(found),
        "state": state_of(found.case).title,
        "authorities": [said(authority(key)) for key in (found.provider, *found.partners)],
        "inspectors": Inspector.objects.filter(card__in=found.inspectors),
        "items": [items[key] for key in found.items if key in items],
        "answers": answers.shown(found),
        "rateable": _rateable(found),
        "stars": range(1, MOST + 1),
        "problem": problem,
    }
    return shown(request, me, "supervision/my_inspection.html", context, 422 if problem else 200)


@act
def rate(party: Party, number: str, stars: int, words: str) -> Inspection:
    """Keep how a subject rates an inspection that is over; the same said twice is said once.

    Raises ``InspectionError`` for one that is not over or was rated otherwise, and for no such number of stars.
    """
    found = Inspection.objects.select_for_update(of=("self",)).select_related("case").get(pk=_own(party, number).pk)
    kept = words.strip()[:WORDS]
    if (found.stars, found.words) == (stars, kept):
        return found
    if not _rateable(found):
        raise InspectionError("rating-not-now")
    if not 1 <= stars <= MOST:
        raise InspectionError("rating-wrong")
    found.stars, found.words = stars, kept
    found.save(update_fields=["stars", "words"])
    audit(party.actor, "supervision.rate", found.case.reference, stars=stars)
    return found


def _rateable(found: Inspection) -> bool:
    return not found.case.open and bool(found.result) and found.stars is None


def _own(party: Party, number: str) -> Inspection:
    found = Inspection.objects.select_related("case").filter(case=party.case(number)).first()
    if found is None:
        raise RightsError("case-unknown")
    return found


def _titles(one: Inspection) -> str:
    return "、".join(published.title_of(key) for key in one.items)


def _counts(party: Party, year: int) -> list[tuple[str, int, int | None]]:
    """By department: how many drawn inspections of the year, of how many allowed."""
    drawn = Inspection.objects.filter(seen_by_party("case"), subject_id__in=party.ids, why=Inspection.Why.DRAWN)
    departments = drawn.filter(from_day__year=year).values_list("provider", flat=True).order_by().distinct()
    levels = dict(drawn.order_by("pk").values_list("provider", "selected__stratum"))
    return [
        (
            said(authority(key)),
            sum(caps.used(party.ids, year, key).values()),
            caps.allowed(levels.get(key) or NO_CLASS, key, today()),
        )
        for key in sorted(departments)
    ]
