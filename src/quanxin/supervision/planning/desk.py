"""The library of inspectors at the desk: who of one's department holds which card, and from whom each withdraws.

Invariant: a department sees and keeps its own inspectors; a file with one row that is wrong changes nothing, and every such
row is said. Whether anything is done is decided by the acts of the library.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quanxin.accounts import Actor
from quanxin.archive.own_matters import own_subjects
from quanxin.calendar import today
from quanxin.casework.notices import authority
from quanxin.intake.errors import IntakeError
from quanxin.intake.inbox import safe_name
from quanxin.pages.fields import Form, Item
from quanxin.pages.fields import Kind as Box
from quanxin.pages.gates import missing, requires_role
from quanxin.pages.listings import Cell, Column, Filters, Kind, Listing, page_of
from quanxin.runtime.duckdb_scratch import own_folder
from quanxin.runtime.language import in_words, said
from quanxin.runtime.problems import Problem
from quanxin.subjects.models import Subject
from quanxin.supervision.inspecting.published import title_of
from quanxin.supervision.models import Inspector
from quanxin.supervision.planning import inspector_file, library, published
from quanxin.supervision.planning.errors import PlanError
from quanxin.supervision.planning.lines import words

LENGTH = 25
_ITEM_OF = {
    "card-invalid": "card", "card-over": "card_until", "card-elsewhere": "card", "name-missing": "name",
    "day-invalid": "card_until", "load-invalid": "load", "trade-unknown": "trades",
    "subject-unknown": "code", "reason-missing": "reason",
}  # fmt: skip


@require_safe
@requires_role(*library.KEEPING)
def inspectors(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The inspectors of one's departments."""
    return _listed(request, actor)


