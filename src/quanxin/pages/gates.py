"""Who may open a page of the staff's.

Invariant: such a page is opened only to a signed-in person with the role it names; whoever is refused, by role or
by what the page is about, is told so and leaves a line.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern

from quanxin.accounts import Actor, NotAllowed
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import refused_line
from quanxin.accounts.own_matters import OwnMatter
from quanxin.accounts.people import actor_of
from quanxin.archive.access import blot_out
from quanxin.archive.errors import NoSuchSubject
from quanxin.runtime.language import in_words

View = Callable[..., HttpResponseBase]


def requires_role(*roles: Role) -> Callable[[View], View]:
    """Open a view to signed-in people who hold one of ``roles``; the view is given their actor.

    ``NotAllowed`` that a view lets out is answered with 403, a subject that the actor may not know of with 404.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor: Actor = actor_of(request.user)
            request.actor = actor  # type: ignore[attr-defined]
            if not actor.roles & set(roles):
                return _forbidden(request, actor, "no role for the page", asked=",".join(sorted(set(roles))))
            try:
                return view(request, actor, *args, **kwargs)
            except NotAllowed as error:
                return _forbidden(request, actor, "" if error.line else "not for this actor", error)
            except NoSuchSubject as error:  # the accessor left the line
                raise Http404 from error

        opened.roles = frozenset(roles)  # type: ignore[attr-defined]
        return opened

    return wrap


def closed(pattern: URLPattern) -> URLPattern:
    """A page that a slice adds, which says by ``requires_role`` to whom it opens; ``TypeError`` where it does not."""
    if not hasattr(pattern.callback, "roles"):
        raise TypeError(f"to whom does the page {pattern.name} of the desk open?")
    return pattern


def missing(actor: Actor, target: str, why: str) -> Http404:
    """What to raise for what is not there, or not for this actor, which look the same; the try leaves a line."""
    refused_line(actor, blot_out(target), why)
    return Http404(target)


def _forbidden(
    request: HttpRequest, actor: Actor, why: str, error: NotAllowed | None = None, **particulars: str
) -> HttpResponse:
    """The page that says no; ``why`` is for the line of the try, "" where one was left."""
    if why:
        match = request.resolver_match
        refused_line(actor, f"page:{match.view_name if match else ''}", why, **particulars)
    own = in_words(error) if isinstance(error, OwnMatter) else ""
    return render(request, "desk/forbidden.html", {"own": own}, status=403)
