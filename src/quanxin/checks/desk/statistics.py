"""Figures of checks at the desk, of one's own department; the centre and the auditor see every one's.

Invariant: what stands in a file stands on the page.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.checks import figures, items
from quanxin.checks.figures import Figures
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import CSV_XLSX, Column, Filters, Kind, Listing, table_of
from quanxin.pages.tables import as_file
from quanxin.runtime import parameters
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack

EVERY = (Role.CENTRE, Role.AUDITOR)


@require_safe
@requires_role(Role.INTAKE, Role.DECIDER, *EVERY)
def statistics(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Checks by department and month, and by item."""
    first = today().replace(month=1, day=1)
    filters = Filters(
        request,
        [
            Item("since", _("自"), fields.Kind.DAY),
            Item("until", _("至"), fields.Kind.DAY),
            Item("by", _("统计方式"), fields.Kind.CHOICE, options=(("month", _("按单位和月份")), ("item", _("按核查事项")))),
        ],
        {"since": first.isoformat(), "until": today().isoformat(), "by": "month"},
    )  # fmt: skip
    since, until = (parameters.day(filters.asked[key]) or last for key, last in (("since", first), ("until", today())))
    departments = None if actor.by(*EVERY) else items.departments_of(actor)
    by_item = filters.asked["by"] == "item"
    rows = (figures.by_item if by_item else figures.by_month)(departments, since, until)
    columns = _columns(by_item=by_item)
    kind = request.GET.get("as", "")
    if kind in CSV_XLSX:
        return as_file(table_of("checks", _("信用核查统计"), columns, rows), kind, f"checks-{since}-{until}")
    listing = Listing(
        key="figures", title=_("信用核查统计"), quiet=True, rows=rows, filters=filters, columns=columns, files=CSV_XLSX,
        empty=_("这段时间没有核查。"),
    )  # fmt: skip
    done = sum(1 for one in rows if one.checks) if by_item else None
    context = {"listing": listing, "due": len(rows) if by_item else None, "done": done}
    return render(request, "checks/statistics.html", context)


def _columns(*, by_item: bool) -> list[Column]:
    titles, providers = items.titles(), current_pack().providers

    def department(one: Figures) -> str:
        return said(providers[one.department].title) if one.department in providers else one.department

    def item(one: Figures) -> str:
        return said(titles[one.item]) if one.item in titles else one.item

    first = [Column(_("核查事项"), item)] if by_item else [Column(_("月份"), lambda f: _month(f.month), Kind.NUMBER)]
    return [
        *first,
        Column(_("单位"), department),
        Column(_("核查次数"), lambda f: f.checks, Kind.COUNT),
        Column(_("核查主体"), lambda f: f.results, Kind.COUNT),
        Column(_("有提示"), lambda f: f.hints, Kind.COUNT),
        Column(_("可以限制"), lambda f: f.restricted, Kind.COUNT),
        Column(_("查无此主体"), lambda f: f.unknown, Kind.COUNT),
        Column(_("已记录使用"), lambda f: f.used, Kind.COUNT),
        Column(_("改变了决定"), lambda f: f.changed, Kind.COUNT),
        Column(_("写明理由未采用"), lambda f: f.ignored, Kind.COUNT),
        Column(_("核查到使用的时长中位数（小时）"), lambda f: _tenths(f.hours), Kind.AMOUNT),
    ]


def _month(month: dt.date | None) -> str:
    return f"{month:%Y-%m}" if month else ""


def _tenths(hours: float | None) -> Any:
    return None if hours is None else Decimal(f"{hours:.1f}")
