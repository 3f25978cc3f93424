"""The lines of a plan at the desk: what stands in it, what may be inspected in one visit with others, a form for one more.

Invariant: what is offered are items in force, schemes in force with the shares that they propose, and items about the same kind
of objects; whether a line is added is decided by the act of the plan's procedure, and what it refuses is said on the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
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
from quanxin.pages.listings import Cell, Column, Filters, Listing
from quanxin.pages.listings import Kind as Shown
from quanxin.policy.inspections import InspectionItem
from quanxin.runtime.language import in_words, said
from quanxin.supervision.inspecting.published import title_of
from quanxin.supervision.models import PlanLine
from quanxin.supervision.planning import lines, published, told
from quanxin.supervision.planning.effects import ADD
from quanxin.supervision.planning.published import LevelShare

_ITEM_OF = {"months-order": "from_month", "items-differ": "also", "item-of-another": "also"}
WHOLE = Decimal(100)


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.DECIDER)
def plan_lines(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The lines of a plan, and a form that adds one: which item by which scheme, then how many of each level, and when."""
    case = queues.visible(actor).filter(kind=told.PLAN, number=number[:40].replace("\0", "")).first()
    if case is None:
        raise missing(actor, f"case:{number[:24]}", "not a plan of this actor's")
    chosen = Filters(request, _chosen(case), verb=_("下一步"))
    item, scheme = published.items(today()).get(chosen.asked["item"]), chosen.asked["scheme"]
    form, levels = None, dict[str, LevelShare]()
    if item is not None and item.department == case.provider and scheme in ("", *published.schemes(today())):
        levels = dict(published.levels_of(scheme, today()))
        form = Form(
            _asked(case, item, levels),
            request.POST if request.method == "POST" else None,
            initial=_first(request, levels),
        )
        if form.is_bound and form.is_valid() and _added(actor, case, form, item, scheme, levels):
            return redirect("desk:plan-lines", case.number)
    rows = list(lines.standing(case))
    context = {
        "case": case, "form": form, "chosen": chosen, "item": item, "authority": authority(case.provider),
        "listing": _listing(rows), "alike": _alike(case, rows), "shares": _shares(form, levels) if form else (),
        "scheme": published.schemes(today()).get(scheme),
    }  # fmt: skip
    wrong = form.errors if form is not None else chosen.errors if request.method == "POST" else None
    return render(request, "supervision/plan_lines.html", context, status=422 if wrong else 200)


def panel(actor: Actor, case: Case) -> tuple[str, dict[str, Any]]:
    """What the page of a plan's case shows: its lines, the draws of each, and how one more is begun."""
    rows = list(lines.standing(case).prefetch_related("draws__case"))
    draws = case.state == lines.PLANNED and case.named == str(today().year) and actor.may(Role.DECIDER, case.provider)
    listing = _listing(rows, Column(_("抽取"), kind=Shown.ACT, template="supervision/_line_draws.html"))
    return "supervision/_plan_panel.html", {"listing": listing, "code": case.subject.code if draws else ""}


def _listing(rows: list[PlanLine], *more: Column) -> Listing:
    return Listing(
        key="lines",
        title=_("抽查项目"),
        rows=rows,
        empty=_("计划里没有抽查项目。"),
        columns=[
            Column(_("项目编号"), lambda one: str(one.pk), Shown.NUMBER),
            Column(_("检查事项"), lambda one: Cell(items=[title_of(key) for key in one.items]), bare=True),
            Column(_("抽查比例"), lambda one: Cell(items=told.shares(one))),
            Column(_("参加单位"), lambda one: Cell(items=[said(authority(key)) for key in one.partners])),
            Column(_("抽查月份"), lambda one: f"{one.from_month}–{one.to_month}"),
            *more,
        ],
    )


def _alike(case: Case, rows: list[PlanLine]) -> Listing | None:
    """Lines that other departments have published of the same objects in the same months: one visit could do for both."""
    theirs = [one for plan in _others(case) for one in plan.plan_lines.all() if one.dropped_at is None]
    found = [(one, other) for one in rows for other in theirs if _meet(one, other)]
    if not found:
        return None
    return Listing(
        key="alike",
        title=_("可以合并的检查"),
        said=_("查的是同一类对象，月份重叠。合并成一项以后一次到场；原来的项目请撤下。"),
        rows=found,
        columns=[
            Column(_("本单位的项目"), lambda pair: said(lines.title_of(pair[0]))),
            Column(_("其他单位的项目"), _of_another),
            Column(_("办理"), lambda pair: Cell(_("合并为一次联合检查"), _joint(case, *pair)), Shown.LINK),
        ],
    )  # fmt: skip


def _of_another(pair: tuple[PlanLine, PlanLine]) -> Cell:
    return Cell(said(authority(pair[1].case.provider)), notes=[said(lines.title_of(pair[1]))])


def _others(case: Case) -> list[Case]:
    return list(told.plans().filter(named=case.named).exclude(provider=case.provider))


def _meet(one: PlanLine, other: PlanLine) -> bool:
    joint = other.case.provider in one.partners or one.case.provider in other.partners
    months = one.from_month <= other.to_month and other.from_month <= one.to_month
    return one.objects_kind == other.objects_kind and months and not joint


