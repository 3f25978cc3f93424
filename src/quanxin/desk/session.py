"""Signing in and out, and who may open a page.

Invariant: a page of the desk is opened only to a signed-in person with the role it names; too many wrong passwords
lock a name for a while, whether or not there is such an account.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.people import actor_of, locked, note_sign_in

View = Callable[..., HttpResponse]


class SignInForm(AuthenticationForm):
    """Name and password, refused for a while after too many that were wrong."""

    error_messages = {
        "invalid_login": _("用户名或密码不正确。"),
        "inactive": _("用户名或密码不正确。"),
        "locked": _("连续多次登录失败，请 15 分钟后再试。"),
    }

    def clean(self) -> dict[str, Any]:
        """Let in or refuse, and keep the attempt."""
        username = str(self.cleaned_data.get("username", ""))
        if locked(username):
            raise forms.ValidationError(self.error_messages["locked"], code="locked")
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            note_sign_in(username, succeeded=False)
            raise
        note_sign_in(username, succeeded=True)
        return cleaned


class SignIn(LoginView):
    """The page to sign in."""

    template_name = "desk/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Ends the session (by POST) and returns to the page to sign in."""

    next_page = "desk:sign-in"


def staffed(*roles: Role) -> Callable[[View], View]:
    """Open a view to signed-in people who hold one of ``roles``; the view is given their actor."""

    def wrap(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor: Actor = actor_of(request.user)
            request.actor = actor  # type: ignore[attr-defined]
            if not actor.roles & set(roles):
                return HttpResponseForbidden(render(request, "desk/forbidden.html").content)
            return view(request, actor, *args, **kwargs)

        opened.roles = frozenset(roles)  # type: ignore[attr-defined]
        return opened

    return wrap
