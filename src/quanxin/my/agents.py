"""My agents: who may do what for me, until when, and its end.

Invariant: only the subject itself authorises and ends here, or the counter for it from a paper; an agent never does for
another.
"""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from quanxin.accounts import agency, agent_codes
from quanxin.accounts.acts import refused_line
from quanxin.accounts.agency import Scope
from quanxin.accounts.errors import AccountError
from quanxin.accounts.models import Agency, User
from quanxin.calendar import add_months, today
from quanxin.casework.errors import RightsError
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words

USUAL_MONTHS = 6  # what the form proposes; any later day may be chosen


@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(agents=False)
def listed(request: HttpRequest, me: Representation) -> HttpResponse:
    """Who may act, and the form that lets somebody."""
    problem = None
    if request.method == "POST":
        try:
            _authorise(request, me)
            return redirect("my:agents")
        except AccountError as error:
            problem = in_words(error)
    given, day = agency.agencies_given(me.principal), today()
    return shown(
        request,
        me,
        "my/agents.html",
        {
            "live": [one for one in given if _live(one, day)],
            "ended": [one for one in given if not _live(one, day)],
            "scopes": list(Scope),
            "problem": problem,
            "said": request.POST,
            "chosen": request.POST.getlist("scope"),
            "usual": add_months(day, USUAL_MONTHS),
            "first": day,
        },
        422 if problem else 200,
    )


def _authorise(request: HttpRequest, me: Representation) -> Agency:
    user: User = request.user  # type: ignore[assignment]
    sent, until = request.POST, parameters.day(request.POST.get("until"))
    if until is None:
        raise AccountError("agency-until")
    agent = sent.get("agent", "").strip()
    if not me.counter and not (agent := agent_codes.username_of(me.party.actor, agent)):
        raise AccountError("agent-code-unknown")
    return agency.authorise(
        me.party.actor,
        me.principal if me.counter else user,
        agent,
        [Scope(one) for one in sent.getlist("scope") if one in set(Scope)],
        until,
        reason=sent.get("reason", ""),
        document=sent.get("document", "") if me.counter else "",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(agents=False)
def end(request: HttpRequest, me: Representation, number: int) -> HttpResponse:
    """End an authorisation, once that is confirmed, with a reason."""
    found = next((one for one in agency.agencies_given(me.principal) if one.pk == number), None)
    if found is None:
        line = refused_line(me.party.actor, f"agency:{number}", "not an authorisation of the subject's")
        raise RightsError("agency-unknown", line)
    problem = None
    if request.method == "POST":
        try:
            agency.end(me.party.actor, number, reason=request.POST.get("reason", ""))
            return redirect("my:agents")
        except AccountError as error:
            problem = in_words(error)
    if found.ended_at is not None:
        return redirect("my:agents")
    return shown(request, me, "my/end_agency.html", {"agency": found, "problem": problem}, 422 if problem else 200)


def _live(one: Agency, day: dt.date) -> bool:
    return one.ended_at is None and one.until >= day
