"""What is kept when somebody signs in, and when a password or a factor changes.

Invariant: every sign-in, complete, leaves its line; a change of what one signs in with leaves an audit line, and a new
password ends every other session.
"""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in
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
    for signal, act in (
        (authenticator_added, "accounts.add-factor"), (authenticator_removed, "accounts.remove-factor"),
        (authenticator_reset, "accounts.new-codes"),
    ):  # fmt: skip
        signal.connect(_factor(act), weak=False, dispatch_uid=act)


def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    session = request.session
    session[sessions.BEGAN] = now().timestamp()
    session[sessions.ADDRESS], session[sessions.BROWSER] = address_of(request), browser_of(request)
    note_sign_in(user.username, True, request, how(session.get(_RECORDS) or []))


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
    audit(by, "accounts.password", f"user:{user.username}")
    sessions.end(by, user, but=request.session.session_key or "", why="password")


def _factor(act: str) -> Any:
    def changed(user: User, authenticator: Any, **_: Any) -> None:
        audit(actor_of(user), act, f"user:{user.username}", kind=str(authenticator.type))

    return changed
