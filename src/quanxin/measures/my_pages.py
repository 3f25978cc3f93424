"""Restraints and incentives on one's own pages: what is applied, what may follow, and what ends each.

Invariant: a subject sees what concerns itself; what follows is reckoned from its own records as they stand.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.accounts.agency import Scope
from quanxin.calendar import day_of
from quanxin.casework.notices import authority
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.measures import words
from quanxin.measures.models import Application
from quanxin.measures.reckoning import consequences_of
from quanxin.measures.told import told
from quanxin.pages.listings import Cell, Column, Kind, Listing, page_of
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack

LENGTH = 20


@require_safe
@requires_scope(Scope.ARCHIVE)
def measures(request: HttpRequest, me: Representation) -> HttpResponse:
    """What is and was applied to the subject, and what may or must follow from its records."""
    found = Application.objects.filter(subject_id__in=me.party.ids).select_related("case")
    page, paging = page_of(request, found, LENGTH)
    titles = {rule.key: said(rule.title) for rule in current_pack().measures}
    states, causes = words.states(), words.causes()

    def named(one: Application) -> Cell:
        return Cell(titles.get(one.measure, one.measure), reverse("my:case", args=[one.case.number]))

    listing = Listing(
        key="applied",
        title=_("对您实施过的措施"),
        rows=page,
        paging=paging,
        empty=_("没有对您实施过措施。"),
        columns=[
            Column(_("措施"), named, Kind.LINK),
            Column(_("实施单位"), lambda r: said(authority(r.enforcer))),
            Column(_("自"), lambda r: day_of(r.applied_at), Kind.DAY),
            Column(_("至"), lambda r: r.until, Kind.DAY),
            Column(_("状态"), lambda r: Cell(states[r.state], notes=[causes[r.cause]] if r.cause else ())),
        ],
    )
    follows = told(consequences_of(me.subject, me.party.viewer))
    split = {nature: [one for one in follows if one.rule.nature == nature] for nature in ("sanction", "incentive")}
    return shown(request, me, "measures/my.html", {"listing": listing, **split})


PAGES: list[URLPattern] = [path("measures", measures, name="measures")]