def _joint(case: Case, one: PlanLine, other: PlanLine) -> str:
    also = " ".join([*one.items[1:], *other.items])
    asked = {"item": one.items[0], "scheme": one.scheme, "also": also}
    return f"{reverse('desk:plan-lines', args=[case.number])}?{urlencode(asked)}#add"


def _chosen(case: Case) -> list[Item]:
    day = today()
    own = tuple((key, said(one.title)) for key, one in published.items(day).items() if one.department == case.provider)
    schemes = tuple((key, said(title)) for key, title in published.schemes(day).items())
    return [
        Item("item", _("检查事项"), Kind.CHOICE, options=own),
        Item("scheme", _("分级办法"), Kind.CHOICE, options=schemes, blank=_("不分级")),
    ]


def _asked(case: Case, item: InspectionItem, levels: Mapping[str, LevelShare]) -> list[Item]:
    months = tuple((str(n), str(n)) for n in range(1, 13))
    shares = [
        made
        for key in levels
        for made in (
            Item(f"ratio-{key}", _("抽查比例（%）"), Kind.NUMBER, required=True, length=9),
            Item(f"floor-{key}", _("至少"), Kind.NUMBER, length=6),
            Item(f"ceiling-{key}", _("至多"), Kind.NUMBER, length=6),
        )
    ]
    return [
        Item("also", _("同一次检查的其他事项"), Kind.SEVERAL, options=_also(case, item), hint=_("其他单位的事项就是联合检查。")),
        *shares,
        Item("from_month", _("开始月份"), Kind.CHOICE, required=True, options=months),
        Item("to_month", _("结束月份"), Kind.CHOICE, required=True, options=months),
    ]  # fmt: skip


def _also(case: Case, item: InspectionItem) -> tuple[tuple[str, str], ...]:
    """The other items about the same kind of objects, the department's own first; of others', whether they plan it as well."""
    every = [one for one in published.items(today()).values() if one.objects == item.objects and one.key != item.key]
    planned = {
        key for plan in _others(case) for line in plan.plan_lines.all() if not line.dropped_at for key in line.items
    }
    made = []
    for one in sorted(every, key=lambda held: held.department != case.provider):
        whose = "" if one.department == case.provider else f"{said(authority(one.department))} · "
        made.append(
            (one.key, f"{whose}{said(one.title)}" + (_("（该单位今年也要抽查）") if one.key in planned else ""))
        )
    return tuple(made)


def _first(request: HttpRequest, levels: Mapping[str, LevelShare]) -> dict[str, str]:
    """What the form says before anything is filled in: the shares that the scheme proposes."""
    made = {"from_month": "1", "to_month": "12", "also": request.GET.get("also", "")[:500]}
    for key, one in levels.items():
        made |= {f"ratio-{key}": f"{(one.ratio * WHOLE).normalize():f}", f"floor-{key}": str(one.floor or "")}
        made[f"ceiling-{key}"] = "" if one.ceiling is None else str(one.ceiling)
    return made


def _shares(form: Form, levels: Mapping[str, LevelShare]) -> list[tuple[str, list[Any]]]:
    """The fields of each level together."""
    return [
        (said(one.title), [form[f"{part}-{key}"] for part in ("ratio", "floor", "ceiling")])
        for key, one in levels.items()
    ]


def _written(form: Form, levels: Mapping[str, LevelShare]) -> str:
    """The shares of the form as the act reads them; what cannot be read is said at its field."""
    parts, sent = [], form.sent
    for key in levels:
        try:
            ratio = Decimal(sent[f"ratio-{key}"]) / WHOLE
        except InvalidOperation:
            ratio = Decimal(-1)
        if not 0 <= ratio <= 1:
            form.refuse(_("请填写 0 到 100 的数。"), f"ratio-{key}")
            continue
        bounds = [sent.get(f"{part}-{key}", "") for part in ("floor", "ceiling")]
        for part, text in zip(("floor", "ceiling"), bounds, strict=True):
            if text and not (text.isascii() and text.isdecimal()):
                form.refuse(_("请填写整数。"), f"{part}-{key}")
        parts.append(f"{key}={ratio:f}/{bounds[0] or 0}" + (f"/{bounds[1]}" if bounds[1] else ""))
    return ";".join(parts)


def _added(
    actor: Actor, case: Case, form: Form, item: InspectionItem, scheme: str, levels: Mapping[str, LevelShare]
) -> bool:
    """Whether the line was added; if not, the form says why."""
    sent, shares = form.sent, _written(form, levels)
    if form.errors:
        return False
    keys = [item.key, *sent.get("also", "").split()]
    departments = {published.items(today())[key].department for key in keys} - {case.provider}
    asked = {key: sent[key] for key in ("from_month", "to_month")} | {
        "items": " ".join(dict.fromkeys(keys)),
        "shares": shares,
    }
    asked |= ({"scheme": scheme} if scheme else {}) | (
        {"partners": " ".join(sorted(departments))} if departments else {}
    )
    try:
        engine.perform(actor, case.number, ADD, asked)
    except RightsError as error:
        form.refuse(in_words(error), _ITEM_OF.get(error.code))
        return False
    return True
