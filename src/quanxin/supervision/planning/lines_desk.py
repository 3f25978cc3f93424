"""The lines of a plan at the desk: what stands in it, and a form that offers what may be added.

Invariant: what is offered are items in force of the department of the plan, and schemes in force; whether a line is added is
decided by the act of the plan's procedure, and what it refuses is said on the form.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.casework import engine, queues
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.casework.notices import authority
from quanxin.pages.fields import Form, Item, Kind
from quanxin.pages.gates import missing, requires_role
from quanxin.pages.listings import Cell, Column, Listing
from quanxin.pages.listings import Kind as Shown
from quanxin.runtime.language import in_words, said
from quanxin.supervision.inspecting.published import title_of
from quanxin.supervision.planning import lines, published, told
from quanxin.supervision.planning.effects import ADD

_ITEM_OF = {"months-order": "from_month", "items-differ": "other", "item-of-another": "other"}
_OF_SHARES = ("share-unreadable", "share-missing", "level-unknown")


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.DECIDER)
def plan_lines(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The lines of a plan, and a form that adds one."""
    case = queues.visible(actor).filter(kind=told.PLAN, number=number[:40].replace("\0", "")).first()
    if case is None:
        raise missing(actor, f"case:{number[:24]}", "not a plan of this actor's")
    sent = request.POST if request.method == "POST" else None
    form = Form(_asked(case), sent, initial={"from_month": "1", "to_month": "12"})
    if sent is not None and form.is_valid() and _added(actor, case, form):
        return redirect("desk:plan-lines", case.number)
    rows = list(lines.standing(case))
    listing = Listing(
        key="lines",
        title=_("抽查项目"),
        rows=rows,
        empty=_("计划里没有抽查项目。"),
        columns=[
            Column(_("项目编号"), lambda one: str(one.pk), Shown.NUMBER),
            Column(_("检查事项"), lambda one: Cell(items=[title_of(key) for key in one.items]), bare=True),
            Column(_("抽查比例"), lambda one: Cell(items=told.shares(one))),
            Column(_("抽查月份"), lambda one: f"{one.from_month}–{one.to_month}"),
        ],
    )
    context = {"case": case, "form": form, "listing": listing, "authority": authority(case.provider)}
    return render(request, "supervision/plan_lines.html", context, status=422 if form.errors else 200)


def _asked(case: Case) -> list[Item]:
    day = today()
    every = published.items(day)
    own = tuple((key, said(one.title)) for key, one in every.items() if one.department == case.provider)
    others = tuple(
        (key, f"{said(authority(one.department))} · {said(one.title)}")
        for key, one in sorted(every.items(), key=lambda held: held[1].department != case.provider)
    )
    schemes = tuple((key, said(title)) for key, title in published.schemes(day).items())
    months = tuple((str(n), str(n)) for n in range(1, 13))
    joint = _("其他单位的事项就是联合检查。")
    shares = _("不填为分级办法的默认比例。写法：A=0.01/1/20（比例/至少/至多），每级一项，用分号隔开。")
    return [
        Item("item", _("检查事项"), Kind.CHOICE, required=True, options=own),
        Item("other", _("合并检查的另一事项"), Kind.CHOICE, options=others, blank=_("没有"), hint=joint),
        Item("scheme", _("分级办法"), Kind.CHOICE, options=schemes, blank=_("不分级")),
        Item("shares", _("抽查比例"), length=500, hint=shares),
        Item("from_month", _("开始月份"), Kind.CHOICE, required=True, options=months),
        Item("to_month", _("结束月份"), Kind.CHOICE, required=True, options=months),
    ]  # fmt: skip


def _added(actor: Actor, case: Case, form: Form) -> bool:
    """Whether the line was added; if not, the form says why."""
    sent = form.sent
    keys = [key for key in (sent["item"], sent.get("other")) if key]
    departments = {published.items(today())[key].department for key in keys} - {case.provider}
    asked = {key: sent[key] for key in ("scheme", "shares", "from_month", "to_month") if sent.get(key)}
    asked |= {"items": " ".join(dict.fromkeys(keys))} | ({"partners": " ".join(departments)} if departments else {})
    try:
        engine.perform(actor, case.number, ADD, asked)
    except RightsError as error:
        form.refuse(in_words(error), "shares" if error.code in _OF_SHARES else _ITEM_OF.get(error.code))
        return False
    return True
