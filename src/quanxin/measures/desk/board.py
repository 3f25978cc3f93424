"""How measures go: applied, suspended, lifted and why, commanded and not applied; by department, measure, district, month.

Invariant: figures are of departments and of measures, never of a subject; each sees what ``lists.seen`` shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import ZONE, today
from quanxin.casework.notices import authority
from quanxin.measures import words
from quanxin.measures.desk.lists import seen
from quanxin.measures.due import ENFORCING
from quanxin.measures.models import Application, Due
from quanxin.pages.gates import requires_role
from quanxin.pages.tables import Cell, Table, as_file
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

State = Application.State


@require_safe
@requires_role(Role.DECIDER, Role.CENTRE, Role.AUDITOR)
def board(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The figures as tables, and each of them as a file (``table``, ``as``)."""
    found = seen(actor)
    if asked := request.GET.get("table", ""):
        if asked not in TABLES or (form := request.GET.get("as", "csv")) not in ("csv", "xlsx"):
            raise Http404(asked)
        return as_file(TABLES[asked](found), form, f"measures-{asked}")
    context = {"tables": [make(found) for make in TABLES.values()], "enforcing": bool(actor.by(*ENFORCING))}
    return render(request, "measures/board.html", context)


def _departments(found: QuerySet[Application]) -> Table:
    rows = [[said(authority(key)), *figures] for key, figures in _counted(found, "enforcer")]
    return Table("departments", _("按实施单位"), [_("实施单位"), *_header()], rows, empty=_nothing())


def _measures(found: QuerySet[Application]) -> Table:
    titles = {rule.key: said(rule.title) for rule in current_pack().measures}
    waiting = dict(Due.objects.filter(must=True).values_list("measure").annotate(n=Count("pk")).order_by())
    rows: list[list[Cell]] = [
        [titles.get(key, key), *figures, waiting.get(key, 0)] for key, figures in _counted(found, "measure")
    ]
    return Table(
        "measures",
        _("按措施"),
        [_("措施"), *_header(), _("应当实施的依据")],
        rows,
        empty=_nothing(),
        said=[_("应当实施的依据：法律规定应当实施的，现有多少条有效的依据。")],
    )


def _districts(found: QuerySet[Application]) -> Table:
    regions = dict(Subject.objects.filter(pk__in=found.values("subject_id")).values_list("pk", "region"))
    divisions = current_pack().on(today()).code_sets
    names = {code.value: said(code.title) for one in divisions.values() for code in one.codes if len(code.value) == 6}
    counted: dict[str, list[int]] = {}
    for subject, state in found.values_list("subject_id", "state"):
        line = counted.setdefault(regions.get(subject, ""), [0, 0, 0])
        line[[State.IN_FORCE, State.SUSPENDED, State.LIFTED].index(State(state))] += 1
    rows: list[list[Cell]] = [[names.get(key, key or _("未知")), *line] for key, line in sorted(counted.items())]
    return Table("districts", _("按区县"), [_("区县"), *_header()[:3]], rows, empty=_nothing())


def _months(found: QuerySet[Application]) -> Table:
    by_month = found.annotate(month=TruncMonth("applied_at", tzinfo=ZONE)).values_list("month").annotate(n=Count("pk"))
    lifted = found.exclude(lifted_at=None).annotate(month=TruncMonth("lifted_at", tzinfo=ZONE)).values_list("month")
    began, ended = dict(by_month.order_by()), dict(lifted.annotate(n=Count("pk")).order_by())
    months = sorted({*began, *ended}, reverse=True)
    rows: list[list[Cell]] = [[f"{month:%Y-%m}", began.get(month, 0), ended.get(month, 0)] for month in months]
    return Table("months", _("按月份"), [_("月份"), _("实施"), _("解除")], rows, empty=_nothing())


def _causes(found: QuerySet[Application]) -> Table:
    names = words.causes()
    counted = found.exclude(cause="").values_list("cause").annotate(n=Count("pk")).order_by("-n", "cause")
    rows: list[list[Cell]] = [[names[cause], n] for cause, n in counted]
    return Table("causes", _("为什么解除"), [_("原因"), _("件数")], rows, empty=_("还没有解除过措施。"))


TABLES: dict[str, Callable[[QuerySet[Application]], Table]] = {
    "departments": _departments,
    "measures": _measures,
    "districts": _districts,
    "months": _months,
    "causes": _causes,
}


def _counted(found: QuerySet[Application], by: str) -> list[tuple[str, list[Any]]]:
    counts = {
        "live": Count("pk", filter=Q(state=State.IN_FORCE)),
        "held": Count("pk", filter=Q(state=State.SUSPENDED)),
        "lifted": Count("pk", filter=Q(state=State.LIFTED)),
        "overdue": Count("pk", filter=Q(lifted_at=None, until__lt=today())),
    }
    rows = found.order_by().values(by).annotate(**counts).order_by(by)
    return [(row[by], [row[key] for key in counts]) for row in rows]


def _header() -> list[str]:
    return [_("实施中"), _("暂停"), _("已解除"), _("到期未解除")]


def _nothing() -> str:
    return _("还没有实施过措施。")
