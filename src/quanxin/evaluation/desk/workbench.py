"""The model workbench: which models there are and in use, what they say, and putting an edition in use by four eyes.

Invariant: these pages speak of models and of the city as a whole, never of a subject. What is proposed or decided is shown
once more before it is done, and is done by the acts of ``evaluation.editions``, which refuse whoever may not.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.evaluation import editions
from quanxin.evaluation.desk.lists import editions_listing, studies_listing
from quanxin.evaluation.desk.model_text import difference_table, unfolded
from quanxin.evaluation.edition_diff import differences
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.incremental import last_run
from quanxin.evaluation.models import Change, Edition, Run, Study
from quanxin.evaluation.sensitivity import standard
from quanxin.evaluation.statistics import stability
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import Listing
from quanxin.pages.tables import Cell, Table, as_file
from quanxin.policy.evaluation import Model
from quanxin.runtime.language import english, in_words, said
from quanxin.runtime.pack import current_pack

VIEWERS = (Role.MODELLER, Role.APPROVER)
EDITIONS_SHOWN, RUNS_SHOWN, STUDIES_SHOWN = 20, 50, 20


def model_or_404(key: str) -> Model:
    """The pack's present model of that key."""
    found = current_pack().on(today()).models.get(key)
    if found is None:
        raise Http404
    return found


