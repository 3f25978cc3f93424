"""My reports: asking for one, which is issued at once, and those that were issued.

Invariant: a form that is sent twice is one report; one downloads what was issued about oneself and nothing else, and each
downloading leaves its line.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts.acts import refused_line
from quanxin.accounts.agency import Scope
from quanxin.accounts.models import audit
from quanxin.calendar import now, today
from quanxin.casework.errors import FormRefused
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.documents import issuing
from quanxin.documents.models import Document
from quanxin.documents.standing import standing
from quanxin.documents.twin import address_of
from quanxin.pages.fields import Form, Item, Kind
from quanxin.pages.listings import Cell, Column, Listing, page_of
from quanxin.pages.listings import Kind as Shown
from quanxin.pages.tables import download
from quanxin.policy.reports import Report
from quanxin.reports.asked import earliest, reports_for
from quanxin.reports.effects import DOCUMENT
from quanxin.reports.queries import reports_about
from quanxin.runtime.language import in_words, language, said
from quanxin.runtime.problems import Problem

LENGTH = 20
PROCEDURE = "credit-report"
TICK = "domain-"  # with which the item of a domain begins
_ITEM_OF = {"period-wrong": "since", "use-unknown": "use"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(Scope.ARCHIVE)
def reports(request: HttpRequest, me: Representation) -> HttpResponse:
    """The reports that one may ask for, each with its form, and those that were issued."""
    offered = reports_for(me.subject, me.party.viewer.kind)
    sent = request.POST.get("report", "") if request.method == "POST" else ""
    forms = {one.key: _form(one, request.POST if sent == one.key else None) for one in offered}
    status = 200
    if sent in forms:
        form = forms[sent]
        if form.is_valid():
            try:
                made = _issued(me, sent, form.sent)
                return redirect(f"{reverse('my:reports')}?made={made}")
            except Problem as problem:
                status = problem.status
                _refuse(form, problem)
        status = status if status != 200 else 422
    context = {
        "forms": [(one, forms[one.key]) for one in offered],
        "listing": _listing(request, me),
        "made": _own(me, request.GET.get("made", "")),
    }
    return shown(request, me, "reports/mine.html", context, status)


@never_cache
@require_safe
@requires_scope(Scope.ARCHIVE)
def report_file(_request: HttpRequest, me: Representation, number: str, kind: str) -> HttpResponse:
    """A report as it was issued: the PDF, or the signed JSON."""
    found = _own(me, number)
    if found is None or kind not in ("pdf", "json"):
        refused_line(me.party.actor, f"document:{number[:40]}", "not a report of the subject's")
        raise Http404
    audit(me.party.actor, "reports.download", f"document:{found.number}", form=kind)
    if kind == "pdf":
        return download(issuing.pdf(found), f"{found.number}.pdf", "application/pdf")
    return download(issuing.json(found), f"{found.number}.json", "application/json")


def _own(me: Representation, number: str) -> Document | None:
    return reports_about(me.party.ids).filter(number=number).first() if number else None


def _issued(me: Representation, key: str, sent: dict[str, str]) -> str:
    """The number of the report that is issued for a form."""
    domains = [name.removeprefix(TICK) for name, value in sent.items() if name.startswith(TICK) and value]
    asked = {"report": key, "language": language(), "domains": "；".join(domains)}
    asked |= {name: sent.get(name, "") for name in ("use", "since", "until", "request", "language")}
    case = file(PROCEDURE, Filed(me.party, Thing(), form={name: text for name, text in asked.items() if text}))
    return str(case.particulars[DOCUMENT])


def _refuse(form: Form, problem: Problem) -> None:
    if isinstance(problem, FormRefused):
        for one in problem.found:
            form.refuse(said(one.words), one.field)
    else:
        form.refuse(in_words(problem), _ITEM_OF.get(problem.code))


def _form(report: Report, data: Any) -> Form:
    uses = tuple((one.key, said(one.title)) for one in report.uses)
    languages = (("zh", _("中文")), ("en", _("英文")))
    items = [Item("use", _("用途"), Kind.CHOICE, options=uses, blank=_("不说明"))]
    if report.kind == "special":
        first, last = earliest(report, today()), today()
        years = _("最长 %(years)s 年。") % {"years": report.longest_years}
        items += [
            Item("since", _("查询期间自"), Kind.DAY, hint=years),
            Item("until", _("查询期间至"), Kind.DAY),
            *(Item(TICK + one.key, said(one.title), Kind.TICK) for one in report.domains),
        ]
        initial: dict[str, Any] = {"since": first.isoformat(), "until": last.isoformat()}
    else:
        initial = {}
    items += [
        Item("language", _("报告语言"), Kind.CHOICE, required=True, options=languages),
        Item("request", "", Kind.HIDDEN),
    ]
    initial |= {"language": language(), "request": secrets.token_hex(16)}
    return Form(items, data, key=report.key, initial=initial)


def _listing(request: HttpRequest, me: Representation) -> Listing:
    rows, paging = page_of(request, reports_about(me.party.ids).select_related("certificate"), LENGTH)
    moment = now()
    return Listing(
        key="reports",
        title=_("已出具的报告"),
        rows=rows,
        paging=paging,
        empty=_("还没有报告。"),
        columns=[
            Column(_("报告编号"), lambda one: Cell(one.number, _file(one, "pdf")), Shown.NUMBER),
            Column(_("报告"), lambda one: Cell(one.title, notes=[one.purpose] if one.purpose else ())),
            Column(_("出具时间"), lambda one: one.made_at, Shown.MOMENT),
            Column(_("有效期至"), lambda one: one.valid_until, Shown.DAY),
            Column(_("状态"), lambda one: Cell(_STANDING[standing(one, moment)]()), Shown.STATE),
            Column(_("数据文件"), lambda one: Cell("JSON", _file(one, "json")), Shown.LINK),
            Column(_("核验"), lambda one: Cell(_("核验"), address_of(one.number)), Shown.LINK),
        ],
    )


def _file(one: Document, kind: str) -> str:
    return reverse("my:report-file", args=[one.number, kind])


_STANDING = {
    "valid": lambda: _("有效"),
    "expired": lambda: _("已过期"),
    "superseded": lambda: _("已被替换"),
    "revoked": lambda: _("已撤销"),
    "untrusted": lambda: _("签名不可信"),
}
