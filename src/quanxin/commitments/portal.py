"""Commitments for everybody: the texts with their conditions and duties, and the commitments that are for everybody.

Invariant: what is shown of a commitment is what the public may see of its record: nothing of a natural person, nothing that was
given to a circle. A text is shown with its basis, who may not give it, and the seed by which its checks are drawn.
"""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.archive.figures import LatestRow, latest
from quanxin.calendar import today
from quanxin.commitments import duties
from quanxin.pages.listings import Cell, Column, Kind, Listing
from quanxin.pages.paging import Onward
from quanxin.policy.commitments import COMMITMENT
from quanxin.runtime.pack import current_pack

LENGTH = 25


@require_safe
def commitments(request: HttpRequest) -> HttpResponse:
    """The texts in force, and the latest public commitments."""
    before = request.GET.get("before") or None
    try:
        rows = latest(COMMITMENT, limit=LENGTH + 1, before=before)
    except ValueError as error:
        raise BadRequest("no such cursor") from error
    found, onward = Onward.of(rows, LENGTH, before, lambda row: row.cursor)
    listing = Listing(
        key="latest",
        title=_("公开的承诺"),
        rows=found,
        paging=onward,
        empty=_("目前没有公开的承诺。"),
        columns=[
            Column(_("作出日期"), lambda row: row.event_date, Kind.DAY),
            Column(_("承诺人"), _whose, Kind.LINK, bare=True),
            Column(_("内容"), template="web/_latest_content.html", bare=True),
            Column(_("受理单位"), lambda row: row.authority, bare=True),
        ],
    )
    templates = list(current_pack().on(today()).commitments.values())
    return render(request, "commitments/portal.html", {"listing": listing, "templates": templates})


def _whose(row: LatestRow) -> Cell:
    return Cell(row.name, reverse("portal:subject", args=[row.code]) if row.code else "")


@require_safe
def template(request: HttpRequest, key: str) -> HttpResponse:
    """A text whole: for what, by whom, its duties, who may not give it, what follows from a breach."""
    rules = current_pack().on(today())
    found = rules.commitments.get(key)
    if found is None:
        raise Http404
    context = {
        "template": found,
        "departments": [rules.providers[one].title for one in found.departments if one in rules.providers],
        "matters": [rules.excluded_matters[one] for one in found.excluded_matters if one in rules.excluded_matters],
        "effects": [(rules.measures[one.measure], one.basis) for one in found.breach_effects if one.measure in rules.measures],
        "duties": [(one, str(duties.METHODS[one.evidence])) for one in found.duties],
        "seed": duties.seed_of(found, today()) if any(one.share < duties.WHOLE for one in found.duties) else "",
    }  # fmt: skip
    return render(request, "commitments/template.html", context)
