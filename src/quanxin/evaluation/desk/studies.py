"""Studies at the desk: asking for a trial, a comparison, a back-test; watching it; reading, keeping and unfolding it.

Invariant: a page only asks, a job answers. Figures are of the city; names are shown to whom the accessor lets, for a
purpose that is said first and kept, and never stand in an address.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.archive import viewers
from quanxin.calendar import ZONE, add_months, now, today
from quanxin.evaluation import editions, movers, studies
from quanxin.evaluation.comparison import Pair, pair
from quanxin.evaluation.desk.lists import movers_listing
from quanxin.evaluation.desk.study_tables import tables_of
from quanxin.evaluation.desk.workbench import VIEWERS, model_or_404
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.models import Edition, Run, Study
from quanxin.evaluation.sensitivity import standard
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import Filters, Listing
from quanxin.pages.paging import Onward
from quanxin.pages.tables import as_file
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words, said
from quanxin.runtime.pack import current_pack
from quanxin.work.pages import progress

CHOICES = 30  # runs that a form offers
KINDS = {"compare": Study.Kind.COMPARISON, "back-test": Study.Kind.BACK_TEST, "trial": Study.Kind.TRIAL}


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.MODELLER)
def ask(request: HttpRequest, actor: Actor, key: str, what: str) -> HttpResponse:
    """The form of a study; once it is sent, the study's own page."""
    if what not in KINDS:
        raise Http404
    model, problem = model_or_404(key), None
    names = ("before", "after") if what == "compare" else ("after",)
    if request.method == "POST":
        try:
            made = studies.ask(actor, KINDS[what], key, [_side(request, key, name) for name in names])
            return redirect("desk:study", made.pk)
        except EvaluationError as error:
            problem = in_words(error)
    context = {
        "key": key, "model": model, "what": what, "problem": problem, "runs": _runs(key), "editions": _editions(key),
        "sides": [_shown_side(request, name, what) for name in names], "months": standard().outcome_months,
    }  # fmt: skip
    return render(request, "evaluation/ask.html", context, status=422 if problem else 200)


def _runs(key: str) -> list[Run]:
    """The runs over the city that a form offers."""
    return list(Run.objects.filter(model=key, scope=Run.Scope.CITY)[:CHOICES])


def _editions(key: str) -> list[tuple[str, str]]:
    """(digest, words) of the editions that can be tried: in use, waiting, and the pack's present one."""
    found: dict[str, str] = {}
    if used := editions.in_use(key):
        found[used.digest] = _("在用版本")
    for waiting in Edition.objects.filter(model=key, approved=None):
        found.setdefault(waiting.digest, _("待审批版本"))
    found.setdefault(current_pack().on(today()).models[key].edition, _("政策包现行版本"))
    return list(found.items())


def _shown_side(request: HttpRequest, name: str, what: str) -> dict[str, Any]:
    """What a side's fields begin with: what was sent, or what is most often asked."""
    labels = {"before": _("前（基准）"), "after": _("后（比较）") if what == "compare" else _("评价")}
    given = request.POST if request.method == "POST" else request.GET
    day = add_months(today(), -standard().outcome_months) if what == "back-test" else today()
    return {
        "name": name,
        "label": labels[name],
        "chosen": given.get(name, ""),
        "day": given.get(f"{name}-day", day.isoformat()),
        "known": given.get(f"{name}-known", "now"),
    }


def _side(request: HttpRequest, key: str, name: str) -> dict[str, Any]:
    """A side of the question from its fields; ``EvaluationError`` where they are none."""
    kind, _colon, which = request.POST.get(name, "").partition(":")
    if kind == "run":
        if run := _run(which, key):
            return studies.side_of(run)
    elif kind == "edition":
        day = parameters.day(request.POST.get(f"{name}-day"))
        if day is None:
            raise EvaluationError("day-missing")
        return studies.side(which, day, _known(request.POST.get(f"{name}-known", ""), key, day))
    raise EvaluationError("side-missing")


