"""Results of inspections for everybody.

Invariant: what is shown is what the accessor shows to the public, record by record; nothing is said of natural persons, and
nothing of a class.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.archive import access
from quanxin.archive.models import Record
from quanxin.archive.viewers import PUBLIC
from quanxin.calendar import today
from quanxin.pages.listings import Cell, Column, Kind, Listing
from quanxin.pages.paging import Onward
from quanxin.runtime import parameters
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.supervision.inspecting.published import RESULTS

LENGTH = 25


def results(draw: str = "") -> QuerySet[Record]:
    """The published results, the latest first; those of one ``draw`` by its number."""
    day = today()
    found = Record.objects.filter(resource=RESULTS, superseded_at=None, event_date__lte=day)
    if draw:
        found = found.filter(payload__plan_number=draw)
    natural = Subject.objects.filter(natural=True).values("pk")
    return access.visible_records(PUBLIC, found, day).exclude(subject_id__in=natural).order_by("-event_date", "-id")


@require_safe
def inspections(request: HttpRequest) -> HttpResponse:
    """Results of inspections, of one draw where its number is named."""
    draw, before = request.GET.get("draw", "").strip()[:64], request.GET.get("before", "")
    found = results(draw)
    day_text, _colon, number_text = before.partition(":")
    day, number = parameters.day(day_text), parameters.number(number_text)
    if before and day is not None and number is not None:
        found = found.filter(Q(event_date__lt=day) | Q(event_date=day, id__lt=number))
    records, onward = Onward.of(
        list(found[: LENGTH + 1]),
        LENGTH,
        before,
        lambda one: f"{one.event_date}:{one.id}",
        keep={"draw": draw} if draw else {},
    )
    subjects = Subject.objects.select_related("merged_into").in_bulk([one.subject_id for one in records])
    listing = Listing(
        key="results",
        title=_("检查结果"),
        quiet=True,
        rows=records,
        paging=onward,
        empty=_("没有公示的检查结果。"),
        columns=[
            Column(_("检查对象"), lambda one: _subject(subjects[one.subject_id]), Kind.LINK, bare=True),
            Column(_("检查事项"), lambda one: Cell(one.payload.get("matter"), notes=[_random(one)]), bare=True),
            Column(_("检查结果"), lambda one: one.payload.get("result")),
            Column(_("检查机关"), lambda one: one.payload.get("authority_name")),
            Column(_("检查日期"), lambda one: one.event_date, Kind.DAY),
        ],
    )
    resource = current_pack().on(today()).resources[RESULTS]
    return render(request, "supervision/results.html", {"listing": listing, "draw": draw, "resource": resource})


def _subject(one: Subject) -> Cell:
    found = one.merged_into or one
    return Cell(found.name, reverse("portal:subject", args=[found.code]) if found.code else "", notes=[found.code])


def _random(one: Record) -> str:
    return _("双随机抽查") if one.payload.get("random") else _("其他检查")
