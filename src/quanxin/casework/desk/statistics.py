"""Statistics of cases at the desk: in time, late, overdue, and the days in each state; as tables and as files.

Invariant: figures are of units; a department's approver sees its own, the centre and the auditor everyone's that their
districts hold.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.calendar.months import add_months
from quanxin.casework import statistics, words
from quanxin.casework.notices import authority
from quanxin.casework.procedures import procedures
from quanxin.casework.statistics import Dwelling, Timeliness
from quanxin.pages.gates import requires_role
from quanxin.pages.tables import Cell, Table, as_file
from quanxin.runtime import parameters
from quanxin.runtime.language import said

MONTHS = 12  # that are shown, where none are named


@require_safe
@requires_role(Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR)
def figures(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The figures of the cases that were filed in some months, or one of their tables as a file (``table``, ``as``)."""
    last = parameters.month(request.GET.get("until")) or today().replace(day=1)
    first = parameters.month(request.GET.get("since")) or add_months(last, 1 - MONTHS)
    kind, kinds = request.GET.get("kind", "")[:64], words.kinds()
    found = statistics.sought(actor, kind=kind, since=first, until=add_months(last, 1))
    if asked := request.GET.get("table", ""):
        if asked not in TABLES or (form := request.GET.get("as", "csv")) not in ("csv", "xlsx"):
            raise Http404(asked)
        return as_file(TABLES[asked](found), form, f"{asked}-{first:%Y-%m}-{last:%Y-%m}")
    return render(
        request,
        "casework/statistics.html",
        {
            "tables": [make(found) for make in TABLES.values()],
            "since": f"{first:%Y-%m}",
            "until": f"{last:%Y-%m}",
            "kind": kind,
            "kinds": [(key, said(title)) for key, title in kinds.items()],
        },
    )


def _units(found: Any) -> Table:
    rows: list[list[Cell]] = [[*_whose(one), *_counts(one)] for one in statistics.by_unit(found)]
    return Table("units", _("按事项和单位"), [_("事项"), _("单位"), *_header()], rows, empty=_nothing())


def _months(found: Any) -> Table:
    rows: list[list[Cell]] = [
        [f"{one.month:%Y-%m}" if one.month else "", *_whose(one), *_counts(one)] for one in statistics.by_month(found)
    ]
    return Table("months", _("按受理月份"), [_("月份"), _("事项"), _("单位"), *_header()], rows, empty=_nothing())


def _states(found: Any) -> Table:
    ends = [(p.key, state.key) for p in procedures() for state in p.states if state.ends]
    titles = {(p.key, state.key): said(state.title) for p in procedures() for state in p.states}
    rows: list[list[Cell]] = [
        [*_whose(one), titles.get((one.kind, one.state), one.state), one.cases, one.median, one.p90]
        for one in statistics.in_states(found, ends)
    ]
    header = [_("事项"), _("单位"), _("状态"), _("件数"), _("中位天数"), _("九成在此天数内")]
    return Table(
        "states",
        _("各状态停留的天数"),
        header,
        rows,
        empty=_nothing(),
        said=[_("按自然日计算；仍在该状态的，算到现在。")],
    )


TABLES = {"units": _units, "months": _months, "states": _states}


def _whose(one: Timeliness | Dwelling) -> list[Cell]:
    kind = words.kinds().get(one.kind)
    return [said(kind) if kind else one.kind, said(authority(one.provider))]


def _counts(one: Timeliness) -> list[Cell]:
    return [one.in_time, one.late, one.running, one.overdue]


def _header() -> list[str]:
    return [_("按期办结"), _("逾期办结"), _("办理中"), _("其中已逾期")]


def _nothing() -> str:
    return _("这段时间没有办件。")