def _run(text: str, key: str) -> Run | None:
    """The run of a number, of this model; None for none."""
    number = parameters.number(text)
    return Run.objects.filter(pk=number, model=key).first() if number else None


def _known(text: str, key: str, day: dt.date) -> dt.datetime | None:
    """With what knowledge: that of a run, that of the end of the day itself, or (None) today's."""
    kind, _colon, which = text.partition(":")
    if kind == "run" and (run := _run(which, key)):
        return run.known_at
    if kind == "then":
        end = dt.datetime.combine(day, dt.time.max, ZONE)
        return min(end, now())
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*VIEWERS)
def study(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """How far a study has come; once it is answered, its figures."""
    found = get_object_or_404(Study, pk=number)
    context: dict[str, Any] = {
        "study": found, "model": model_or_404(found.model), "key": found.model, "runs": _in_order(found),
        "names": Role.CENTRE in actor.roles,
    }  # fmt: skip
    if found.state == Study.State.DONE:
        try:
            context["tables"] = tables_of(found)
        except EvaluationError as error:  # an edition that was never proposed, and that the pack no longer has
            context["problem"] = in_words(error)
    return progress(request, actor, studies.STUDIES, found, "evaluation/study.html", context)


@require_safe
@requires_role(*VIEWERS)
def export(request: HttpRequest, actor: Actor, number: int, table: str, kind: str) -> HttpResponse:
    """A table of a study as a file."""
    found = get_object_or_404(Study, pk=number, state=Study.State.DONE)
    chosen = next((t for t in tables_of(found) if t.key == table), None)
    if chosen is None or kind not in ("csv", "xlsx"):
        raise Http404
    audit(actor, "evaluation.export", f"model:{found.model}", study=found.pk, table=table, form=kind)
    return as_file(chosen, kind, f"{found.model}-{found.pk}-{table}")


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.CENTRE)
def movers_page(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """Who moved, by name: for the credit centre, once it says what for."""
    found = get_object_or_404(Study, pk=number, kind=Study.Kind.COMPARISON, state=Study.State.DONE)
    try:
        both = pair(*_in_order(found))
    except EvaluationError:  # an edition that was never proposed, and that the pack no longer has
        raise Http404 from None
    filters = Filters(
        request,
        [
            Item("way", _("变动"), fields.Kind.CHOICE, options=tuple(_ways(both.grades)), private=True),
            Item("purpose", _("查询目的（必填）"), length=200, private=True),
        ],
        {"way": "fallen"},
        _("查询"),
    )
    context: dict[str, Any] = {"study": found, "key": found.model, "filters": filters}
    if request.method == "POST":
        try:
            context["listing"] = _movers(request, actor, found, both, filters)
        except EvaluationError as error:
            context["problem"] = in_words(error)
    return render(request, "evaluation/movers.html", context, status=422 if "problem" in context else 200)


def _movers(request: HttpRequest, actor: Actor, found: Study, both: Pair, filters: Filters) -> Listing:
    """Who moved in the way that is asked about, from the number on that is asked for."""
    asked, after = filters.asked, parameters.number(request.POST.get("after")) or 0
    if not asked["purpose"]:
        raise EvaluationError("purpose-missing")
    viewer = viewers.centre(actor, asked["purpose"])
    made, following = movers.movers(viewer, both, asked["way"], after=after, study=found.pk)
    onward = Onward(str(after or ""), str(following or ""), "after", asked)
    return movers_listing(made, {i.key: said(i.title) for i, _a, _b in both.indicators}, onward, filters)


def _ways(grades: list[str]) -> list[tuple[str, str]]:
    """(value, words) of the movements that can be asked for."""
    found = [
        ("fallen", _("等级下降")),
        ("risen", _("等级上升")),
        ("score", _("等级未变、得分有变化")),
        ("new", _("新评价的")),
        ("gone", _("不再评价的")),
    ]
    return found + [(f"{a}>{b}", f"{a} → {b}") for a in grades for b in grades if a != b]


def _in_order(found: Study) -> list[Run]:
    made = Run.objects.in_bulk(found.runs)
    return [made[number] for number in found.runs]
