"""The latest licences and the latest penalties (双公示), newest first.

Invariant: a page of the list goes on exactly where the one before ended, whatever was added in between, because the
cursor names the last row shown and not a page number.
"""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.archive.figures import LatestRow, latest
from quanxin.calendar import today
from quanxin.pages.listings import Cell, Column, Kind, Listing
from quanxin.pages.paging import Onward
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack

LENGTH = 25


def _list(request: HttpRequest, resource_key: str, template: str) -> HttpResponse:
    before = request.GET.get("before") or None
    try:
        rows = latest(resource_key, limit=LENGTH + 1, before=before)
    except ValueError as error:
        raise BadRequest("no such cursor") from error
    resource = current_pack().on(today()).resources[resource_key]
    shown, onward = Onward.of(rows, LENGTH, before, lambda row: row.cursor)
    listing = Listing(
        key="latest",
        title=said(resource.title),
        quiet=True,
        rows=shown,
        paging=onward,
        empty=_("目前没有公开的记录。"),
        columns=[
            Column(_("决定日期"), lambda row: row.event_date, Kind.DAY),
            Column(_("行政相对人"), lambda row: Cell(row.name, _address(row)), Kind.LINK, bare=True),
            Column(_("内容"), template="web/_latest_content.html", bare=True),
            Column(_("作出机关"), lambda row: row.authority, bare=True),
        ],
    )
    return render(request, template, {"resource": resource, "listing": listing})


def _address(row: LatestRow) -> str:
    return reverse("portal:subject", args=[row.code]) if row.code else ""


@require_safe
def licences(request: HttpRequest) -> HttpResponse:
    """The latest administrative licences."""
    return _list(request, "administrative-licence", "web/licences.html")


@require_safe
def penalties(request: HttpRequest) -> HttpResponse:
    """The latest administrative penalties that are public."""
    return _list(request, "administrative-penalty", "web/penalties.html")