@require_safe
@requires_role(*VIEWERS)
def models(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every model of the pack: the edition in use, what waits for a decision, the last evaluation."""
    approved = Edition.objects.filter(approved=True).order_by("model", "-decided_at", "-id").distinct("model")
    used = {e.model: e for e in approved.defer("definition")}
    waiting = {e.model: e for e in Edition.objects.filter(approved=None).order_by("-id").defer("definition")}
    standing = Run.objects.filter(scope=Run.Scope.CITY, current=True).order_by("model", "-id").distinct("model")
    last = {run.model: run for run in standing.defer("manifest")}
    rows = [
        {
            "key": key,
            "model": model,
            "used": used.get(key),
            "waiting": waiting.get(key),
            "last": last.get(key),
            "new": key not in waiting and (key not in used or used[key].digest != model.edition),
        }
        for key, model in sorted(current_pack().on(today()).models.items())
    ]
    studies = studies_listing(list(Study.objects.defer("figures")[:STUDIES_SHOWN]), _("最近的研究"))
    return render(request, "evaluation/models.html", {"rows": rows, "studies": studies})


@require_safe
@requires_role(*VIEWERS)
def model(request: HttpRequest, actor: Actor, key: str) -> HttpResponse:
    """A model as its edition in use says it, or the pack's present one, or the edition that is asked for."""
    present, used = model_or_404(key), editions.in_use(key)
    chosen = request.GET.get("edition") or (used.digest if used else present.edition)
    try:
        shown = editions.model_by_digest(key, chosen)
    except EvaluationError:
        raise Http404 from None
    context = {
        "key": key, "model": shown, "digest": chosen, "used": used, "present": present, "unfolded": unfolded(shown),
        "editions": editions_listing(list(Edition.objects.filter(model=key).defer("definition")[:EDITIONS_SHOWN]), used),
        "studies": studies_listing(list(Study.objects.filter(model=key).defer("figures")[:10]), _("关于本模型的研究")),
        "in_use": used is not None and used.digest == chosen,
        "proposable": (used is None or used.digest != present.edition)
        and not Edition.objects.filter(model=key, digest=present.edition, approved=None).exists(),
    }  # fmt: skip
    return render(request, "evaluation/model.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.MODELLER)
def propose(request: HttpRequest, actor: Actor, key: str) -> HttpResponse:
    """Propose the pack's present edition: a reason, a look at what changes, and then the act."""
    present, used = model_or_404(key), editions.in_use(key)
    reason, problem, confirming = request.POST.get("reason", "").strip(), None, False
    if request.method == "POST":
        try:
            if not reason:
                raise EvaluationError("reason-missing")
            if request.POST.get("confirmed"):
                made = editions.propose(actor, key, reason=reason)
                return redirect("desk:edition", made.pk)
            confirming = True
        except EvaluationError as error:
            problem = in_words(error)
    context = {
        "key": key, "model": present, "used": used, "reason": reason, "problem": problem, "confirming": confirming,
        "table": _differences(used, present),
    }  # fmt: skip
    return render(request, "evaluation/propose.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*VIEWERS)
def edition(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """An edition that was proposed; an approver decides about it, who proposed it cannot."""
    found = get_object_or_404(Edition, pk=number)
    remark, problem = request.POST.get("remark", "").strip(), None
    act = request.POST.get("act", "")
    if request.method == "POST":
        try:
            if act not in ("approve", "refuse"):
                raise EvaluationError("decision-missing")
            if not remark:
                raise EvaluationError("reason-missing")
            _refuse_own(actor, found)
            if request.POST.get("confirmed"):
                editions.decide(actor, found, approved=act == "approve", remark=remark)
                return redirect("desk:edition", found.pk)
        except EvaluationError as error:
            problem, act = in_words(error), ""
    used = editions.in_use(found.model)
    shown = editions.model_by_digest(found.model, found.digest)
    context = {
        "edition": found, "model": shown, "used": used, "remark": remark, "problem": problem, "confirming": act,
        "studies": _studies_of(found),
        "own": found.proposed_by == actor.name, "last": last_run(found.model),
        "table": _differences(used, shown) if found.approved is None else None,
    }  # fmt: skip
    return render(request, "evaluation/edition.html", context, status=422 if problem else 200)


def _studies_of(found: Edition) -> Listing:
    held = Study.objects.filter(model=found.model, question__sides__contains=[{"digest": found.digest}])
    nothing = _("还没有。审批前可请建模人员试算并比较，看清批准以后会怎样。")
    return studies_listing(list(held.defer("figures")[:STUDIES_SHOWN]), _("关于本版本的研究"), nothing)


def _refuse_own(actor: Actor, found: Edition) -> None:
    """What ``editions.decide`` would refuse is told before the confirmation, not after it."""
    actor.require(Role.APPROVER)
    if found.proposed_by == actor.name:
        raise EvaluationError("edition-own")


def _differences(used: Edition | None, present: Model) -> Table | None:
    """How an edition differs from the one in use; None where none is."""
    if used is None:
        return None
    return difference_table(differences(editions.model_by_digest(used.model, used.digest), present))


@require_safe
@requires_role(*VIEWERS)
def runs(request: HttpRequest, actor: Actor, key: str) -> HttpResponse:
    """The runs of a model over the city, newest first, as a page or as ``?as=csv`` or ``?as=xlsx``."""
    shown = model_or_404(key)
    found = list(Run.objects.filter(model=key, scope=Run.Scope.CITY)[:RUNS_SHOWN])
    table = runs_table(shown, found)
    if (kind := request.GET.get("as", "")) in ("csv", "xlsx"):
        return as_file(table, kind, f"{key}-runs")
    return render(request, "evaluation/runs.html", {"key": key, "model": shown, "table": table})


def runs_table(model: Model, found: list[Run]) -> Table:
    """The runs with their grades, how many scores each changed, its drift, and its stability against the one before."""
    bands = [b.key for b in model.bands]
    grades = [*bands, *sorted({g for run in found for g in run.grades} - set(bands))]
    standing = [run for run in found if run.current]
    earlier = {later.pk: before for later, before in pairwise(standing)}
    counted = Change.objects.filter(run__in=standing).values("run").annotate(scores=Count("id"))
    changes = {line["run"]: line["scores"] for line in counted}
    rows: list[list[Cell]] = []
    for run in found:
        before = earlier.get(run.pk)
        index = stability(*([r.grades.get(g, 0) for g in grades] for r in (before, run))) if before else None
        read = f"{index} {said(standard().reading(index).title)}" if index is not None else None
        changed = changes.get(run.pk, 0) if run.current else None
        rows.append(
            [
                str(run.pk),
                run.as_of.isoformat(),
                _("启用") if run.current else _("试算"),
                run.digest[:12],
                run.subjects,
                *(run.grades.get(g, 0) for g in grades),
                changed,
                run.drifted,
                read,
            ]
        )
    header = [
        _("批次"),
        _("评价日期"),
        _("用途"),
        _("版本"),
        _("主体"),
        *grades,
        _("变动的得分"),
        _("漂移"),
        _("稳定性（等级）"),
    ]
    return Table(
        "runs",
        _("评价批次"),
        header,
        rows,
        [
            _("漂移：夜间按同一天重算全市，与逐件更新的得分不同的主体数，应为0。"),
            _("稳定性：与上一次启用的评价比较的PSI。"),
        ],
        _shares(grades, standing[::-1]),
        _("还没有评价过。用 quanxin evaluate 评价全市，或先试算。"),
    )


def _shares(grades: list[str], standing: list[Run]) -> dict[str, Any] | None:
    """The shares of grades over time, of the runs whose results became the scores."""
    if not standing:
        return None
    series = [
        {
            "name": g,
            "data": [float(Decimal(r.grades.get(g, 0) * 100) / r.subjects) if r.subjects else 0 for r in standing],
        }
        for g in grades
    ]
    return {
        "kind": "bars",
        "stacked": True,
        "percent": True,
        "english": english(),
        "series": series,
        "names": [f"{r.as_of.isoformat()} #{r.pk}" for r in standing],
    }
