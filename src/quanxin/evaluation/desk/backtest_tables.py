"""The figures of a back-test as tables and charts.

Invariant: no share and no area is shown without its interval, and where the counts give none the table says so.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from quanxin.calendar import today
from quanxin.pages.tables import Cell, Table
from quanxin.policy.evaluation import Model
from quanxin.policy.model import Text
from quanxin.runtime.language import english, said
from quanxin.runtime.pack import current_pack


def tables(figures: dict[str, Any], model: Model) -> list[Table]:
    """The tables of a back-test, in the order in which they are read."""
    return [_rates(figures, model), _areas(figures), _curve(figures["all"]), _ends(figures)]


def _rates(figures: dict[str, Any], model: Model) -> Table:
    title = {b.key: f"{b.key} {said(b.title)}" for b in model.bands}
    found = figures["grades"]
    rows: list[list[Cell]] = [[title[g["grade"]], g["subjects"], g["bad"], *_percent(g["rate"])] for g in found]
    bounds = [[None if not g["rate"] else float(g["rate"][n]) * 100 for g in found] for n in range(3)]
    chart = {
        "kind": "rates", "names": [title[g["grade"]] for g in found], "english": english(), "percent": True,
        "series": [{"name": name, "data": data}
                   for name, data in zip((_("命中率"), _("区间下限"), _("区间上限")), bounds, strict=True)],
    }  # fmt: skip
    header = [_("等级"), _("主体"), _("此后列入名单的"), _("命中率"), _("区间下限"), _("区间上限")]
    return Table(
        "rates",
        _("各等级的命中率"),
        header,
        rows,
        [_("区间为95%的Wilson区间。好的模型：等级越差，命中率越高。")],
        chart,
    )


def _percent(interval: list[str] | None) -> list[str | None]:
    return [None] * 3 if not interval else [f"{Decimal(bound) * 100:.2f}%" for bound in interval]


def _areas(figures: dict[str, Any]) -> Table:
    rows: list[list[Cell]] = []
    for name, key in ((_("全部主体"), "all"), (_("当时没有否决项的主体"), "unvetoed")):
        found = figures[key]
        area = [None if bound is None else Decimal(bound) for bound in found["area"] or [None] * 3]
        rows.append([name, found["bad"], found["good"], *area])
    return Table(
        "areas",
        _("区分能力（AUC）"),
        [_("范围"), _("此后列入的"), _("此后未列入的"), "AUC", _("区间下限"), _("区间上限")],
        rows,
        [
            _("AUC是此后列入名单的主体得分低于未列入主体的概率，同分计一半；0.5等于随机。"),
            _("区间为95%，按DeLong等（1988）计算；主体太少或两类完全分开时没有区间。"),
        ],
    )


def _curve(found: dict[str, Any]) -> Table:
    """The ROC curve: of those with the lowest scores, which share of either kind."""
    bads, goods = found["bad"], found["good"]
    points = found["curve"] if bads and goods else []
    rows: list[list[Cell]] = [[f"{_of(good, goods):.2f}%", f"{_of(bad, bads):.2f}%"] for bad, good in points]
    chart = {
        "kind": "curve", "english": english(), "percent": True, "names": [], "x": _("未列入的占比"), "y": _("列入的占比"),
        "series": [{"name": "ROC", "data": [[float(_of(good, goods)), float(_of(bad, bads))] for bad, good in points]}],
    }  # fmt: skip
    return Table(
        "curve",
        _("ROC曲线"),
        [_("未列入的占比"), _("列入的占比")],
        rows,
        [_("从得分最低的主体数起，每到一处累计的占比。")],
        chart if points else None,
        empty=_("观察期内没有主体列入名单，或全部列入，画不出曲线。"),
        folded=True,
    )


def _of(part: int, whole: int) -> Decimal:
    return Decimal(part * 100) / whole


def _ends(figures: dict[str, Any]) -> Table:
    resources = current_pack().on(today()).resources
    rows: list[list[Cell]] = []
    for end in figures["ends"]:
        resource = resources.get(end["resource"])
        rows.append(
            [said(Text(**end["title"])), said(resource.title) if resource else end["resource"], end["subjects"]]
        )
    return Table(
        "ends",
        _("计为不良结果的名单"),
        [_("名单"), _("资源"), _("列入的主体")],
        rows,
        [_("取自模型的否决项和政策包中的失信名单；已撤销的记录不计。")],
    )
