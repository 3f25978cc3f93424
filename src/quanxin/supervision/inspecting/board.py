"""What inspections teach: whether more is found where more is looked, how much a firm bears, what came in time.

Invariant: figures are of classes, departments and counts, never of a subject, an inspector or a person. A rate of problems
that does not rise with the class is said to be a fault of the model, not of the firms; too few are said to be too few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from django.db.models import Avg, Count, F, QuerySet
from django.db.models.functions import ExtractYear
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import day_of, today
from quanxin.casework.models import Step
from quanxin.casework.notices import authority
from quanxin.pages.gates import requires_role
from quanxin.pages.tables import Cell, Table, as_file
from quanxin.policy.inspections import NO_CLASS
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack
from quanxin.supervision.inspecting import beginning, published
from quanxin.supervision.inspecting.cases import seen
from quanxin.supervision.inspecting.intervals import Share, Trend, trend
from quanxin.supervision.inspecting.tasks import REPORT
from quanxin.supervision.models import Draw, Inspection

RESULT, SOUND = "result", "good"  # what the effect is given; the tone of a state to which nothing found leads
LEAST_RATINGS = 5  # below which a department's are not shown


@require_safe
@requires_role(Role.DECIDER, Role.SUPERVISOR, Role.CENTRE, Role.AUDITOR)
def board(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The figures as tables, and each of them as a file (``table``, ``as``)."""
    found = seen(actor)
    if asked := request.GET.get("table", ""):
        if asked not in TABLES or (form := request.GET.get("as", "csv")) not in ("csv", "xlsx"):
            raise Http404(asked)
        return as_file(TABLES[asked](found), form, f"inspections-{asked}")
    return render(request, "supervision/board.html", {"tables": [make(found) for make in TABLES.values()]})


def sound_results() -> list[str]:
    """The results of inspections that found nothing, by the procedure in force."""
    procedure = current_pack().on(today()).procedures[beginning.KIND]
    return [
        str(effect.given[RESULT])
        for act in procedure.acts
        for effect in act.effects
        if effect.name == REPORT and procedure.state_of[act.to].tone == SOUND
    ]


def shares_of(found: QuerySet[Inspection]) -> list[Share]:
    """By the level that each was drawn from: how many inspections found something, of how many."""
    drawn = found.exclude(result="").exclude(selected=None).order_by()
    every = dict(drawn.values_list("selected__stratum").annotate(n=Count("pk")))
    sound = dict(drawn.filter(result__in=sound_results()).values_list("selected__stratum").annotate(n=Count("pk")))
    return [Share(level, n - sound.get(level, 0), n) for level, n in sorted(every.items())]


def _classes(found: QuerySet[Inspection]) -> Table:
    shares = shares_of(found)
    rows: list[list[Cell]] = [
        [_("没有分级") if one.level == NO_CLASS else one.level, one.n, one.found, one.percent, one.bounds]
        for one in shares
    ]
    words = {
        Trend.RISES: _("风险越高的等级，发现问题的比例越高，差别超出偶然：分级有用。"),
        Trend.UNSURE: _("比例随等级上升，但差别可能出于偶然，还要再看。"),
        Trend.FALLS: _("比例没有随等级上升：分级模型可能有误，应当复核指标和档位，而不是加重检查。"),
        Trend.FEW: _("有等级的检查不足 30 次，还不能下结论。"),
    }
    return Table(
        "classes",
        _("各等级发现问题的比例"),
        [_("等级"), _("检查"), _("发现问题"), _("比例"), _("95% 区间")],
        rows,
        said=[words[trend([one for one in shares if one.level != NO_CLASS])]],
        empty=_("还没有抽取的检查结果。"),
    )


def _load(found: QuerySet[Inspection]) -> Table:
    by_year = found.exclude(done_on=None).order_by().annotate(year=ExtractYear("done_on"))
    each = Counter[tuple[int, int]]()
    for year, n in by_year.values("year", "subject_id").annotate(n=Count("pk")).values_list("year", "n"):
        each[(year, min(n, 4))] += 1
    years = sorted({year for year, _n in each}, reverse=True)
    rows: list[list[Cell]] = [[str(year), *(each[(year, n)] for n in range(1, 5))] for year in years]
    header = [_("年度"), _("一次"), _("两次"), _("三次"), _("四次以上")]
    return Table("load", _("每户一年被检查几次（户数）"), header, rows, empty=_("还没有检查结果。"))


