"""The lists of the workbench: editions that were proposed, studies, and who moved.

Invariant: the first two name no subject; the last is drawn of what the accessor let through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from quanxin.evaluation.desk.model_text import hundredths
from quanxin.evaluation.models import Edition, Study
from quanxin.evaluation.movers import Mover
from quanxin.pages.display import moment
from quanxin.pages.listings import Cell, Column, Filters, Kind, Listing
from quanxin.pages.paging import Onward


def studies_listing(rows: Sequence[Study], title: str, empty: str = "") -> Listing:
    """Studies, each leading to its figures."""
    kinds = {Study.Kind.COMPARISON: _("比较"), Study.Kind.BACK_TEST: _("回测")}
    return Listing(
        key="studies",
        title=title,
        rows=rows,
        empty=empty or _("还没有研究。打开一个模型，试算、比较或回测。"),
        columns=[
            Column(_("时间"), lambda one: one.created_at, Kind.MOMENT),
            Column(
                _("研究"),
                lambda one: Cell(
                    f"{kinds.get(one.kind, _('试算'))} {one.pk}",
                    reverse("desk:study", args=[one.pk]),
                    notes=[one.model],
                ),
                Kind.LINK,
                bare=True,
            ),
            Column(_("提出人"), lambda one: one.actor.removeprefix("user:")),
            Column(_("状态"), lambda one: one.get_state_display()),
        ],
    )


def editions_listing(rows: Sequence[Edition], used: Edition | None) -> Listing:
    """Editions of a model that were proposed, with who decided what."""
    in_use, waits = _("在用"), _("待审批")
    words = {True: _("批准"), False: _("不批准")}

    def named(one: Edition) -> Cell:
        standing = used is not None and used.pk == one.pk
        return Cell(
            one.digest[:12], reverse("desk:edition", args=[one.pk]), tag=in_use if standing else "", tone="good"
        )

    def decided(one: Edition) -> Cell:
        if one.approved is None or one.decided_at is None:
            return Cell(waits)
        who = one.decided_by.removeprefix("user:")
        return Cell(f"{words[one.approved]} · {who}", notes=[moment(one.decided_at)])

    return Listing(
        key="editions",
        title=_("提出过的版本"),
        rows=rows,
        empty=_("还没有提出过版本。建模人员提出后，由另一位审批人批准。"),
        columns=[
            Column(_("版本"), named, Kind.LINK),
            Column(_("提出"), lambda one: Cell(one.proposed_by.removeprefix("user:"), notes=[moment(one.proposed_at)])),
            Column(_("决定"), decided),
        ],
    )


def movers_listing(rows: Sequence[Mover], titles: Mapping[str, str], onward: Onward, filters: Filters) -> Listing:
    """Who moved, from what to what, and because of which indicators."""
    nothing = [_("没有，由否决项或上下限造成")]

    def because(one: Mover) -> Cell:
        return Cell(items=[f"{titles[key]} {hundredths(points)}" for key, points in one.because.items()] or nothing)

    def scores(one: Mover) -> str:
        before, after = (hundredths(score) for score in one.scores)
        return f"{'—' if before is None else before} → {'—' if after is None else after}"

    return Listing(
        key="found",
        title=_("查询结果"),
        rows=rows,
        paging=onward,
        filters=filters,
        empty=_("没有这样变动的主体。"),
        columns=[
            Column(_("主体"), lambda one: Cell(one.subject.name, notes=[one.subject.code])),
            Column(_("等级"), lambda one: " → ".join(grade or "—" for grade in one.grades)),
            Column(_("得分"), scores),
            Column(_("分值变动的指标"), because),
        ],
    )
