"""Signing out, and who may open a page.

Invariant: a page of the desk is opened only to a signed-in person with the role it names; a try that was turned away, or
that named what is not there for this person, leaves a line.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import LogoutView, redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseForbidden
from django.shortcuts import render

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import refused_line
from quanxin.accounts.people import actor_of
from quanxin.archive.access import blot_out

View = Callable[..., HttpResponseBase]


class SignOut(LogoutView):
    """Ends the session (by POST) and returns to the page to sign in."""

    next_page = "desk:sign-in"


def staffed(*roles: Role) -> Callable[[View], View]:
    """Open a view to signed-in people who hold one of ``roles``; the view is given their actor."""

    def wrap(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor: Actor = actor_of(request.user)
            request.actor = actor  # type: ignore[attr-defined]
            if not actor.roles & set(roles):
                _note(request, actor, "no role for this page")
                return HttpResponseForbidden(render(request, "desk/forbidden.html").content)
            try:
                return view(request, actor, *args, **kwargs)
            except Http404:
                _note(request, actor, "not there, or another's")
                raise

        opened.roles = frozenset(roles)  # type: ignore[attr-defined]
        return opened

    return wrap


def _note(request: HttpRequest, actor: Actor, why: str) -> None:
    """Leave the line of a page that did not open; what is another's is answered like what is not there."""
    page = request.resolver_match.view_name if request.resolver_match else ""
    refused_line(actor, f"page:{page}", why, asked=blot_out(request.path)[:200])
