"""Checks and their results, as their department sees them: the list, one check, one result and what became of it, files.

Invariant: nobody sees another department's checks. What has expired says so wherever it is shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.calendar import today
from quanxin.checks import items, queries, using, wording
from quanxin.checks.document import check_as_pdf
from quanxin.checks.errors import CheckError
from quanxin.checks.models import Check, Result, Use
from quanxin.pages import fields
from quanxin.pages.fields import Form, Item
from quanxin.pages.gates import missing, requires_role
from quanxin.pages.listings import Cell, Column, Filters, Kind, Listing, latest_of, page_of, table_of
from quanxin.pages.messages import status_of
from quanxin.pages.tables import as_file, download
from quanxin.runtime.language import in_words, said
from quanxin.runtime.problems import Problem

SEES = (Role.INTAKE, Role.DECIDER, Role.PERSONNEL)
LENGTH = 50
TONES = {"clear": "good", "hint": "warn", "restricted": "seal"}


@require_safe
@requires_role(*SEES)
def checks(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The checks of one's department, the latest first."""
    titles = {key: said(title) for key, title in items.titles().items()}
    filters = Filters(
        request,
        [
            Item("item", _("核查事项"), fields.Kind.CHOICE, options=tuple(sorted(titles.items())), blank=_("全部")),
            Item("verdict", _("结果"), fields.Kind.CHOICE, options=tuple(_choices(Result.Verdict)), blank=_("全部")),
            Item("waiting", _("只看还没有记录使用情况的"), fields.Kind.TICK),
        ],
    )
    found, asked = queries.visible(actor), filters.asked
    if asked["item"]:
        found = found.filter(item=asked["item"])
    if asked["verdict"]:
        found = found.filter(counts__has_key=asked["verdict"])
    if asked["waiting"]:
        unused = Result.objects.filter(use=None, verdict__in=using.USABLE)
        found = found.filter(pk__in=unused.values("check_of_id"), valid_until__gte=today())
    rows, onward = latest_of(request, found, LENGTH, filters.kept)
    context = {
        "listing": _listing(rows, onward, filters, titles),
        "persons": bool(actor.by(Role.PERSONNEL)),
        "departmental": bool(actor.by(*items.ASKING)),
    }
    return render(request, "checks/checks.html", context)


def _listing(rows: list[Check], onward: Any, filters: Filters, titles: dict[str, str]) -> Listing:
    return Listing(
        key="checks",
        title=_("信用核查"),
        quiet=True,
        rows=rows,
        paging=onward,
        filters=filters,
        empty=_("没有这样的核查。") if filters.narrowed else _("还没有核查过。"),
        columns=[
            Column(_("核查编号"), lambda c: Cell(c.number, reverse("desk:check", args=[c.number])), Kind.NUMBER),
            Column(_("核查事项"), lambda c: Cell(titles.get(c.item, c.item), notes=[c.case_ref])),
            Column(_("结果"), lambda c: Cell(items=wording.counted(c))),
            Column(_("核查时间"), lambda c: c.as_of, Kind.MOMENT),
            Column(
                _("有效期至"), lambda c: Cell(c.valid_until, tag=_("已失效") if queries.expired(c) else ""), Kind.DAY
            ),
        ],
    )


@never_cache
@require_safe
@requires_role(*SEES)
def check(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """One check with its results."""
    found = _own(actor, number)
    filters = Filters(
        request,
        [Item("verdict", _("结果"), fields.Kind.CHOICE, options=tuple(_choices(Result.Verdict)), blank=_("全部"))],
    )
    results = found.results.select_related("use").order_by("position")
    if filters.asked["verdict"]:
        results = results.filter(verdict=filters.asked["verdict"])
    rows, paging = page_of(request, results, LENGTH, filters.kept)
    unknown = wording.unknown(found, LENGTH)
    context = {"check": found, "listing": _results(found, rows, paging, filters), "unknown": unknown}
    context |= wording.of_check(found)
    return render(request, "checks/check.html", context)


def _results(found: Check, rows: list[Result], paging: Any, filters: Filters | None) -> Listing:
    return Listing(
        key="results",
        title=_("核查结果"),
        rows=rows,
        paging=paging,
        filters=filters,
        empty=_("没有这样的结果。"),
        columns=[
            Column(_("序号"), lambda r: Cell(str(r.position), _address(r, found)), Kind.NUMBER),
            Column(_("名称"), lambda r: Cell(wording.name_of(r), notes=[r.code] if r.code else ())),
            Column(_("结果"), lambda r: Cell(r.get_verdict_display(), tone=TONES.get(r.verdict, "")), Kind.STATE),
            Column(_("发现"), lambda r: Cell(items=[one["title"] for one in wording.findings(r)])),
            Column(_("使用情况"), lambda r: r.use.get_decision_display() if hasattr(r, "use") else None),
        ],
    )  # fmt: skip


def _address(one: Result, found: Check) -> str:
    return reverse("desk:check-result", args=[found.number, one.position])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*SEES)
