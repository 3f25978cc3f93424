"""Whose record it is: decisions that two providers handed in, as both and the steward see them.

Invariant: a provider's people see their own conflicts alone, and of the other's record only that there is one; a steward
decides with a reason, and undoes a decision for the holder where it is shown.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.intake import conflicts as acts
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Conflict
from quanxin.pages.gates import missing, requires_role
from quanxin.runtime.language import english, in_words

SHOWN = 50
SEEING = (Role.STEWARD, Role.AUDITOR, Role.INTAKE, Role.DECIDER)
DECIDE = {"keep": False, "move": True}


@require_safe
@requires_role(*SEEING)
def conflicts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The actor's conflicts, those that wait first."""
    return _page(request, actor)


@require_POST
@requires_role(Role.STEWARD)
def conflict(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """Decide a conflict, or undo a decision."""
    if not acts.visible(actor).filter(pk=number).exists():
        raise missing(actor, f"conflict:{number}", "no such conflict")
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    try:
        if act == "undo":
            acts.undo(actor, number, reason=reason)
        elif act in DECIDE:
            acts.decide(actor, number, moves=DECIDE[act], reason=reason)
        else:
            raise IntakeError("act-missing")
    except IntakeError as error:
        return _page(request, actor, in_words(error))
    return redirect(reverse("desk:conflicts") + f"?done={number}")


def _page(request: HttpRequest, actor: Actor, problem: str = "") -> HttpResponse:
    waiting = acts.visible(actor).filter(state=Conflict.State.OPEN)
    over = acts.visible(actor).exclude(state=Conflict.State.OPEN)
    found = [*waiting[:SHOWN], *over[:SHOWN]]
    words = {
        Conflict.State.OPEN: _("待裁定"), Conflict.State.KEPT: _("归原报送单位"), Conflict.State.MOVED: _("归后报送单位"),
        Conflict.State.PREVAILED: _("按目录规定替代"), Conflict.State.SETTLED: _("已自行消除"),
    }  # fmt: skip
    context: dict[str, Any] = {
        "rows": [(one, acts.told(one, actor, english=english()), words[Conflict.State(one.state)]) for one in found],
        "decides": Role.STEWARD in actor.roles, "problem": problem, "waiting": waiting.count(),
        "done": request.GET.get("done", ""),
    }  # fmt: skip
    return render(request, "intake/conflicts.html", context, status=422 if problem else 200)