@require_POST
@requires_role(*library.KEEPING)
def take(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Take a file of inspectors in; what is wrong with it is said row by row."""
    form = Form(_whose(actor), request.POST, key="file")
    if form.is_valid():
        file = request.FILES.get("file")
        try:
            if file is None:
                raise IntakeError("file-not-chosen")
            with own_folder() as folder:
                path = folder / safe_name(file.name or "")
                path.write_bytes(file.read())
                count = inspector_file.take(actor, _department(actor, form), path, folder)
            return redirect(f"{reverse('desk:inspectors')}?taken={count}")
        except Problem as error:
            form.refuse(in_words(error))
    return _listed(request, actor, form)


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*library.KEEPING)
def entry(request: HttpRequest, actor: Actor, number: int = 0) -> HttpResponse:
    """Enter an inspector, or what is new about one."""
    one = _one(actor, number) if number else None
    sent = request.POST if request.method == "POST" else None
    form = Form([*(() if one else _whose(actor)), *_asked(actor)], sent, initial=_stands(one))
    if sent is not None and form.is_valid():
        try:
            made = library.enter(actor, one.provider if one else _department(actor, form), form.sent)
            return redirect("desk:inspector", made.pk)
        except PlanError as error:
            form.refuse(in_words(error), _ITEM_OF.get(error.code))
    return render(
        request, "supervision/inspector_form.html", {"form": form, "one": one}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*library.KEEPING)
def inspector(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """One inspector, with those from whom this one withdraws, and a form for one more."""
    one, sent = _one(actor, number), request.POST if request.method == "POST" else None
    form = Form(
        [
            Item("code", _("主体的统一社会信用代码"), required=True, length=40, private=True),
            Item("reason", _("回避的理由（只在本单位内部）"), Box.TEXT, required=True, length=200),
        ],
        sent,
    )
    if sent is not None and form.is_valid():
        try:
            library.recuse(actor, str(one.pk), form.sent["code"], form.sent["reason"])
            return redirect("desk:inspector", one.pk)
        except PlanError as error:
            form.refuse(in_words(error), _ITEM_OF.get(error.code))
    rows = list(one.recusals.exclude(subject_id__in=own_subjects(actor)).order_by("-recorded_at"))
    subjects = Subject.objects.filter(natural=False).in_bulk([row.subject_id for row in rows])
    listing = Listing(
        key="recusals",
        title=_("回避"),
        rows=[row for row in rows if row.subject_id in subjects],
        empty=_("没有登记回避。"),
        columns=[
            Column(_("主体"), lambda row: Cell(subjects[row.subject_id].name, notes=[subjects[row.subject_id].code])),
            Column(_("理由"), lambda row: row.reason),
            Column(_("登记时间"), lambda row: row.recorded_at, Kind.MOMENT),
        ],
    )
    context = {
        "one": one, "form": form, "listing": listing, "authority": authority(one.provider), "over": one.card_until < today(),
        "trades": [title_of(key) for key in one.trades],
    }  # fmt: skip
    return render(request, "supervision/inspector.html", context, status=422 if form.errors else 200)


@require_POST
@requires_role(*library.KEEPING)
def leave(_request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """Take an inspector out of the library."""
    return redirect("desk:inspector", library.leave(actor, str(_one(actor, number).pk)).pk)


def _listed(request: HttpRequest, actor: Actor, form: Form | None = None) -> HttpResponse:
    day, found = today(), library.seen(actor)
    states = (("fit", _("可以检查")), ("over", _("证件已到期")), ("left", _("已离开")))
    filters = Filters(request, [Item("state", _("状态"), Box.CHOICE, options=states, blank=_("全部"))])
    match "" if form else filters.asked["state"]:
        case "fit":
            found = found.filter(active=True, card_until__gte=day)
        case "over":
            found = found.filter(active=True, card_until__lt=day)
        case "left":
            found = found.filter(active=False)
    rows, paging = page_of(request, found, LENGTH, filters.kept)
    listing = Listing(
        key="inspectors",
        title=_("检查人员名录库"),
        quiet=True,
        rows=rows,
        paging=paging,
        filters=None if form else filters,
        empty=_("名录库里没有这样的检查人员。"),
        columns=[
            Column(_("姓名"), _named, Kind.LINK, bare=True),
            Column(_("执法证号"), lambda one: one.card, Kind.NUMBER),
            Column(_("单位"), lambda one: said(authority(one.provider))),
            Column(_("检查事项"), lambda one: Cell(items=[title_of(key) for key in one.trades]) if one.trades else _("全部")),
            Column(_("每次最多"), lambda one: one.load, Kind.COUNT),
            Column(_("有效期至"), lambda one: _until(one, over=one.card_until < day), Kind.DAY),
        ],
    )  # fmt: skip
    context = {
        "listing": listing, "form": form or Form(_whose(actor), key="file"), "keeps": bool(library.departments(actor)),
        "taken": request.GET.get("taken", "") if request.GET.get("taken", "").isdecimal() else "",
    }  # fmt: skip
    return render(request, "supervision/inspectors.html", context, status=422 if form else 200)


def _one(actor: Actor, number: int) -> Inspector:
    found = library.seen(actor).filter(pk=number).first()
    if found is None:
        raise missing(actor, f"inspector:{number}", "not an inspector of this actor's")
    return found


def _whose(actor: Actor) -> list[Item]:
    """The choice of a department, where somebody keeps the library of several."""
    held = library.departments(actor)
    options = tuple((key, said(authority(key))) for key in held)
    return [Item("department", _("单位"), Box.CHOICE, required=True, options=options)] if len(held) > 1 else []


def _department(actor: Actor, form: Form) -> str:
    held = library.departments(actor)
    chosen = form.sent.get("department", held[0] if len(held) == 1 else "")
    if not chosen:
        raise PlanError("department-unclear")
    return chosen


def _asked(actor: Actor) -> list[Item]:
    held = library.departments(actor)
    known = "、".join(_written(key) for key, one in published.items(today()).items() if one.department in held)
    return [
        Item("name", _("姓名"), required=True, length=64),
        Item("card", _("执法证号"), required=True, length=32, hint=_("抽取公布的只有证号，没有姓名。")),
        Item("card_until", _("有效期至"), Box.DAY, required=True),
        Item("trades", _("检查事项"), Box.TEXT, hint=_("用顿号隔开，不填为全部：%(known)s") % {"known": known}, length=1000),
        Item("load", _("每次抽取最多承担的检查数"), Box.NUMBER, hint=_("不填为 %(n)s") % {"n": library.LOAD}, length=3),
        Item("account", _("登录账号"), length=128, hint=_("在手机上办理检查任务的账号。")),
    ]  # fmt: skip


def _stands(one: Inspector | None) -> dict[str, str]:
    if one is None:
        return {}
    trades = "、".join(_written(key) for key in one.trades)
    return {
        "name": one.name, "card": one.card, "card_until": one.card_until.isoformat(), "trades": trades, "load": str(one.load),
        "account": one.account,
    }  # fmt: skip


def _written(key: str) -> str:
    """How an item is written in the form so that it is read again: by its title, or by its key where that has gaps."""
    item = published.items(today()).get(key)
    return item.title.zh if item is not None and words(item.title.zh) == [item.title.zh] else key


def _named(one: Inspector) -> Cell:
    return Cell(one.name, reverse("desk:inspector", args=[one.pk]), tag="" if one.active else _("已离开"))


def _until(one: Inspector, *, over: bool) -> Cell:
    return Cell(one.card_until, tag=_("已到期") if over else "", tone="late")
