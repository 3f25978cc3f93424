"""A model in words: what an indicator looks at, what each value is worth, how editions differ.

Invariant: nothing is said that the model does not say, and all of its points, edges, windows and weights are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from quanxin.calendar import today
from quanxin.evaluation.edition_diff import Difference
from quanxin.pages.tables import Table
from quanxin.policy.evaluation import Aggregate, Indicator, Model
from quanxin.runtime.language import english, said
from quanxin.runtime.pack import current_pack


def signed(points: Decimal) -> str:
    """Points with their sign."""
    return f"{points:+.2f}" if points else "0.00"


def hundredths(points: int | None) -> Decimal | None:
    """Hundredths as points."""
    return None if points is None else Decimal(points).scaleb(-2)


def plain(value: Decimal) -> str:
    """A number without needless zeros."""
    return f"{value.normalize():f}"


def listed(words: Iterable[str]) -> str:
    """Words one after the other, as the page's language lists them."""
    return (", " if english() else "、").join(words)


def looks_at(indicator: Indicator) -> str:
    """What an indicator makes of which records, in a phrase."""
    if indicator.model:
        of = current_pack().on(today()).models.get(indicator.model)
        return _("模型“%(model)s”的等级") % {"model": said(of.title) if of else indicator.model}
    found = current_pack().on(today()).resources.get(indicator.resource or "")
    parts = [said(found.title) if found else indicator.resource or "", _aggregate(indicator)]
    if indicator.window_months:
        parts.append(_("近 %(months)s 个月") % {"months": indicator.window_months})
    parts += [
        _("%(months)s 个月内计 %(weight)s") % {"months": s.months, "weight": plain(s.weight)} for s in indicator.decay
    ]
    return " · ".join(parts)


def _aggregate(indicator: Indicator) -> str:
    words = {
        Aggregate.COUNT: _("条数"), Aggregate.DISTINCT: _("不同取值的个数"), Aggregate.SUM: _("合计"),
        Aggregate.LATEST: _("最近一条的取值"), Aggregate.EXISTS: _("有无"), Aggregate.DAYS_SINCE: _("距最近一条的天数"),
        Aggregate.RATIO: _("占比（百分数）"),
    }  # fmt: skip
    if indicator.field is None:
        return words[indicator.aggregate]
    resource = current_pack().on(today()).resources.get(indicator.resource or "")
    field = next((f for f in resource.fields if f.key == indicator.field), None) if resource else None
    named = {"field": said(field.title) if field else indicator.field, "how": words[indicator.aggregate]}
    return _("%(field)s（%(how)s）") % named


def cases(indicator: Indicator) -> Iterator[tuple[str, str, str]]:
    """(value, points, reason) of each case, in the order in which they are tried."""
    if indicator.missing:
        yield _("没有可评价的内容"), signed(indicator.missing.points), said(indicator.missing.reason)
    edge: Decimal | None = None
    for bin_ in indicator.bins:
        yield _between(edge, bin_.below), signed(bin_.points), said(bin_.reason)
        edge = bin_.below
    for grading in indicator.gradings:
        yield listed(grading.values), signed(grading.points), said(grading.reason)


def _between(low: Decimal | None, high: Decimal | None) -> str:
    if low is None and high is None:
        return _("任何值")
    if low is None:
        return _("不足 %(high)s") % {"high": plain(high or Decimal(0))}
    if high is None:
        return _("%(low)s 以上") % {"low": plain(low)}
    return _("%(low)s 以上、不足 %(high)s") % {"low": plain(low), "high": plain(high)}


def unfolded(model: Model) -> list[dict[str, Any]]:
    """Each dimension with its indicators in words."""
    return [
        {
            "dimension": dimension,
            "indicators": [
                {"indicator": i, "looks_at": looks_at(i), "cases": list(cases(i))}
                for i in model.indicators
                if i.dimension == dimension.key
            ],
        }
        for dimension in model.dimensions
    ]


def difference_table(found: list[Difference]) -> Table:
    """How an edition differs from the one in use."""
    kinds = {
        "model": _("模型"),
        "dimensions": _("维度"),
        "indicators": _("指标"),
        "vetoes": _("否决项"),
        "exclusions": _("不予评价"),
        "bands": _("等级"),
    }
    how = {"added": _("新增"), "removed": _("删除"), "changed": _("修改"), "moved": _("次序")}
    items = {
        "title": _("名称"), "doc": _("说明"), "points": _("分值"), "bins": _("分档"),
        "gradings": _("取值分值"), "missing": _("缺省分值"), "filter": _("筛选条件"), "window_months": _("期限"),
        "decay": _("时间权重"), "field": _("数据项"), "aggregate": _("计算方法"), "of": _("占比条件"),
        "dimension": _("所属维度"), "resource": _("资源"), "model": _("所依据的模型"), "minimum": _("下限"),
        "maximum": _("上限"), "base": _("基础分"), "from_": _("起始分"), "reason": _("理由"),
        "basis": _("依据"), "subject_types": _("评价对象"), "cycle": _("周期"), "in_force": _("施行日期"),
        "note": _("备注"), "review_by": _("复审日期"),
    }  # fmt: skip
    rows = [
        [said(d.title) if d.title else "", kinds[d.kind], how[d.how], listed(items.get(i, i) for i in d.items)]
        for d in found
    ]
    return Table(
        "differences",
        _("与在用版本的差别"),
        [_("内容"), _("类别"), _("变化"), _("改动项")],
        rows,
        empty=_("与在用版本内容相同。"),
    )
