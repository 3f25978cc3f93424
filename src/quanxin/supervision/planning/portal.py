"""Plans of inspections for everybody: the published list of what may be inspected at all, and what a year's plans draw.

Invariant: what is in force is the list, and a plan shows what was published of it, with what was dropped; no page names a
person or a class of anybody.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.calendar import today
from quanxin.casework.models import Case
from quanxin.casework.notices import authority
from quanxin.casework.words import state_told
from quanxin.pages.fields import Item
from quanxin.pages.fields import Kind as Box
from quanxin.pages.listings import CSV_XLSX, Cell, Column, Filters, Kind, Listing, page_of, table_of
from quanxin.pages.tables import as_file
from quanxin.policy.inspections import InspectionItem
from quanxin.runtime import parameters
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack
from quanxin.supervision.inspecting.published import title_of
from quanxin.supervision.models import PlanLine
from quanxin.supervision.planning import published, told

LENGTH = 25


@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """The published list, by department, kind and way of inspecting; as a file as well."""
    held = list(published.items(today()).values())
    filters = Filters(
        request,
        [
            Item("department", _("检查机关"), Box.CHOICE, options=_departments(one.department for one in held), blank=_("全部")),
            Item("kind", _("类别"), Box.CHOICE, options=tuple(_kinds().items()), blank=_("全部")),
            Item("mode", _("检查方式"), Box.CHOICE, options=tuple(_modes().items()), blank=_("全部")),
        ],
    )  # fmt: skip
    asked = filters.asked
    found = [
        one
        for one in held
        if asked["department"] in ("", one.department)
        and asked["kind"] in ("", one.kind)
        and (not asked["mode"] or asked["mode"] in one.modes)
    ]
    found.sort(key=lambda one: (one.department, one.kind, one.key))
    title, columns = _("行政检查事项清单"), _columns()
    if (kind := request.GET.get("as", "")) in CSV_XLSX:
        return as_file(table_of("items", title, columns, found), kind, f"inspection-items-{today():%Y%m%d}")
    rows, paging = page_of(request, found, LENGTH, filters.kept)
    listing = Listing(
        key="items",
        title=title,
        quiet=True,
        rows=rows,
        paging=paging,
        filters=filters,
        files=CSV_XLSX,
        columns=columns,
        empty=_("清单里没有这样的检查事项。"),
    )
    return render(request, "supervision/items.html", {"listing": listing})


@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """The plans that were published, by year and department."""
    every = told.plans()
    years = tuple((year, year) for year in every.order_by("-named").values_list("named", flat=True).distinct())
    departments = _departments(every.order_by().values_list("provider", flat=True).distinct())
    filters = Filters(
        request,
        [
            Item("year", _("年度"), Box.CHOICE, options=years, blank=_("全部")),
            Item("department", _("制定机关"), Box.CHOICE, options=departments, blank=_("全部")),
        ],
    )
    asked, found = filters.asked, every
    if asked["year"]:
        found = found.filter(named=asked["year"])
    if asked["department"]:
        found = found.filter(provider=asked["department"])
    rows, paging = page_of(request, found, LENGTH, filters.kept)
    listing = Listing(
        key="plans",
        title=_("年度抽查计划"),
        quiet=True,
        rows=rows,
        paging=paging,
        filters=filters,
        empty=_("没有公布的年度抽查计划。"),
        columns=[
            Column(_("制定机关"), _plan, Kind.LINK, bare=True),
            Column(_("年度"), lambda one: one.named, Kind.NUMBER),
            Column(_("抽查项目"), lambda one: sum(stands for _line, stands in told.lines_of(one)), Kind.COUNT),
            Column(_("公布时间"), lambda one: told.public_since(one)[-1], Kind.MOMENT),
            Column(_("状态"), lambda one: Cell(said(state_told(one))), Kind.STATE),
        ],
    )
    return render(request, "supervision/plans.html", {"listing": listing})


@require_safe
def plan(request: HttpRequest, number: str) -> HttpResponse:
    """A plan: its lines with what was drawn of each, and what was done with it."""
    held = told.plans().prefetch_related("plan_lines__draws__case")
    case = held.filter(number=parameters.case_number(number) or "").first()
    if case is None:
        raise Http404
    rows = told.lines_of(case)
    joint = any(line.partners for line, _stands in rows)
    listing = Listing(
        key="lines",
        title=_("抽查项目"),
        rows=rows,
        empty=_("计划里没有抽查项目。"),
        mark=lambda row: "" if row[1] else "late",
        columns=[
            Column(_("项目编号"), _line, Kind.NUMBER),
            Column(_("检查事项"), lambda row: Cell(items=[title_of(key) for key in row[0].items]), bare=True),
            Column(_("抽查对象"), lambda row: Cell(_objects(row[0]), notes=_scheme(row[0]))),
            Column(_("抽查比例"), lambda row: Cell(items=told.shares(row[0]))),
            *([Column(_("参加单位"), lambda row: Cell(items=_names(row[0].partners)))] if joint else ()),
            Column(_("抽查月份"), lambda row: _months(row[0])),
            Column(_("抽取"), template="supervision/_draws_of.html"),
        ],
    )
    context = {
        "case": case,
        "authority": authority(case.provider),
        "state": state_told(case),
        "listing": listing,
        "history": told.history(case),
    }
    return render(request, "supervision/plan.html", context)


def _columns() -> list[Column]:
    kinds, modes = _kinds(), _modes()
    return [
        Column(_("检查事项"), lambda one: Cell(said(one.title), notes=[said(published.objects_of(one).title)]), bare=True),
        Column(_("检查机关"), lambda one: said(authority(one.department))),
        Column(_("类别"), lambda one: Cell(kinds[one.kind], notes=_limit(one))),
        Column(_("检查方式"), lambda one: " → ".join(modes[mode] for mode in one.modes)),
        Column(_("频次"), lambda one: said(one.frequency)),
        Column(_("依据"), _articles, template="supervision/_item_basis.html"),
        Column(_("检查内容"), lambda one: "；".join(said(f.title) for f in one.form), template="supervision/_item_form.html"),
    ]  # fmt: skip


def _articles(one: InspectionItem) -> str:
    return "；".join(f"《{basis.title}》{basis.article or ''}" for basis in one.basis)


def _limit(one: InspectionItem) -> list[str]:
    return [_("每年不超过对象的 %(n)s%%") % {"n": f"{(one.limit * 100).normalize():f}"}] if one.limit else []


def _kinds() -> dict[str, str]:
    return {"general": _("一般事项"), "key": _("重点事项")}


def _modes() -> dict[str, str]:
    return {"data": _("数据比对"), "paper": _("书面检查"), "remote": _("远程检查"), "onsite": _("现场检查")}


def _departments(keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((key, said(authority(key))) for key in sorted(set(keys)))


def _names(keys: list[str]) -> list[str]:
    return [said(authority(key)) for key in keys]


def _plan(case: Case) -> Cell:
    return Cell(
        said(authority(case.provider)), reverse("portal:inspection-plan", args=[case.number]), notes=[case.number]
    )


def _line(row: tuple[PlanLine, bool]) -> Cell:
    return Cell(str(row[0].pk), tag="" if row[1] else _("已撤下"))


def _objects(line: PlanLine) -> str:
    kind = current_pack().object_kinds.get(line.objects_kind)
    return said(kind.title) if kind else line.objects_kind


def _scheme(line: PlanLine) -> list[str]:
    title = published.schemes(today()).get(line.scheme) if line.scheme else None
    return [said(title) if title else line.scheme] if line.scheme else []


def _months(line: PlanLine) -> str:
    return _("%(first)s 月至 %(last)s 月") % {"first": line.from_month, "last": line.to_month}
