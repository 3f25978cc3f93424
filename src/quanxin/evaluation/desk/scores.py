"""A subject's score as the credit centre reads it.

Invariant: nothing is read before a purpose is given, and the reading's line names it. The purpose is sent by POST and kept
in the session for a while (``purposes``), so that the page can be gone back to, reloaded and asked what-ifs.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive import access, viewers
from quanxin.evaluation import page
from quanxin.pages import purposes
from quanxin.pages.gates import requires_role
from quanxin.subjects.queries import asked_for, find
from quanxin.subjects.search import search_names

ASKING = "尚未说明查询目的"  # the purpose that a line names where somebody is turned away before saying one
FOUND = 20  # names listed; more are told apart by more of the name


@require_safe
@requires_role(Role.CENTRE)
def scores(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Find the subject whose score is asked for, by its code or a part of its name; no score is shown here."""
    asked = request.GET.get("q", "").strip()
    if found := find(asked) if asked else None:
        return redirect("desk:score", code=found.code)
    hits = search_names(asked, limit=FOUND).hits if asked else ()
    return render(request, "evaluation/scores.html", {"asked": asked, "hits": hits})


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.CENTRE)
def score(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Ask for the purpose, then show the score and how it came about."""
    subject = asked_for(actor, code)
    if subject is None:
        raise Http404(code)
    about, said = f"score:{subject.pk}", request.POST.get("purpose", "").strip()[: purposes.LONGEST]
    purpose = said or purposes.stated(request, about)
    access.require_scores(viewers.centre(actor, purpose or ASKING), subject)  # before anybody is asked what for
    if said:
        purposes.state(request, about, said)
        return redirect("desk:score", code=subject.code)
    context = {"subject": subject, "purpose": purpose}
    if purpose:
        context["page"] = page.of(subject, viewers.centre(actor, purpose), request.GET)
    return render(request, "evaluation/score.html", context)
