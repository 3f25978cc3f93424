"""Draws for everybody: every draw in whatever state it is, what was promised before it, its files, and how to check them.

Invariant: a draw is never out of sight, a void one least of all: its reason and the draw after it stand beside it. Of files
that is given which ``folder.shown`` allows; no page names who will be visited, an inspector, or anybody's class.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.casework.notices import authority
from quanxin.casework.words import state_told
from quanxin.identifiers.personal_numbers import mask_whatever_resembles
from quanxin.pages.fields import Item
from quanxin.pages.fields import Kind as Box
from quanxin.pages.listings import Cell, Column, Filters, Kind, Listing, page_of
from quanxin.policy.inspections import RandomSource, SkipReason
from quanxin.runtime import parameters
from quanxin.runtime.language import said
from quanxin.supervision.drawing import folder, leaves, making
from quanxin.supervision.drawing.errors import DrawError
from quanxin.supervision.inspecting.published import title_of
from quanxin.supervision.models import Draw
from quanxin.supervision.planning import published, told

LENGTH = 25
MEDIA = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """All draws, the latest first, by department and how far they are."""
    every = Draw.objects.select_related("case", "plan_line__case", "after__case")
    keys = every.order_by().values_list("case__provider", flat=True).distinct()
    departments = tuple((key, said(authority(key))) for key in sorted(keys))
    filters = Filters(
        request,
        [
            Item("department", _("抽取机关"), Box.CHOICE, options=departments, blank=_("全部")),
            Item("state", _("状态"), Box.CHOICE, options=tuple(_states().items()), blank=_("全部")),
        ],
    )
    found = _narrowed(every, filters.asked)
    rows, paging = page_of(request, found, LENGTH, filters.kept)
    listing = Listing(
        key="draws",
        title=_("双随机抽取"),
        quiet=True,
        rows=rows,
        paging=paging,
        filters=filters,
        empty=_("没有这样的抽取。"),
        columns=[
            Column(_("抽取编号"), _link, Kind.LINK),
            Column(_("检查事项"), lambda one: Cell(items=_items(one)), bare=True),
            Column(_("抽取机关"), lambda one: said(authority(one.case.provider))),
            Column(_("公布承诺"), lambda one: one.committed_at, Kind.MOMENT),
            Column(_("状态"), _state, Kind.STATE),
        ],
    )
    return render(request, "supervision/draws.html", {"listing": listing})


@require_safe
def draw(request: HttpRequest, number: str) -> HttpResponse:
    """A draw: what was promised, what was done, its files, and how to check them."""
    one = _found(number)
    context = {
        "draw": one,
        "case": one.case,
        "authority": authority(one.case.provider),
        "state": state_told(one.case),
        "items": _items(one),
        "again": mask_whatever_resembles(one.again),
        "next": Draw.objects.select_related("case").filter(after=one).first(),
        "promised": _promised(one),
        "history": told.history(one.case),
        "files": [(name, (folder.of(one) / name).stat().st_size) for name in folder.shown(one)],
        "leaves": leaves.of(one),
        "plan": told.plans().filter(pk=one.plan_line.case_id).first(),
    }
    return render(request, "supervision/draw.html", context)


@require_safe
def file(_request: HttpRequest, number: str, name: str) -> HttpResponseBase:
    """A published file of a draw, or the receipt of a leaf of the log that fixes it."""
    one = _found(number)
    if (proof := leaves.receipt(one, name)) is not None:
        return HttpResponse(
            proof, content_type=MEDIA["json"], headers={"Content-Disposition": f"attachment; filename={name}"}
        )
    if name not in folder.shown(one):
        raise Http404(name)
    media = MEDIA.get(name.rpartition(".")[2], "application/octet-stream")
    return FileResponse((folder.of(one) / name).open("rb"), as_attachment=True, filename=name, content_type=media)


def _found(number: str) -> Draw:
    held = Draw.objects.select_related("case", "plan_line__case", "after__case")
    one = held.filter(case__number=parameters.case_number(number) or "").first()
    if one is None:
        raise Http404(number)
    return one


def _narrowed(found: QuerySet[Draw], asked: dict[str, str]) -> QuerySet[Draw]:
    if asked["department"]:
        found = found.filter(case__provider=asked["department"])
    match asked["state"]:
        case "void":
            return found.exclude(voided_at=None)
        case "published":
            return found.exclude(published_at=None).filter(voided_at=None)
        case "open":
            return found.filter(published_at=None, voided_at=None)
    return found


def _states() -> dict[str, str]:
    return {"open": _("进行中"), "published": _("结果已公布"), "void": _("已作废")}


def _link(one: Draw) -> Cell:
    notes = [_("再次抽取，前一次：%(number)s") % {"number": one.after.case.number}] if one.after is not None else []
    return Cell(one.case.number, reverse("portal:inspection-draw", args=[one.case.number]), notes=notes)


def _items(one: Draw) -> list[str]:
    return [title_of(key) for key in one.plan_line.items]


def _state(one: Draw) -> Cell:
    why = [mask_whatever_resembles(one.case.reason)] if one.voided_at is not None and one.case.reason else []
    return Cell(said(state_told(one.case)), tone="late" if one.voided_at is not None else "", notes=why)


def _titled(rules: Iterable[RandomSource | SkipReason], key: str, title: str) -> str:
    """What was committed to in Chinese, in the language of the page, where the pack still knows it."""
    return next((said(one.title) for one in rules if one.key == key), title)


def _promised(one: Draw) -> dict[str, Any] | None:
    """What was committed to, for the page; None where nothing was yet, or its file is not what is on record."""
    if one.committed_at is None:
        return None
    try:
        made = making.commitment_of(one)
    except DrawError:
        return None
    rules = published.draw_rules(made.committed_on)
    return {
        "size": sum(made.sizes.values()),
        "wanted": sum(made.quota(stratum) for stratum in made.sizes),
        "sources": [
            (_titled(rules.sources, source.key, source.title), source.on, source.issue) for source in made.sources
        ],
        "second": made.second.party if made.second else "",
        "reasons": [_titled(rules.reasons, key, title) for key, title in made.reasons.items()],
    }
