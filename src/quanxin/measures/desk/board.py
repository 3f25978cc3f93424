"""How measures go: applied, suspended, contested, lifted and how soon, commanded and not applied, and whether their effect was
told; by department, measure, district, month, narrowed by each.

Invariant: figures are of departments and of measures, never of a subject; each sees what ``lists.seen`` shows them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive.models import Restriction
from quanxin.calendar import ZONE, today
from quanxin.casework.notices import authority
from quanxin.measures import delays, words
from quanxin.measures.desk.lists import seen
from quanxin.measures.due import ENFORCING
from quanxin.measures.models import Application, Due
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import Filters
from quanxin.pages.tables import Cell, Table, as_file
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

State = Application.State
Found = QuerySet[Any]  # of applications, each with the district of its subject and the month in which it was applied
BARE = ""  # of a subject whose district is not known


@require_safe
@requires_role(Role.DECIDER, Role.CENTRE, Role.AUDITOR)
def board(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The figures as tables, and each of them as a file (``table``, ``as``)."""
    every = _dated(seen(actor))
    filters = _filters(request, every)
    found = _narrowed(every, filters.asked)
    if asked := request.GET.get("table", ""):
        if asked not in TABLES or (form := request.GET.get("as", "csv")) not in ("csv", "xlsx"):
            raise Http404(asked)
        return as_file(TABLES[asked](found), form, f"measures-{asked}")
    context = {
        "tables": [make(found) for make in TABLES.values()],
        "filters": filters,
        "enforcing": bool(actor.by(*ENFORCING)),
    }
    return render(request, "measures/board.html", context)


def _dated(found: QuerySet[Application]) -> Found:
    """The applications with their districts and months."""
    region = Subject.objects.filter(pk=OuterRef("subject_id")).values("region")[:1]
    return found.annotate(region=Subquery(region), month=TruncMonth("applied_at", tzinfo=ZONE))


def _filters(request: HttpRequest, found: Found) -> Filters:
    """What the figures are narrowed by: the departments, districts and months that there are."""
    bare, names = found.order_by(), _district_names()
    regions = sorted(one or BARE for one in set(bare.values_list("region", flat=True)))
    months = sorted(set(bare.values_list("month", flat=True)), reverse=True)
    held = sorted(set(bare.values_list("enforcer", flat=True)))
    choices = {
        "enforcer": (_("实施单位"), [(key, said(authority(key))) for key in held]),
        "district": (_("区县"), [(key, names.get(key, key)) for key in regions if key]),
        "month": (_("实施月份"), [(_month(one), _month(one)) for one in months]),
    }
    return Filters(
        request,
        [
            Item(key, title, fields.Kind.CHOICE, options=tuple(options), blank=_("全部"))
            for key, (title, options) in choices.items()
        ],
    )


def _narrowed(found: Found, asked: dict[str, str]) -> Found:
    if asked["enforcer"]:
        found = found.filter(enforcer=asked["enforcer"])
    if asked["district"]:
        found = found.filter(region=asked["district"])
    if asked["month"]:
        try:
            first = dt.datetime.strptime(asked["month"], "%Y-%m").replace(tzinfo=ZONE)
            after = (first + dt.timedelta(days=31)).replace(day=1)
        except (ValueError, OverflowError):
            return found.none()
        found = found.filter(applied_at__gte=first, applied_at__lt=after)
    return found


def _departments(found: Found) -> Table:
    rows = [[said(authority(key)), *figures] for key, figures in _counted(found, "enforcer")]
    return Table("departments", _("按实施单位"), [_("实施单位"), *_header()], rows, empty=_nothing())


def _measures(found: Found) -> Table:
    titles = {rule.key: said(rule.title) for rule in current_pack().measures}
    waiting = dict(Due.objects.filter(must=True).values_list("measure").annotate(n=Count("pk")).order_by())
    reviews = {key: _review(rule.review_by) for key, rule in current_pack().on(today()).measures.items()}
    rows: list[list[Cell]] = [
        [titles.get(key, key), *figures, waiting.get(key, 0), reviews.get(key, "")]
        for key, figures in _counted(found, "measure")
    ]
    return Table(
        "measures",
        _("按措施"),
        [_("措施"), *_header(), _("应当实施的依据"), _("规定复核期限")],
        rows,
        empty=_nothing(),
        said=[_("应当实施的依据：法律规定应当实施的，现有多少条有效的依据。")],
    )


