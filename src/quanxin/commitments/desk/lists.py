"""Commitments at the desk: those that one may open, the checks that are due, and how far they are entered and kept.

Invariant: a list holds what casework lets its reader open and no own matter; a figure is of a department or a template, never of
who promised or who checks. A file has the columns of the collection standard.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.calendar import today
from quanxin.casework import queues
from quanxin.casework.procedures import procedures, state_of
from quanxin.commitments import collection, duties, figures, texts
from quanxin.commitments.models import OPEN, Commitment, Duty
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import CSV_XLSX, Cell, Column, Filters, Kind, Listing, page_of
from quanxin.pages.tables import as_file
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack

PAGE, MOST = 30, 10_000
SEEING = (Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR)


def visible(actor: Actor) -> QuerySet[Commitment]:
    """The commitments whose cases an actor may open, the latest first."""
    seen = queues.visible(actor).order_by().values("pk")
    return Commitment.objects.filter(case__in=seen).select_related("case")


@require_safe
@requires_role(*SEEING)
def commitments(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The commitments of one's department, or all that one oversees; as a file in the layout of the collection standard."""
    filters = _filters(request)
    asked = filters.asked
    found = visible(actor)
    if asked["template"]:
        found = found.filter(template=asked["template"])
    if asked["state"]:
        found = found.filter(case__state=asked["state"])
    if asked["provider"]:
        found = found.filter(provider=asked["provider"])
    if asked["overdue"]:
        found = found.filter(Exists(due().filter(commitment=OuterRef("pk"), due_on__lt=today())))
    if (kind := request.GET.get("as", "")) in CSV_XLSX:
        audit(actor, "commitments.export", "commitments", asked=filters.kept)
        return as_file(collection.table(list(found[:MOST])), kind, f"commitments-{today():%Y%m%d}")
    rows, paging = page_of(request, found, PAGE, filters.kept)
    listing = Listing(
        key="list",
        title=_("信用承诺"),
        quiet=True,
        rows=rows,
        paging=paging,
        filters=filters,
        files=CSV_XLSX,
        empty=_("没有符合条件的承诺。"),
        columns=[
            Column(_("办件"), _case, Kind.NUMBER),
            Column(_("承诺"), lambda one: said(texts.title_of(one.template)), bare=True),
            Column(_("承诺人"), _whose, bare=True),
            Column(_("承诺事由"), lambda one: one.matter),
            Column(_("承诺编码"), lambda one: one.number, Kind.NUMBER),
            Column(_("签署日期"), lambda one: one.signed_on, Kind.DAY),
            Column(_("状态"), lambda one: Cell(said(state_of(one.case).title)), Kind.STATE),
        ],
    )
    return render(request, "commitments/desk.html", {"listing": listing, "offers": Role.DECIDER in actor.roles})


@require_safe
@requires_role(*SEEING)
def checks(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The duties that somebody has to look at, the earliest first; those whose day has passed are marked."""
    found = due().filter(commitment__in=visible(actor).order_by().values("pk"))
    found = found.select_related("commitment__case").order_by("due_on", "id")
    rows, paging = page_of(request, found, PAGE)
    day = today()
    listing = Listing(
        key="duties",
        title=_("待核查的承诺事项"),
        quiet=True,
        rows=rows,
        paging=paging,
        empty=_("没有待核查的承诺事项。"),
        mark=lambda one: "late" if one.due_on < day else "",
        columns=[
            Column(_("办件"), lambda one: _case(one.commitment), Kind.NUMBER),
            Column(_("承诺人"), lambda one: _whose(one.commitment), bare=True),
            Column(_("承诺事项"), lambda one: said(duties.title(one.commitment, one))),
            Column(_("核查方式"), lambda one: str(duties.METHODS.get(one.method, one.method))),
            Column(_("核查期限"), lambda one: Cell(one.due_on, tag=_("逾期") if one.due_on < day else "", tone="late"), Kind.DAY),
            Column(_("结果"), lambda one: Cell(duties.state_words(one)), Kind.STATE),
        ],
    )  # fmt: skip
    return render(request, "commitments/checks.html", {"listing": listing})


@require_safe
@requires_role(*SEEING)
def statistics(request: HttpRequest, actor: Actor) -> HttpResponse:
    """How far performance is entered, by department; breaches and checks in time, by template."""
    found = visible(actor)
    tables = {
        one.key: one for one in (figures.by_department(found, collection.handed_in(actor)), figures.by_template(found))
    }
    if (asked := request.GET.get("table", "")) in tables and (kind := request.GET.get("as", "csv")) in CSV_XLSX:
        return as_file(tables[asked], kind, f"commitments-{asked}-{today():%Y%m%d}")
    return render(request, "commitments/statistics.html", {"tables": list(tables.values())})


def due() -> QuerySet[Duty]:
    """The duties of commitments in force that nobody has found kept."""
    return Duty.objects.filter(state__in=OPEN, commitment__case__open=True)


def _case(one: Commitment) -> Cell:
    return Cell(one.case.number, reverse("desk:case", args=[one.case.number]))


def _whose(one: Commitment) -> str:
    """Who promised; a natural person is named on the page of the case alone, where the reading leaves its line."""
    return _("自然人") if one.case.subject.natural else one.case.subject.name


def _filters(request: HttpRequest) -> Filters:
    blank, choice = _("全部"), fields.Kind.CHOICE
    templates = {one.key: said(one.title) for one in current_pack().commitments if one.procedure}
    states = {
        state.key: said(state.title)
        for one in procedures() if one.key in {t.procedure for t in current_pack().commitments}
        for state in one.states
    }  # fmt: skip
    providers = tuple((key, said(one.title)) for key, one in sorted(current_pack().on(today()).providers.items()))
    items: list[Any] = [
        Item("template", _("承诺文本"), choice, options=tuple(templates.items()), blank=blank),
        Item("state", _("状态"), choice, options=tuple(states.items()), blank=blank),
        Item("provider", _("受理单位"), choice, options=providers, blank=blank),
        Item("overdue", _("只看核查逾期的"), fields.Kind.TICK),
    ]
    return Filters(request, items)
