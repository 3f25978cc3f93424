"""Pages of the public lists.

Invariant: whom somebody looks for is posted and stands in no address; a list that is not public is not there.
"""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.archive import row_hashes
from quanxin.calendar import today
from quanxin.ledger import log_reading
from quanxin.measures.lists_portal.members import (
    MOST_COUNTED,
    Member,
    after,
    counted,
    members,
    public_list,
    public_lists,
    standing,
)
from quanxin.pages.fields import Item
from quanxin.pages.listings import Cell, Column, Filters, Kind, Listing
from quanxin.pages.paging import Onward
from quanxin.pages.proofs import answered
from quanxin.policy.consequences import CreditList
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack

LENGTH, SHORTEST = 25, 2


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """The public lists, those of the dishonest and those of the honest, with how many are on each."""
    columns = [
        Column(_("名单"), lambda row: Cell(said(row[0].title), reverse("portal:list", args=[row[0].key])), Kind.LINK),
        Column(_("认定单位"), lambda row: row[1]),
        Column(_("在册"), lambda row: _counted(row[2]), Kind.NUMBER),
        Column(_("列入期限"), lambda row: _term(row[0])),
    ]
    found = [(one, _authority(one), counted(one)) for one in public_lists()]
    listings = [
        Listing(
            key=nature,
            title=title,
            said=remark,
            columns=columns,
            rows=[row for row in found if row[0].nature == nature],
            empty=_("目前没有这样的名单。"),
        )
        for nature, title, remark in (
            ("negative", _("严重失信主体名单"), _("由认定单位依法认定，每一条注明依据和期限。")),
            ("positive", _("守信激励名单"), _("由认定单位依规定评定，期满或者撤销后不再列出。")),
        )
    ]
    return render(request, "measures/lists.html", {"listings": listings})


@require_http_methods(["GET", "HEAD", "POST"])
def one_list(request: HttpRequest, key: str) -> HttpResponse:
    """Who is on a list today; looked for by a name or a code."""
    found = public_list(key)
    if found is None:
        raise Http404
    filters = Filters(request, [Item("name", _("名称或统一社会信用代码"), length=100, private=True)], verb=_("查找"))
    sought = filters.asked["name"]
    short = 0 < len(sought) < SHORTEST
    if short:
        filters.refuse(_("请至少输入两个字。"), "name")
    before = (request.POST if request.method == "POST" else request.GET).get("before", "")
    try:
        rows = after(standing(found, sought), before) if before else standing(found, sought)
    except ValueError as error:
        raise BadRequest("no such cursor") from error
    shown = [] if short else list(rows[: LENGTH + 1])
    records, onward = Onward.of(shown, LENGTH, before, lambda one: f"{one.event_date}:{one.id}", keep=filters.kept)
    listing = Listing(
        key="members",
        title=said(found.title),
        quiet=True,
        columns=_columns(found),
        rows=members(records),
        paging=onward,
        filters=filters,
        empty=_("名单上没有符合条件的主体。") if sought else _("目前没有主体在这份名单上。"),
    )
    pack, day = current_pack(), today()
    regime = pack.regime_on(found.resource, day)
    coverage = regime.coverage(found.resource) if regime else None
    context = {
        "list": found, "listing": listing, "term": _term(found), "authority": _authority(found),
        "resource": pack.on(day).resources[found.resource], "elsewhere": coverage.elsewhere if coverage else None,
    }  # fmt: skip
    return render(request, "measures/list.html", context, status=422 if short else 200)


@require_safe
def proof(_request: HttpRequest, key: str, subject: int, number: int) -> HttpResponseBase:
    """The receipt of the public log that a listing was entered, and when; of one that everybody may read today."""
    found = public_list(key)
    record = standing(found).filter(subject_id=subject, id=number).first() if found is not None else None
    if found is None or record is None:
        raise Http404
    row = row_hashes.among_rows(record)
    offer = log_reading.offered("batch", f"batch:{record.batch_id}")
    return answered(offer, f"{key}-{subject}-{number}", reverse("portal:list", args=[key]), row)


def _columns(of: CreditList) -> list[Column]:
    return [
        Column(_("主体"), lambda row: Cell(row.name, _address(row), notes=[row.code]), Kind.LINK, bare=True),
        Column(_("事由和依据"), lambda row: Cell(row.facts, notes=[row.basis] if row.basis else []), bare=True),
        Column(_("认定文书"), lambda row: Cell(row.number or "—", notes=[row.authority] if row.authority else [])),
        Column(_("列入日期"), lambda row: row.since, Kind.DAY),
        Column(_("期满日期"), lambda row: row.until or _("至移出"), Kind.DAY),
        Column(
            _("凭证"),
            lambda row: Cell(_("存证凭证"), reverse("portal:list-proof", args=[of.key, *row.record])),
            Kind.LINK,
        ),
    ]


def _address(row: Member) -> str:
    return reverse("portal:subject", args=[row.code]) if row.code else ""


def _counted(number: int) -> str:
    return f"{number:,}" if number <= MOST_COUNTED else _("超过 %(n)s") % {"n": f"{MOST_COUNTED:,}"}


def _authority(one: CreditList) -> str:
    return said(current_pack().on(today()).providers[one.authority].title)


def _term(one: CreditList) -> str:
    if one.term_months is None:
        return _("以决定为准")
    whole = one.term_months % 12 == 0
    return _("%(n)s 年") % {"n": one.term_months // 12} if whole else _("%(n)s 个月") % {"n": one.term_months}


URLS = [
    path("lists/", lists, name="lists"),
    path("lists/<slug:key>", one_list, name="list"),
    path("lists/<slug:key>/<int:subject>-<int:number>/proof.json", proof, name="list-proof"),
]
