"""The page of a long work: how far it has come, by itself; why it was refused; cancelling it, having it tried again.

Invariant: the page shows what the job last wrote and changes only when that does, so that whoever listens to it hears each
step once. Without scripts everything is there, behind a link to look again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from quanxin.accounts import Actor, NotAllowed
from quanxin.runtime.language import in_words
from quanxin.runtime.problems import Problem
from quanxin.work import acts
from quanxin.work.errors import WorkError
from quanxin.work.kinds import Kind, W

ACTS = {"cancel": acts.cancel, "again": acts.again}


def progress(
    request: HttpRequest, actor: Actor, kind: Kind[W], work: W, template: str, context: Mapping[str, Any]
) -> HttpResponse:
    """The page of a work, which includes ``work/_progress.html``, or for the part that watches what has changed.

    A POST does its ``act``. ``context`` is the page's own; the caller has seen to it that the actor may look.
    """
    problem, status = None, 200
    if request.method == "POST":
        try:
            _act(request, actor, kind, work)
            return redirect(request.path)
        except WorkError as error:
            work.refresh_from_db()
            problem, status = in_words(error), error.status
    watched = request.headers.get("HX-Request") == "true"
    if watched and work.finished:
        return HttpResponse(headers={"HX-Redirect": request.path})
    seen = f"{work.state}.{work.step}.{work.cancelled_by and 'cancelled'}"
    if watched and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    shown = {
        "work": work, "seen": seen, "steps": steps(kind, work), "work_problem": problem,
        "error": in_words(Problem.restored(work.error)) if work.error else None,
        "cancellable": not work.finished and not work.cancelled_by and _may(kind, actor, work),
        "repeatable": acts.repeatable(kind, work) and _may(kind, actor, work),
    }  # fmt: skip
    return render(request, "work/_steps.html" if watched else template, {**context, **shown}, status=status)


def steps(kind: Kind[W], work: W) -> list[tuple[Any, str]]:
    """(words, done/now/later) of each step."""
    named = kind.steps(work)
    order = list(named)
    at = order.index(work.step) if work.step in named else -1
    return [(named[s], "done" if n < at else "now" if n == at else "later") for n, s in enumerate(order)]


def _act(request: HttpRequest, actor: Actor, kind: Kind[W], work: W) -> None:
    chosen = ACTS.get(request.POST.get("act", ""))
    if chosen is None:
        raise WorkError("work-act-unknown")
    chosen(kind, actor, work.pk)


def _may(kind: Kind[W], actor: Actor, work: W) -> bool:
    try:
        kind.require(actor, work)
    except NotAllowed:
        return False
    return True
