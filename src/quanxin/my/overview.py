"""The overview, the score, and for whom one acts.

Invariant: the overview says what needs doing first, by when, and nothing that the person may not see; whom one acts for is
chosen from authorisations that stand, by a form, and each page looks again.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quanxin.accounts import agent_codes
from quanxin.accounts.agency import Scope, agencies_held
from quanxin.accounts.binding import standing
from quanxin.accounts.models import Agency, User
from quanxin.accounts.people import actor_of
from quanxin.archive import access, viewers
from quanxin.casework import counter
from quanxin.casework.representation import AGENCY, Representation, requires_scope, shown
from quanxin.evaluation import page
from quanxin.my.cases import due_first, entries, kinds_of
from quanxin.my.notices import headed, unread_of
from quanxin.my.record_rows import Row, rows_of
from quanxin.rights import repairs
from quanxin.subjects.models import Identifier

SHOWN = 5  # of each sort on the overview


@require_safe
@requires_scope()
def home(request: HttpRequest, me: Representation) -> HttpResponse:
    """What needs attention: what is asked for, what runs and by when, what may be repaired, what was not read."""
    party = me.party
    under_way = entries(list(due_first(party, kinds_of(me)).filter(open=True)))
    found: list[Row] = rows_of(repairs.repairable(party)) if me.may_repair else []
    if me.may_archive or me.may_repair:
        access.note_access(party.viewer, me.subject)
    unread = unread_of(party) if me.may_archive else []
    numbers = {row.prospect.record.id: row.number for row in found}
    context: dict[str, Any] = {
        "cases": under_way, "asked": [e for e in under_way if e.asks],
        "ready": [row for row in found if row.open],
        "early": [row for row in found if row.early],
        "unread": headed(unread[:SHOWN], numbers), "unread_count": len(unread),
    }  # fmt: skip
    return shown(request, me, "my/home.html", context)


@require_safe
@requires_scope(Scope.ARCHIVE)
def score(request: HttpRequest, me: Representation) -> HttpResponse:
    """The organisation's score and how it came about; persons and sole traders have none."""
    if me.subject.natural:
        return shown(request, me, "my/no_score.html")
    context = {"subject": me.subject, "page": page.of(me.subject, me.party.viewer, request.GET)}
    return shown(request, me, "my/score.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def acting(request: HttpRequest) -> HttpResponse:
    """Whom one may act for today; by POST, whom one acts for from now on (an authorisation's number, or oneself), or a code."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    user: User = request.user
    held = agencies_held(user)
    code = agent_codes.issue(actor_of(user), user) if "agent-code" in request.POST else ""
    if request.method == "POST" and not code:
        counter.end(request.session, actor_of(user))
        return _choose(request, user, held, request.POST.get("agency", ""))
    names = _names(held)
    context = {
        "held": [(one, names.get(one.code or one.identity, ""), [Scope(s) for s in one.scope]) for one in held],
        "own": standing(user), "chosen": request.session.get(AGENCY), "code": code, "until": user.agent_code_until,
    }  # fmt: skip
    return shown(request, None, "my/acting.html", context)


def _choose(request: HttpRequest, user: User, held: list[Agency], wanted: str) -> HttpResponse:
    if wanted == "self":
        request.session.pop(AGENCY, None)
        return redirect("my:home")
    found = next((one for one in held if str(one.pk) == wanted), None)
    if found is None:
        viewers.refused(actor_of(user), f"agency:{wanted[:20]}", "no authorisation of this person's")  # leaves the line
        return shown(request, None, "my/refused.html", status=403)
    request.session[AGENCY] = found.pk
    return redirect("my:home")


@require_POST
def leave_counter(request: HttpRequest) -> HttpResponse:
    """End window mode, whoever stood there."""
    if request.user.is_authenticated:
        counter.end(request.session, actor_of(request.user))
    return redirect("desk:window")


def _names(held: list[Agency]) -> dict[str, str]:
    """The names of principals by code or index, with one question."""
    values = [one.code or one.identity for one in held]
    found = Identifier.objects.filter(value__in=values, kind__in=[Identifier.Kind.USCC, Identifier.Kind.IDENTITY])
    return {one.value: one.subject.name for one in found.select_related("subject")}