def result(request: HttpRequest, actor: Actor, number: str, position: int) -> HttpResponse:
    """One result with what was found, and the form that says what became of it."""
    try:
        found = queries.result_of(actor, number, position)
    except CheckError as error:
        raise missing(actor, f"check:{number[:24]}", error.code) from None
    form = Form(_use_items(found), request.POST if request.method == "POST" else None, key="use")
    problem: Problem | None = None
    if request.method == "POST" and form.is_valid():
        sent = form.sent
        try:
            using.use(actor, number, position, sent["decision"], measure=sent.get("measure", ""), reason=sent["reason"])
            return redirect("desk:check-result", number, position)
        except Problem as error:
            problem = error
            form.refuse(in_words(error), "reason" if error.code == "reason-missing" else None)
    used = getattr(found, "use", None)
    usable = found.verdict in using.USABLE and used is None and not queries.expired(found.check_of)
    context = {
        "result": found, "check": found.check_of, "name": wording.name_of(found), "findings": wording.findings(found),
        "form": form if usable or form.errors else None, "tone": TONES.get(found.verdict, ""),
        "use": used, "measure": using.measures_of(found).get(used.measure) if used else None,
        **wording.of_check(found.check_of),
    }  # fmt: skip
    status = status_of(problem) if problem else 422 if form.errors else 200
    return render(request, "checks/result.html", context, status=status)


def _use_items(found: Result) -> list[Item]:
    measures = using.measures_of(found)
    restricted = found.verdict == Result.Verdict.RESTRICTED
    decisions = [d for d in Use.Decision if (d == Use.Decision.RESTRICTED) <= restricted]
    if restricted:
        decisions.remove(Use.Decision.PASSED)
    options = tuple((d.value, str(d.label)) for d in decisions)
    asked = [Item("decision", _("使用情况"), fields.Kind.CHOICE, required=True, options=options)]
    if measures:
        options = tuple((key, said(title)) for key, title in measures.items())
        asked.append(Item("measure", _("据以限制的措施"), fields.Kind.CHOICE, options=options, blank=_("没有限制")))
    asked.append(Item("reason", _("理由"), fields.Kind.TEXT, length=1000, hint=_("未采用核查结果的，必须写明理由。")))
    return asked


@require_safe
@requires_role(*SEES)
def as_document(request: HttpRequest, actor: Actor, number: str, kind: str) -> HttpResponse:
    """A check as XLSX or PDF."""
    found = _own(actor, number)
    if kind not in ("xlsx", "pdf"):
        raise Http404
    audit(actor, "checks.export", f"check:{found.number}", form=kind)
    if kind == "pdf":
        return download(check_as_pdf(actor, found), f"{found.number}.pdf", "application/pdf")
    rows = found.results.select_related("use").order_by("position").iterator()
    table = table_of("results", _("核查结果"), wording.file_columns(found), rows)
    table = replace(table, said=[*table.said, *wording.unknown(found, found.subjects)])
    return as_file(table, kind, found.number)


def _own(actor: Actor, number: str) -> Check:
    try:
        return queries.one_of(actor, number)
    except CheckError as error:
        raise Http404 from error  # the line was left


def _choices(of: Any) -> list[tuple[str, str]]:
    return [(one.value, str(one.label)) for one in of]
