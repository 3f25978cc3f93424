"""Reorganisation and settlement at the desk: shielding by a court's ruling, and how the plan ended.

Invariant: only the reviewer enters, for the subjects of its districts; what is done is done by ``rights.shields``.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.casework.errors import RightsError
from quanxin.desk import case_words
from quanxin.pages.gates import requires_role
from quanxin.pages.messages import person, status_of
from quanxin.pages.paging import Paging
from quanxin.rights import shields as acts
from quanxin.rights.models import Shield
from quanxin.runtime.language import in_words
from quanxin.runtime.problems import Problem
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import asked_for

PAGE = 30


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.REVIEWER)
def shields(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The shields, the latest first, and a new one."""
    if request.method != "POST":
        return _page(request, actor)
    try:
        subject = asked_for(actor, request.POST.get("code", "").strip())
        if subject is None:
            raise RightsError("subject-unknown")
        acts.shield(actor, subject, ruling=request.POST.get("ruling", ""), court=request.POST.get("court", ""))
    except Problem as error:
        return _page(request, actor, error)
    return redirect(f"{reverse('desk:shields')}?done=shielded")


@require_POST
@requires_role(Role.REVIEWER)
def end(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """The plan was carried out, or it failed; with a reason."""
    outcome, reason = request.POST.get("outcome", ""), request.POST.get("reason", "")
    try:
        if outcome == Shield.Outcome.COMPLETED:
            acts.complete(actor, number, reason)
        elif outcome == Shield.Outcome.FAILED:
            acts.fail(actor, number, reason)
        else:
            raise RightsError("outcome-missing")
    except Problem as error:
        return _page(request, actor, error)
    return redirect(f"{reverse('desk:shields')}?done={outcome}")


def _page(request: HttpRequest, actor: Actor, problem: Problem | None = None) -> HttpResponse:
    found = acts.of_district(actor)
    paging = Paging.of(found.count(), PAGE, request.GET.get("page"))
    shown = list(found[paging.span])
    names = {s.pk: s for s in Subject.objects.filter(pk__in={one.subject_id for one in shown})}
    context = {
        "rows": [(one, names.get(one.subject_id), case_words.OUTCOMES[one.outcome], person(one.actor)) for one in shown],
        "paging": paging, "problem": in_words(problem) if problem else None, "sent": request.POST,
        "done": request.GET.get("done", ""),
    }  # fmt: skip
    return render(request, "desk/shields.html", context, status=status_of(problem) if problem else 200)
