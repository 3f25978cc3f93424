"""The latest licences and the latest penalties (双公示), newest first.

Invariant: a page of the list goes on exactly where the one before ended, whatever was added in between, because the
cursor names the last row shown and not a page number.
"""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from quanxin.archive.figures import latest
from quanxin.calendar import today
from quanxin.runtime.pack import current_pack

LENGTH = 25


def _list(request: HttpRequest, resource_key: str, template: str) -> HttpResponse:
    before = request.GET.get("before") or None
    try:
        rows = latest(resource_key, limit=LENGTH + 1, before=before)
    except ValueError as error:
        raise BadRequest("no such cursor") from error
    shown = rows[:LENGTH]
    context = {
        "resource": current_pack().on(today()).resources[resource_key],
        "rows": shown,
        "next_cursor": shown[-1].cursor if len(rows) > LENGTH else None,
        "continued": before is not None,
    }
    return render(request, template, context)


@require_safe
def licences(request: HttpRequest) -> HttpResponse:
    """The latest administrative licences."""
    return _list(request, "administrative-licence", "web/licences.html")


@require_safe
def penalties(request: HttpRequest) -> HttpResponse:
    """The latest administrative penalties that are public."""
    return _list(request, "administrative-penalty", "web/penalties.html")
