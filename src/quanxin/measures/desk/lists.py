"""The lists of measures at the desk: what could be applied, and what is.

Invariant: a department sees what is its own to apply and what it applies itself, in its districts; the centre and the auditor see
all that their districts hold. Nobody finds their own matters here, and no natural person is in a list.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.archive.own_matters import own_subjects
from quanxin.calendar import day_of, today
from quanxin.casework.notices import authority
from quanxin.measures import words
from quanxin.measures.due import ENFORCING, references, rules_of
from quanxin.measures.models import Application, Due
from quanxin.measures.told import title_of
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.listings import Cell, Column, Filters, Kind, Listing, page_of, table_of
from quanxin.pages.tables import as_file
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import within

SEEING = (*ENFORCING, Role.CENTRE, Role.AUDITOR)
LENGTH = 30
State = Application.State


class Line(NamedTuple):
    """A line of what could be applied, with how addresses name its record."""

    due: Due
    reference: str


def due(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the departments of an actor could apply, narrowed by measure and by whether the law commands it."""
    rules = rules_of(actor)
    own = [key for key, rule in rules.items() if rule.enforcers]
    options = tuple((key, said(rule.title)) for key, rule in sorted(rules.items()))
    filters = Filters(
        request,
        [
            Item("measure", _("措施"), fields.Kind.CHOICE, options=options, blank=_("全部")),
            Item("must", _("只看应当实施的"), fields.Kind.TICK),
            Item("any", _("也看各部门都可以实施的"), fields.Kind.TICK),
        ],
    )
    every = filters.asked["any"] or filters.asked["measure"]
    found = _in_reach(Due.objects.filter(measure__in=rules if every else own), actor)
    lasting = Q(until=None) | Q(until__gte=today())
    live = _of_departments(actor).filter(subject_id=OuterRef("subject_id"), measure=OuterRef("measure"), lifted_at=None)
    found = found.filter(lasting).exclude(Exists(live))
    if filters.asked["measure"]:
        found = found.filter(measure=filters.asked["measure"])
    if filters.asked["must"]:
        found = found.filter(must=True)
    rows, paging = page_of(request, found, LENGTH, filters.kept)
    names, named = Subject.objects.in_bulk({one.subject_id for one in rows}), references(rows)
    listing = Listing(
        key="due",
        title=_("可以实施而没有实施的措施"),
        said=_("按上次计算的结果列出，提出时重新核对依据。只列法律规定由您的单位实施的措施，不计次数，不打分。"),
        rows=[Line(one, named.get(one.record_id, "")) for one in rows],
        paging=paging,
        filters=filters,
        empty=_("没有。主体的记录或规定变化后，这里会自动更新。"),
        columns=_due_columns({key: said(rule.title) for key, rule in rules.items()}, names),
    )
    return render(request, "measures/due.html", {"listing": listing, "enforcing": True})


def _due_columns(titles: dict[str, str], names: dict[int, Subject]) -> list[Column]:
    def measure(row: Line) -> Cell:
        return Cell(titles[row.due.measure], tag=_("应当") if row.due.must else "", tone="late")

    def whom(row: Line) -> Cell:
        subject = names[row.due.subject_id]
        return Cell(subject.name, notes=(subject.code,))

    return [
        Column(_("主体"), whom),
        Column(_("措施"), measure),
        Column(_("依据"), lambda r: said(title_of(r.due.resource))),
        Column(_("自"), lambda r: r.due.since, Kind.DAY),
        Column(_("至"), lambda r: r.due.until, Kind.DAY),
        Column(_("提出"), kind=Kind.ACT, template="measures/_propose.html", bare=True),
    ]


def applied(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Applications, narrowed by state, cause and measure; as a file as well."""
    titles = {rule.key: said(rule.title) for rule in current_pack().measures}
    filters = Filters(
        request,
        [
            Item("state", _("状态"), fields.Kind.CHOICE, options=tuple(words.states().items()), blank=_("全部")),
            Item("cause", _("解除原因"), fields.Kind.CHOICE, options=tuple(words.causes().items()), blank=_("全部")),
            Item("measure", _("措施"), fields.Kind.CHOICE, options=tuple(sorted(titles.items())), blank=_("全部")),
        ],
    )
    found = seen(actor)
    for key in ("state", "cause", "measure"):
        if filters.asked[key]:
            found = found.filter(**{key: filters.asked[key]})
    if (form := request.GET.get("as", "")) in ("csv", "xlsx"):
        rows = list(found.select_related("case"))
        names = Subject.objects.in_bulk({one.subject_id for one in rows})
        return as_file(table_of("measures", _("措施实施情况"), _columns(titles, names), rows), form, "measures")
    page, paging = page_of(request, found.select_related("case"), LENGTH, filters.kept)
    names = Subject.objects.in_bulk({one.subject_id for one in page})
    listing = Listing(
        key="applied",
        title=_("措施实施情况"),
        rows=page,
        paging=paging,
        filters=filters,
        files=("csv", "xlsx"),
        empty=_("没有实施过措施。在“可以实施的措施”中提出。"),
        columns=_columns(titles, names),
    )
    return render(request, "measures/applied.html", {"listing": listing, "enforcing": bool(actor.by(*ENFORCING))})


def seen(actor: Actor) -> QuerySet[Application]:
    """The applications that an actor of the desk sees."""
    reached = Q(pk__in=[])
    for one in actor.by(*SEEING):
        reached |= _reach(one)
    return Application.objects.filter(reached).exclude(subject_id__in=own_subjects(actor))


def _reach(one: Assignment) -> Q:
    """The applications that an assignment shows: those of its department, where it is a department's, in its district."""
    shown = Q(pk__isnull=False)
    if one.provider and one.role in ENFORCING:
        shown &= Q(enforcer=one.provider)
    return shown & Q(subject_id__in=within([one.district])) if one.district else shown


def _in_reach(found: QuerySet[Due], actor: Actor) -> QuerySet[Due]:
    districts = [one.district for one in actor.by(*ENFORCING)]
    found = found if "" in districts else found.filter(subject_id__in=within(districts))
    return found.exclude(subject_id__in=own_subjects(actor))


def _of_departments(actor: Actor) -> QuerySet[Application]:
    """The applications of an actor's departments; of all, where the role is held for every one."""
    held = {one.provider for one in actor.by(*ENFORCING)}
    return Application.objects.all() if "" in held else Application.objects.filter(enforcer__in=held)


def _columns(titles: dict[str, str], names: dict[int, Subject]) -> list[Column]:
    states, causes = words.states(), words.causes()

    def measure(one: Application) -> Cell:
        return Cell(titles.get(one.measure, one.measure), reverse("desk:case", args=[one.case.number]))

    def stands(one: Application) -> Cell:
        because = [causes[one.cause]] if one.cause else ()
        return Cell(states[one.state], tone="good" if one.state == State.LIFTED else "wait", notes=because)

    return [
        Column(_("措施"), measure, Kind.LINK),
        Column(_("主体"), lambda r: names[r.subject_id].name),
        Column(_("实施单位"), lambda r: Cell(said(authority(r.enforcer)), notes=[said(title_of(r.resource))])),
        Column(_("自"), lambda r: day_of(r.applied_at), Kind.DAY),
        Column(_("至"), lambda r: r.until, Kind.DAY),
        Column(_("状态"), stands, Kind.STATE),
    ]
