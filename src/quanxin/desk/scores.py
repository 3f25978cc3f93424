"""A subject's score as the credit centre reads it.

Invariant: nothing is read before a purpose is given, and the reading's line names it.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive import viewers
from quanxin.desk.session import staffed
from quanxin.evaluation import page
from quanxin.subjects.queries import asked_for, find
from quanxin.subjects.search import search_names

FOUND = 20  # names listed; more are told apart by more of the name


@require_safe
@staffed(Role.CENTRE)
def scores(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Find the subject whose score is asked for, by its code or a part of its name; no score is shown here."""
    asked = request.GET.get("q", "").strip()
    if found := find(asked) if asked else None:
        return redirect("desk:score", code=found.code)
    hits = search_names(asked, limit=FOUND).hits if asked else ()
    return render(request, "desk/scores.html", {"asked": asked, "hits": hits})


@require_safe
@staffed(Role.CENTRE)
def score(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Ask for the purpose, then show the score and how it came about."""
    subject = asked_for(actor, code)
    if subject is None:
        raise Http404(code)
    purpose = request.GET.get("purpose", "").strip()[:200]
    context = {"subject": subject, "purpose": purpose}
    if purpose:
        context["page"] = page.of(subject, viewers.centre(actor, purpose), request.GET)
    return render(request, "desk/score.html", context)
