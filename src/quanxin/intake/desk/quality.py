"""The quality of hand-ins at the desk: a month's bulletin, and the same as documents.

Invariant: a department's clerk sees its own providers' figures; the centre sees everyone's.
"""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.documents.errors import DocumentError
from quanxin.intake.errors import IntakeError
from quanxin.intake.quality.bulletin import bulletin
from quanxin.intake.quality.document import as_text, write_document
from quanxin.intake.quality.period import Period, last_month, read_month
from quanxin.intake.quality.present import Presented, present
from quanxin.intake.quality.workbook import write_workbook
from quanxin.pages.gates import requires_role
from quanxin.runtime.language import english, in_words

PDF, XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@requires_role(Role.CENTRE, Role.INTAKE)
def quality(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The bulletin of a month as a page, or as ``?as=pdf`` or ``?as=xlsx``."""
    problem = None
    try:
        period = read_month(request.GET["month"]) if request.GET.get("month") else last_month()
    except IntakeError as error:
        problem, period = in_words(error), last_month()
    shown = _bulletin(actor, period)
    kind = request.GET.get("as", "")
    if kind == "xlsx":
        return _file(write_workbook(shown), XLSX, f"{shown.title}.xlsx")
    if kind == "pdf":
        try:
            return _file(write_document(shown), PDF, f"{shown.title}.pdf")
        except DocumentError as error:
            problem = in_words(error)
    tables = [(t, [[(as_text(cell), "") for cell in row] for row in t.rows]) for t in shown.tables if not t.detail]
    context = {"shown": shown, "tables": tables, "month": period.key, "problem": problem}
    return render(request, "intake/quality.html", context, status=422 if problem else 200)


def _bulletin(actor: Actor, period: Period) -> Presented:
    own = None if Role.CENTRE in actor.roles else actor.providers_of(Role.INTAKE)
    return present(bulletin(period, providers=own), english=english())


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    header = f"attachment; filename*=UTF-8''{quote(name)}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": header})
