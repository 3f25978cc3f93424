"""Asking for repair, and objecting: forms that say what is needed before they ask for it.

Invariant: a form is shown only where the act would take it; until then the page says from which day, and what to prepare. Sent
twice, there is one case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quanxin.accounts.agency import Scope
from quanxin.archive.models import Record
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.http import receiving
from quanxin.attachments.models import Attachment, Kind
from quanxin.calendar import today
from quanxin.casework.errors import RightsError
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case
from quanxin.casework.representation import Standing, opened, shown
from quanxin.engine.windows import Why
from quanxin.my import bringing
from quanxin.my.listing import Shown
from quanxin.my.records import one
from quanxin.policy.model import Text
from quanxin.policy.rights import RepairRegime
from quanxin.rights import repairs
from quanxin.runtime.language import in_words
from quanxin.runtime.pack import current_pack


@require_http_methods(["GET", "HEAD", "POST"])
@opened(Scope.REPAIR)
@receiving(files=bringing.FILES, refusal=bringing.refused)
def repair(request: HttpRequest, me: Standing, subject: int, number: int) -> HttpResponse:
    """Apply for the repair of a record in three steps on one page; too early, it says from when on instead."""
    record, found = one(me, subject, number)
    prospect = found.prospect
    if prospect is not None and prospect.case is not None:
        return redirect("my:case", prospect.case.number)
    regime = repairs.regime_of(today())
    if prospect is None or not prospect.open or regime is None:
        status = 200 if request.method != "POST" else 422
        return shown(request, me, "my/not_yet.html", _may_not(found, regime), status)
    papers, problem = _papers(request, me, Kind.PERFORMANCE)
    if request.method == "POST" and problem is None and not bringing.only_papers(request):
        try:
            return redirect("my:case", _applied(request, me, record, papers).number)
        except (RightsError, AttachmentError) as error:
            problem = in_words(error)
    context = {
        "record": found, "regime": regime, "conditions": _conditions(found, regime), "papers": papers, "problem": problem,
        "proof": regime.material("proof"), "commitment": regime.material("commitment"), "said": request.POST,
        "before": _before(record).first(), **bringing.files_said(Kind.PERFORMANCE.value),
    }  # fmt: skip
    return shown(request, me, "my/repair.html", context, 422 if problem else 200)


def _applied(request: HttpRequest, me: Standing, record: Record, papers: Sequence[Attachment]) -> Case:
    form = {key: "1" for key in ("committed", "ask_department") if request.POST.get(key)}
    return file(repairs.KIND, Filed(
        me.party, Thing(record), contact=request.POST.get("contact", ""), form=form,
        papers=[str(paper.pk) for paper in papers], after=_before(record).first(),
    ))  # fmt: skip


def _before(record: Record) -> QuerySet[Case]:
    """Applications for the same record that came to nothing, the latest first."""
    again = {s.key for p in current_pack().procedures if p.key == repairs.KIND for s in p.states if s.again}
    return Case.objects.filter(
        kind=repairs.KIND, subject_id=record.subject_id, resource=record.resource, key_hash=record.key_hash,
        state__in=again,
    )  # fmt: skip


def _conditions(found: Shown, regime: RepairRegime) -> list[dict[str, Any]]:
    """The conditions of the regime: ``met`` true, false, or None where it is for the applicant to show or promise."""
    prospect = found.prospect
    early = prospect is not None and prospect.window.why is Why.TOO_EARLY
    return [
        {"title": c.title, "kind": c.kind, "met": not early if c.kind == "minimum" else None, "basis": c.basis}
        for c in regime.conditions
    ]


def _may_not(found: Shown, regime: RepairRegime | None) -> dict[str, Any]:
    prospect = found.prospect
    why: Text | None = prospect.why if prospect is not None else None
    return {
        "record": found, "why": why, "regime": regime, "conditions": _conditions(found, regime) if regime else [],
        "proof": regime.material("proof") if regime else None, "from_day": prospect and prospect.window.repairable_from,
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@opened(Scope.OBJECTION)
@receiving(files=bringing.FILES, refusal=bringing.refused)
def objection(request: HttpRequest, me: Standing, subject: int, number: int) -> HttpResponse:
    """Object to a record: which item is wrong and what it should be, with papers if there are any."""
    record, found = one(me, subject, number)
    return _objection(request, me, {"record": found}, Thing(record))


@require_http_methods(["GET", "HEAD", "POST"])
@opened(Scope.OBJECTION)
@receiving(files=bringing.FILES, refusal=bringing.refused)
def object_to_score(request: HttpRequest, me: Standing, model: str) -> HttpResponse:
    """Object to the score by a model; organisations alone have one."""
    of_pack = current_pack().on(today()).models.get(model)
    if of_pack is None or not me.scorable or me.subject.type not in of_pack.subject_types:
        return shown(request, me, "my/problem.html", {"problem": _("没有这样的得分可以异议。")}, 404)
    return _objection(request, me, {"model": of_pack}, Thing(model=model))


def _objection(request: HttpRequest, me: Standing, context: dict[str, Any], thing: Thing) -> HttpResponse:
    papers, problem = _papers(request, me, Kind.OTHER)
    if request.method == "POST" and problem is None and not bringing.only_papers(request):
        proof, contact = [str(paper.pk) for paper in papers], request.POST.get("contact", "")
        try:
            made = file("objection", Filed(me.party, thing, request.POST.get("statement", ""), contact, papers=proof))
            return redirect("my:case", made.number)
        except (RightsError, AttachmentError) as error:
            problem = in_words(error)
    context |= {"papers": papers, "problem": problem, "said": request.POST, **bringing.files_said(Kind.OTHER.value)}
    return shown(request, me, "my/objection.html", context, 422 if problem else 200)


def _papers(request: HttpRequest, me: Standing, kind: Kind) -> tuple[list[Attachment], str | None]:
    """The papers of the form, and in words why one was not taken."""
    if request.method != "POST":
        return [], None
    papers, error = bringing.papers_of(request, me.party, kind.value)
    return papers, in_words(error) if error is not None else None
