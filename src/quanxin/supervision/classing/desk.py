"""Classes at the desk: those that stand, by scheme, level and district; one subject's, with what each rests on.

Invariant: a department sees classes of credit, and of risk those of its own schemes, in its districts; the centre and the auditor
see the lists of credit, and of a subject that they ask about every class, with a line of each. Nobody finds their own matters
here, and whom a question is about stands in no address.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.own_matters import own_subjects
from quanxin.calendar import today
from quanxin.casework.errors import RightsError
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import Cell, Column, Filters, Kind, Listing, page_of, table_of
from quanxin.pages.messages import status_of
from quanxin.pages.tables import Table, as_file
from quanxin.policy.supervision import Scheme
from quanxin.runtime.language import in_words, said
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import within
from quanxin.supervision.classing import asking
from quanxin.supervision.classing.asking import DEPARTMENTS, SEEING
from quanxin.supervision.classing.standings import TABLES
from quanxin.supervision.classing.told import told
from quanxin.supervision.models import CreditClass, RiskClass

LENGTH = 30


class Line(NamedTuple):
    """A class that stands, with whose it is."""

    one: CreditClass | RiskClass
    name: str
    code: str


@never_cache
@require_safe
@requires_role(*SEEING)
def classes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The classes that stand by a scheme, narrowed by level and district, with totals; as a file as well."""
    schemes = schemes_of(actor)
    if not schemes:
        return render(request, "supervision/classes.html", {"tables": []})
    first = next(iter(schemes))
    filters = Filters(
        request,
        [
            Item(
                "scheme",
                _("分级办法"),
                fields.Kind.CHOICE,
                options=tuple((k, said(s.title)) for k, s in schemes.items()),
            ),
            Item("level", _("等级"), fields.Kind.CHOICE, options=_levels(schemes), blank=_("全部")),
            Item("district", _("区县"), fields.Kind.CHOICE, options=_districts(), blank=_("全部")),
        ],
        first={"scheme": first},
    )
    scheme = schemes.get(filters.asked["scheme"] or first)
    found = _standing(actor, scheme) if scheme is not None else CreditClass.objects.none()
    totals = _totals(scheme, found) if scheme is not None else None
    if level := filters.asked["level"]:
        found = found.filter(level=level)
    if district := filters.asked["district"]:
        found = found.filter(subject_id__in=within([district]))
    if scheme is not None and (form := request.GET.get("as", "")) in ("csv", "xlsx"):
        return as_file(table_of("classes", said(scheme.title), _columns(scheme), _lines(found)), form, "classes")
    page, paging = page_of(request, found, LENGTH, filters.kept)
    listing = Listing(
        key="classes",
        title=said(scheme.title) if scheme is not None else _("等级"),
        said=_("只用于安排检查的比例和频次，不作为惩戒依据，不对外公示。"),
        rows=_lines(page),
        paging=paging,
        filters=filters,
        files=("csv", "xlsx"),
        empty=_("没有这样的等级。"),
        columns=_columns(scheme) if scheme is not None else [],
    )
    tables = [totals] if totals is not None else []
    return render(request, "supervision/classes.html", {"listing": listing, "tables": tables, "asking": True})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*SEEING)
def of_subject(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask about a subject by its code; sent, the classes that may be seen of it, with what each rests on."""
    code = request.POST.get("code", "").strip()
    context: dict[str, Any] = {"code": code}
    if request.method != "POST":
        return render(request, "supervision/class_of.html", context)
    try:
        subject, found = asking.ask(actor, code)
        context |= {"subject": subject, "classes": told(found.values())}
    except NoSuchSubject:
        problem = RightsError("subject-unknown")
        context["problem"] = in_words(problem)
        return render(request, "supervision/class_of.html", context, status=status_of(problem))
    return render(request, "supervision/class_of.html", context)


def schemes_of(actor: Actor) -> dict[str, Scheme]:
    """The schemes of today whose classes an actor sees at the desk."""
    held = {one.provider for one in actor.by(*DEPARTMENTS)}
    found = current_pack().on(today()).schemes
    own = {key: s for key, s in found.items() if s.kind == "credit" or "" in held or s.department in held}
    order = list(current_pack().supervision_fields)
    return dict(sorted(own.items(), key=lambda one: (order.index(one[1].field), one[0])))


def _standing(actor: Actor, scheme: Scheme) -> Any:
    """The classes that stand by a scheme, within the districts of the assignments that show them."""
    shown = [one for one in actor.by(*SEEING) if _shows(one, scheme)]
    reached = (
        Q(pk__isnull=False)
        if any(not one.district for one in shown)
        else Q(subject_id__in=within(one.district for one in shown))
    )
    found = TABLES[scheme.kind].objects.filter(reached, scheme=scheme.key, until=None)
    return found.exclude(subject_id__in=own_subjects(actor)).order_by("-since", "subject_id")


def _shows(one: Assignment, scheme: Scheme) -> bool:
    if scheme.kind == "credit":
        return True
    return one.role in DEPARTMENTS and one.provider in ("", scheme.department)


def _totals(scheme: Scheme, found: Any) -> Table:
    counted = dict(found.order_by().values_list("level").annotate(n=Count("pk")))
    rows: list[list[Any]] = [
        [said(level.title), counted.get(level.key, 0), f"{level.share.ratio * 100:.0f}%", level.share.visits]
        for level in scheme.levels
    ]
    heads = [_("等级"), _("主体数"), _("抽查比例"), _("一年至多检查（次）")]
    return Table("totals", _("各等级"), heads, rows, empty=_("没有这样的等级。"))


def _lines(standing: Iterable[CreditClass | RiskClass]) -> list[Line]:
    some = list(standing)
    names = Subject.objects.in_bulk({one.subject_id for one in some})
    return [Line(one, names[one.subject_id].name, names[one.subject_id].code or "") for one in some]


def _columns(scheme: Scheme) -> list[Column]:
    titles = {level.key: said(level.title) for level in scheme.levels}

    def level(row: Line) -> Cell:
        return Cell(titles.get(row.one.level, row.one.level), tag=_("复核设定") if row.one.case_id else "")

    return [
        Column(_("主体"), lambda row: Cell(row.name, notes=(row.code,))),
        Column(_("等级"), level),
        Column(_("自"), lambda row: row.one.since, Kind.DAY),
        Column(_("依据数"), lambda row: len(row.one.grounds), Kind.COUNT),
        Column(_("看依据"), kind=Kind.ACT, template="supervision/_ask_class.html", bare=True),
    ]


def _levels(schemes: dict[str, Scheme]) -> tuple[tuple[str, str], ...]:
    return tuple({level.key: level.key for scheme in schemes.values() for level in scheme.levels}.items())


def _districts() -> tuple[tuple[str, str], ...]:
    """The divisions of the pack's city, by their codes."""
    return tuple((one.value, said(one.title)) for one in current_pack().on(today()).divisions)


PAGES: list[URLPattern] = [
    path("classes", classes, name="classes"),
    path("classes/of", of_subject, name="class-of"),
]