def _merged(found: QuerySet[Inspection]) -> Table:
    rows: list[list[Cell]] = []
    done = found.exclude(done_on=None)
    for key in done.order_by("provider").values_list("provider", flat=True).distinct():
        mine = done.filter(provider=key)
        several = mine.exclude(partners=[]).count()
        items = Counter(len(one) for one in mine.values_list("items", flat=True))
        onsite = mine.filter(mode=Inspection.Mode.ONSITE).count()
        rows.append(
            [
                said(authority(key)),
                mine.count(),
                sum(n for size, n in items.items() if size > 1),
                several,
                mine.count() - onsite,
            ]
        )
    header = [_("检查单位"), _("检查"), _("合并了多个事项"), _("多部门联合"), _("不到场")]
    return Table("merged", _("合并和联合检查"), header, rows, empty=_("还没有检查结果。"))


def _timely(found: QuerySet[Inspection]) -> Table:
    """How soon results came, by the days that the catalogue gives them."""
    resource = current_pack().on(today()).resources.get(published.RESULTS)
    allowed = resource.deadline.working_days if resource is not None else None
    calendar, counted = current_pack().calendar, Counter[tuple[str, bool]]()
    acts = [act.name for act in current_pack().on(today()).procedures[beginning.KIND].acts if _reports(act.effects)]
    steps = Step.objects.filter(case__inspection__in=found.exclude(done_on=None), act__in=acts)
    for provider, done, at in steps.values_list("case__provider", F("case__inspection__done_on"), "at"):
        counted[(provider, calendar.working_days_between(done, day_of(at)).days <= (allowed or 0))] += 1
    providers = sorted({provider for provider, _ in counted})
    rows: list[list[Cell]] = [[said(authority(key)), counted[(key, True)], counted[(key, False)]] for key in providers]
    title = _("检查结果是否按期公示（%(n)s 个工作日）") % {"n": allowed}
    return Table("timely", title, [_("检查单位"), _("按期"), _("逾期")], rows, empty=_("还没有检查结果。"))


def _draws(_found: QuerySet[Inspection]) -> Table:
    counted = Draw.objects.aggregate(
        drawn=Count("drawn_at"), published=Count("published_at"), voided=Count("voided_at"), frozen=Count("frozen_at")
    )
    row: list[Cell] = [counted["frozen"], counted["drawn"], counted["published"], counted["voided"]]
    header = [_("冻结名册"), _("已抽取"), _("已公布，可自行验证"), _("作废（保留原因）")]
    rows = [row] if counted["frozen"] else []
    return Table("draws", _("抽取"), header, rows, empty=_("还没有抽取。"))


def _ratings(found: QuerySet[Inspection]) -> Table:
    rated = found.exclude(stars=None).order_by().values("provider").annotate(n=Count("pk"), mean=Avg("stars"))
    rows: list[list[Cell]] = [
        [
            said(authority(one["provider"])),
            one["n"],
            f"{one['mean']:.1f}" if one["n"] >= LEAST_RATINGS else _("不足 5 次，不显示"),
        ]
        for one in rated.order_by("provider")
    ]
    header = [_("检查单位"), _("评价次数"), _("平均星数")]
    note = _("只按单位统计，不统计检查人员，不排名；评价不影响被检查人。")
    return Table("ratings", _("被检查人的评价"), header, rows, said=[note], empty=_("还没有评价。"))


def _reports(effects: object) -> bool:
    return any(one.name == REPORT for one in effects)  # type: ignore[attr-defined]


TABLES: dict[str, Callable[[QuerySet[Inspection]], Table]] = {
    "classes": _classes,
    "load": _load,
    "merged": _merged,
    "timely": _timely,
    "draws": _draws,
    "ratings": _ratings,
}
