"""Repair and objection, which are guided: their pages say what is needed before they ask for it.

Invariant: a form is shown only where the act would take it; until then the page says from which day, and what to prepare.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quanxin.accounts.agency import Scope
from quanxin.attachments.http import receiving
from quanxin.calendar import today
from quanxin.casework.filing import Thing
from quanxin.casework.models import Case
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.engine.windows import Why
from quanxin.my import act_page
from quanxin.my.act_page import ActPage
from quanxin.my.record_rows import Shown
from quanxin.my.records import one
from quanxin.pages.papers import FILES
from quanxin.policy.rights import RepairRegime
from quanxin.rights import repairs
from quanxin.runtime.pack import current_pack

OBJECTION = "objection"


@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(Scope.REPAIR)
@receiving(files=FILES, refusal=act_page.too_much)
def repair(request: HttpRequest, me: Representation, subject: int, number: int) -> HttpResponse:
    """Apply for the repair of a record in three steps on one page; too early, it says from when on instead."""
    record, found = one(me, subject, number)
    prospect = found.prospect
    if prospect is not None and prospect.case is not None:
        return redirect("my:case", prospect.case.number)
    regime = repairs.regime_of(today())
    if prospect is None or not prospect.open or regime is None:
        status = 200 if request.method != "POST" else 422
        return shown(request, me, "my/not_yet.html", _may_not(found, regime), status)
    procedure, before = current_pack().procedure_on(repairs.KIND, today()), _before(found)
    context = {
        "record": found, "regime": regime, "conditions": _conditions(found, regime), "before": before,
        "proof": regime.material("proof"), "commitment": regime.material("commitment"),
    }  # fmt: skip
    return act_page.answer(
        request,
        me,
        ActPage(
            procedure,
            procedure.files,
            act_page.filing(me, procedure, Thing(record), before),
            reverse("my:record", args=[subject, number]),
            context,
            "my/repair.html",
            {"commitment-missing": "committed"},
        ),
    )


def _before(found: Shown) -> Case | None:
    """The latest application for the same record that came to nothing."""
    again = {s.key for p in current_pack().procedures if p.key == repairs.KIND for s in p.states if s.again}
    return next((case for case in found.cases if case.kind == repairs.KIND and case.state in again), None)


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
    return {
        "record": found,
        "why": prospect.why if prospect is not None else None,
        "regime": regime,
        "conditions": _conditions(found, regime) if regime else [],
        "proof": regime.material("proof") if regime else None,
        "from_day": prospect and prospect.window.repairable_from,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(Scope.OBJECTION)
@receiving(files=FILES, refusal=act_page.too_much)
def objection(request: HttpRequest, me: Representation, subject: int, number: int) -> HttpResponse:
    """Object to a record: which item is wrong and what it should be, with papers if there are any."""
    record, found = one(me, subject, number)
    return _objection(request, me, {"record": found}, Thing(record), reverse("my:record", args=[subject, number]))


@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(Scope.OBJECTION)
@receiving(files=FILES, refusal=act_page.too_much)
def object_to_score(request: HttpRequest, me: Representation, model: str) -> HttpResponse:
    """Object to the score by a model; organisations alone have one."""
    of_pack = current_pack().on(today()).models.get(model)
    if of_pack is None or not me.scorable or me.subject.type not in of_pack.subject_types:
        return shown(request, me, "my/problem.html", {"problem": _("没有这样的得分可以异议。")}, 404)
    return _objection(request, me, {"model": of_pack}, Thing(model=model), reverse("my:score"))


def _objection(
    request: HttpRequest, me: Representation, context: dict[str, Any], thing: Thing, back: str
) -> HttpResponse:
    procedure = current_pack().procedure_on(OBJECTION, today())
    do = act_page.filing(me, procedure, thing)
    return act_page.answer(request, me, ActPage(procedure, procedure.files, do, back, context, "my/objection.html"))
