"""Window mode: a clerk at the counter says for whom, who came and what was seen, and acts on that subject's own pages.

Invariant: an identity number is turned into its blind index at once, is not shown again, and is kept nowhere.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quanxin.accounts import Actor, NotAllowed
from quanxin.accounts.actors import Role
from quanxin.accounts.binding import Principal, identity_of
from quanxin.accounts.errors import AccountError
from quanxin.accounts.lookups import TooManyMissed, look_up
from quanxin.accounts.own_matters import OwnMatter
from quanxin.casework import counter
from quanxin.casework.errors import RightsError
from quanxin.pages.gates import requires_role
from quanxin.runtime.language import in_words
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import asked_for, person_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.WINDOW)
def window(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The form that begins window mode; who is acted for at present, if anybody is."""
    problem = None
    if request.method == "POST":
        try:
            subject, principal = _subject(actor, *_typed(request))
            who, paper = request.POST.get("who", ""), request.POST.get("paper", "")
            counter.begin(request.session, actor, subject, principal, who=who, paper=paper)
            return redirect("my:home")
        except (RightsError, AccountError, TooManyMissed, OwnMatter) as error:
            problem = in_words(error)
        except NotAllowed:
            problem = _("该主体不在本窗口的辖区内，请到其所在区县的窗口或市信用中心办理。")
    held = counter.current(request.session, actor)
    now_for = Subject.objects.filter(pk=held.subject_id).first() if held is not None and not held.over else None
    context = {"problem": problem, "said": request.POST, "held": held, "now_for": now_for}
    return render(request, "casework/window.html", context, status=422 if problem else 200)


def _subject(actor: Actor, code: str, number: str) -> tuple[Subject, Principal]:
    """The subject and principal of what was typed in. Raises ``RightsError`` where there is none, or not exactly
    one of the two was typed in."""
    if bool(code) == bool(number):
        raise RightsError("window-one-of-two")
    if code:
        if (found := asked_for(actor, code)) is None:
            raise RightsError("window-nobody")
        return found, Principal(code=found.code or code)
    principal = Principal(identity=identity_of(number))
    one = look_up(actor, "identity", principal.identity, lambda: person_of(principal.identity))
    if one is None or not one.natural:
        raise RightsError("window-no-records")
    return one, principal


def _typed(request: HttpRequest) -> tuple[str, str]:
    """Code and number as they were typed in."""
    return request.POST.get("code", "").strip(), request.POST.get("number", "").strip()
