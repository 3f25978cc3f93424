"""Reports of a check at the desk: asking for them, watching the work, and the file of all of them.

Invariant: a department sees the batches of its own checks; another's looks like one that is not there.
"""

from __future__ import annotations

from typing import Any, Literal

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.checks import queries as checks
from quanxin.pages.fields import Form, Item, Kind
from quanxin.pages.gates import missing, requires_role
from quanxin.pages.listings import Cell, Column, Listing, page_of
from quanxin.pages.listings import Kind as Shown
from quanxin.pages.messages import status_of
from quanxin.reports.batches import BATCHES, begin
from quanxin.reports.bundle import bundle
from quanxin.reports.models import Batch
from quanxin.runtime.language import in_words, language
from quanxin.runtime.problems import Problem
from quanxin.work.pages import progress

LENGTH = 20
ASKING = (Role.INTAKE, Role.DECIDER)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*ASKING)
def batches(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The batches of one's department, and the form that asks for one."""
    form = Form(
        _items(), request.POST if request.method == "POST" else None, key="batch", initial={"language": language()}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            lang: Literal["zh", "en"] = "en" if form.sent["language"] == "en" else "zh"
            try:
                return redirect("desk:report-batch", begin(actor, form.sent["check"], language=lang).pk)
            except Problem as problem:
                form.refuse(in_words(problem), "check")
                status = status_of(problem)
    rows, paging = page_of(request, _own(actor).order_by("-pk"), LENGTH)
    listing = Listing(
        key="batches",
        title=_("已提交的批次"),
        rows=rows,
        paging=paging,
        empty=_("还没有批次。"),
        columns=[
            Column(_("核查编号"), lambda one: Cell(one.check_of.number, _address(one)), Shown.NUMBER),
            Column(_("办件"), lambda one: one.check_of.case_ref, bare=True),
            Column(_("状态"), lambda one: Cell(one.get_state_display()), Shown.STATE),
            Column(_("报告数"), lambda one: one.issued, Shown.NUMBER),
            Column(_("提交时间"), lambda one: one.created_at, Shown.MOMENT),
        ],
    )
    return render(request, "reports/batches.html", {"form": form, "listing": listing}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*ASKING)
def batch(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """How far a batch has come; once it is done, the file of all its reports."""
    found = _one(actor, number)
    context: dict[str, Any] = {"batch": found, "check": found.check_of}
    return progress(request, actor, BATCHES, found, "reports/batch.html", context)


@never_cache
@require_safe
@requires_role(*ASKING)
def batch_file(_request: HttpRequest, actor: Actor, number: int) -> HttpResponseBase:
    """The reports of a batch that is done, with their index."""
    found = _one(actor, number)
    if found.state != Batch.State.DONE:
        raise missing(actor, f"report-batch:{number}", "not done yet")
    audit(actor, "reports.batch-file", f"check:{found.check_of.number}", batch=found.pk, reports=found.issued)
    name = f"{found.check_of.number}-{found.language}.zip"
    return FileResponse(bundle(found), as_attachment=True, filename=name, content_type="application/zip")


def _own(actor: Actor) -> QuerySet[Batch]:
    return Batch.objects.filter(check_of__in=checks.visible(actor)).select_related("check_of")


def _one(actor: Actor, number: int) -> Batch:
    found = _own(actor).filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise missing(actor, f"report-batch:{number}", "no such batch of this actor's")
    return found


def _address(one: Batch) -> str:
    return reverse("desk:report-batch", args=[one.pk])


def _items() -> list[Item]:
    languages = (("zh", _("中文")), ("en", _("英文")))
    return [
        Item(
            "check", _("核查编号"), required=True, length=24, hint=_("为核查过的每个主体出具一份报告，只用于同一办件。")
        ),
        Item("language", _("报告语言"), Kind.CHOICE, required=True, options=languages),
    ]
