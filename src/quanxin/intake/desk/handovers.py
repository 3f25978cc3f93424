"""Handing a provider's records over: what was proposed, a new proposal, and the approval or refusal of another's.

Invariant: a steward proposes with a basis and a reason, an approver decides about another's proposal once that is
confirmed; how much would move is said beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.intake import handovers as acts
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Handover
from quanxin.pages.gates import requires_role
from quanxin.pages.messages import person
from quanxin.policy.model import Basis, Provider, Resource, Text
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words
from quanxin.runtime.pack import current_pack

SHOWN = 50
State = Handover.State


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.STEWARD, Role.APPROVER, Role.AUDITOR)
def handovers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The handovers, those that wait first, and the form of a new one."""
    if request.method != "POST":
        return _page(request, actor)
    try:
        made = _propose(request, actor)
    except IntakeError as error:
        return _page(request, actor, in_words(error))
    return redirect(f"{reverse('desk:handovers')}?done={made.pk}")


@require_POST
@requires_role(Role.APPROVER)
def decide(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """Approve a handover and carry it out, or refuse it."""
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    try:
        if act == "refuse":
            acts.refuse(actor, number, reason=reason)
        elif act == "approve" and request.POST.get("confirmed"):
            acts.approve(actor, number, reason=reason)
        else:
            raise IntakeError("handover-unconfirmed")
    except IntakeError as error:
        return _page(request, actor, in_words(error))
    return redirect(f"{reverse('desk:handovers')}?done={number}")


def _propose(request: HttpRequest, actor: Actor) -> Handover:
    sent = request.POST
    day, title = parameters.day(sent.get("day")), sent.get("title", "").strip()
    if day is None:
        raise IntakeError("handover-day")
    article, reference = (sent.get(name, "").strip()[:200] or None for name in ("article", "reference"))
    basis = [Basis(title=title[:200], article=article, reference=reference)] if title else []
    return acts.propose(
        actor,
        sent.get("giver", ""),
        sent.get("taker", ""),
        sent.getlist("resource"),
        day=day,
        basis=basis,
        reason=sent.get("reason", "")[:1000],
    )


def _page(request: HttpRequest, actor: Actor, problem: str = "") -> HttpResponse:
    rules = current_pack().on(today())
    waiting, over = Handover.objects.filter(state=State.PROPOSED), Handover.objects.exclude(state=State.PROPOSED)
    words = {State.PROPOSED: _("待批准"), State.DONE: _("已移交"), State.REFUSED: _("不予批准")}
    rows = [
        {
            "one": one,
            "state": words[State(one.state)],
            "giver": _title(rules.providers, one.from_provider),
            "taker": _title(rules.providers, one.to_provider),
            "proposed_by": person(one.proposed_by),
            "decided_by": person(one.decided_by) if one.decided_by else "",
            "resources": [_title(rules.resources, key) for key in one.resources],
            "reach": acts.reach(one) if one.state == State.PROPOSED else None,
            "decides": one.state == State.PROPOSED and Role.APPROVER in actor.roles and one.proposed_by != actor.name,
        }
        for one in [*waiting[:SHOWN], *over[:SHOWN]]
    ]
    context: dict[str, Any] = {
        "rows": rows, "proposes": Role.STEWARD in actor.roles, "problem": problem, "done": request.GET.get("done", ""),
        "sent": request.POST, "chosen": request.POST.getlist("resource"),
        "providers": [rules.providers[key] for key in sorted(rules.providers)],
        "resources": [rules.resources[key] for key in sorted(rules.resources)],
    }  # fmt: skip
    return render(request, "intake/handovers.html", context, status=422 if problem else 200)


def _title(known: Mapping[str, Provider] | Mapping[str, Resource], key: str) -> Text:
    """The label of a provider or a resource, or its key where it is no longer in force."""
    found = known.get(key)
    return found.title if found is not None else Text(zh=key, en=key)
