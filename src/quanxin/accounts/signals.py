"""What is kept when somebody signs in, and when a password or a factor changes.

Invariant: every sign-in, complete, leaves its line; a change of what one signs in with leaves an audit line, and a new
password ends every other session.
"""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from quanxin.accounts import sessions
from quanxin.accounts.attempts import note_sign_in
from quanxin.accounts.browsers import address_of, browser_of
from quanxin.accounts.models import User, audit
from quanxin.accounts.people import actor_of
from quanxin.calendar import now

_RECORDS = "account_authentication_methods"  # the library's, in the session: what was proved


def connect() -> None:
    """Listen; called once, when the application is ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.signed-in")
    password_changed.connect(_new_password, dispatch_uid="accounts.new-password")
    post_save.connect(_factor_kept, sender=Authenticator, dispatch_uid="accounts.add-factor")
    post_delete.connect(_factor_gone, sender=Authenticator, dispatch_uid="accounts.remove-factor")


def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    session = request.session
    session[sessions.BEGAN] = now().timestamp()
    session[sessions.ADDRESS], session[sessions.BROWSER] = address_of(request), browser_of(request)
    by = how(session.get(_RECORDS) or [])
    if user.one_time and "password" in by.split():
        session[sessions.ONE_TIME] = True
    note_sign_in(user.username, True, request, by)


def how(records: list[dict[str, Any]]) -> str:
    """By what somebody signed in, as it is kept: "password totp", "passkey", "sign-on:KEY"."""
    said: list[str] = []
    for record in records:
        kind = str(record.get("type") or record.get("method"))
        if record.get("passwordless"):
            kind = "passkey"
        elif record.get("method") == "socialaccount":
            kind = f"sign-on:{record.get('provider')}"
        if kind not in said:
            said.append(kind)
    return " ".join(said)


def _new_password(request: HttpRequest, user: User, **_: Any) -> None:
    by = actor_of(user)
    User.objects.filter(pk=user.pk).update(one_time=False, one_time_until=None)
    request.session.pop(sessions.ONE_TIME, None)
    audit(by, "accounts.password", f"user:{user.username}")
    sessions.end(by, user, but=sessions.stored(request.session.session_key), why="password")


def _factor_kept(instance: Authenticator, created: bool, **_: Any) -> None:
    if created:
        _factor("accounts.add-factor", instance)


def _factor_gone(instance: Authenticator, **_: Any) -> None:
    _factor("accounts.remove-factor", instance)


def _factor(act: str, factor: Authenticator) -> None:
    """The line of a change that somebody made on the pages, in its transaction; other acts write their own."""
    if context.request is not None:
        by = context.request.user
        audit(actor_of(by), act, f"user:{factor.user.username}", kind=str(factor.type))