def _districts(found: Found) -> Table:
    names = _district_names()
    rows: list[list[Cell]] = [
        [names.get(key, key or _("未知")), *figures] for key, figures in _counted(found, "region")
    ]
    return Table("districts", _("按区县"), [_("区县"), *_header()], rows, empty=_nothing())


def _months(found: Found) -> Table:
    counted = dict(_counted(found, "month"))
    ended = found.exclude(lifted_at=None).annotate(ended=TruncMonth("lifted_at", tzinfo=ZONE))
    lifted = dict(ended.order_by().values_list("ended").annotate(n=Count("pk")))
    rows: list[list[Cell]] = []
    for month in sorted({*counted, *lifted}, reverse=True):
        live, held, _disputed, ended_of, _late, told, share = counted.get(month, [0] * 6 + [None])
        rows.append([_month(month), live + held + ended_of, lifted.get(month, 0), told, share])
    header = [_("月份"), _("实施"), _("解除"), *_header()[5:]]
    note = _("实施和反馈按决定实施的月份计，解除按解除的月份计。")
    return Table("months", _("按月份"), header, rows, empty=_nothing(), said=[note])


def _causes(found: Found) -> Table:
    names, counted = words.causes(), delays.by_cause(found)
    rows: list[list[Cell]] = [
        [names[cause], one.lifted, one.at_once, one.longest]
        for cause, one in sorted(counted.items(), key=lambda p: -p[1].lifted)
    ]
    note = _("依据消失当天解除的算及时；依据期满的，次日零时起算。由实施单位决定解除的不计延迟。")
    header = [_("原因"), _("件数"), _("当日解除"), _("最长延迟（天）")]
    return Table("causes", _("为什么解除、是否及时"), header, rows, empty=_("还没有解除过措施。"), said=[note])


TABLES: dict[str, Callable[[Found], Table]] = {
    "departments": _departments,
    "measures": _measures,
    "districts": _districts,
    "months": _months,
    "causes": _causes,
}


def _counted(found: Found, by: str) -> list[tuple[Any, list[Any]]]:
    """The figures of ``_header`` by an item."""
    disputed = Restriction.objects.filter(
        subject_id=OuterRef("subject_id"),
        resource=OuterRef("resource"),
        key_hash=OuterRef("key_hash"),
        kind=Restriction.Kind.DISPUTED,
        ended_at=None,
    )
    counts = {
        "live": Count("pk", filter=Q(state=State.IN_FORCE)),
        "held": Count("pk", filter=Q(state=State.SUSPENDED)),
        "contested": Count("pk", filter=Q(lifted_at=None) & Q(Exists(disputed))),
        "lifted": Count("pk", filter=Q(state=State.LIFTED)),
        "overdue": Count("pk", filter=Q(lifted_at=None, until__lt=today())),
        "told": Count("pk", filter=Q(feedback_at__isnull=False)),
        "every": Count("pk"),
    }
    rows = found.order_by().values(by).annotate(**counts).order_by(by)
    keys = [key for key in counts if key != "every"]
    return [(row[by], [*(row[key] for key in keys), _percent(row["told"], row["every"])]) for row in rows]


def _header() -> list[str]:
    return [
        _("实施中"),
        _("暂停"),
        _("其中异议中"),
        _("已解除"),
        _("到期未解除"),
        _("已反馈"),
        _("反馈率（%）"),
    ]


def _percent(some: int, of: int) -> Decimal:
    return (Decimal(100 * some) / of).quantize(Decimal("0.1"))


def _month(month: dt.datetime) -> str:
    return f"{month:%Y-%m}"


def _review(day: dt.date | None) -> str:
    """The day by which a rule is looked at again, and whether that is over."""
    if day is None:
        return ""
    return _("%(day)s（已过）") % {"day": day.isoformat()} if day < today() else day.isoformat()


def _district_names() -> dict[str, str]:
    divisions = current_pack().on(today()).code_sets
    return {code.value: said(code.title) for one in divisions.values() for code in one.codes if len(code.value) == 6}


def _nothing() -> str:
    return _("还没有实施过措施。")
