"""Second factors: codes that are used once, who must have a factor, and taking them from someone who lost them.

Invariant: a code of an authenticator opens one sign-in, in whichever process it is given; wrong ones count towards the
lock of the name like wrong passwords. Where second factors are required, a person with a role opens nothing without; who
signed in by a password that somebody else chose opens nothing but its change.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.forms import ChangePasswordForm as LibraryChangePasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from quanxin.accounts import sessions
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.acts import act
from quanxin.accounts.attempts import KEY, LOCKED, locked, note_sign_in, one_at_a_time
from quanxin.accounts.errors import AccountError
from quanxin.accounts.models import User, audit
from quanxin.accounts.own_matters import own_matter
from quanxin.accounts.people import account

KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
REQUIRED = "required"
WHILE_ONE_TIME = {"account_change_password", "account_login", "desk:sign-in", "desk:sign-out"}
OPEN_ANYWAY = {"portal", "accounts"}  # namespaces of addresses that need no second factor; the library's have none


class _OnceMixin:
    """A code that is looked at under the lock of its name, and used once."""

    def clean_code(self) -> str:
        """The code, if it is right, new, and the name is not locked."""
        name, refused = self.user.username, None  # type: ignore[attr-defined]
        with one_at_a_time(name):
            full = locked(name)
            try:
                if full:
                    raise account_adapter().validation_error("too_many_login_attempts")
                code: str = super().clean_code()  # type: ignore[misc]
                _use(self.authenticator, code)  # type: ignore[attr-defined]
            except ValidationError as error:
                refused = error
                note_sign_in(name, False, context.request, LOCKED if full else "code")
        if refused is not None:
            raise refused
        return code


class CodeForm(_OnceMixin, AuthenticateForm):  # type: ignore[misc]
    """The code at sign-in."""


class CodeAgainForm(_OnceMixin, ReauthenticateForm):  # type: ignore[misc]
    """The code before something that matters."""


class _KeyMixin:
    """A passkey that is refused leaves its line; whose it claims to be is not believed, and nobody is locked by it."""

    def clean_credential(self) -> Authenticator:
        """The key, if it is one of the person's."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            known = self.user  # type: ignore[attr-defined]
            note_sign_in(known.username if known else "", False, context.request, KEY)
            raise


class LoginKeyForm(_KeyMixin, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of name and password."""


class KeyForm(_KeyMixin, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The passkey at sign-in, after the password."""


class KeyAgainForm(_KeyMixin, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """The passkey before something that matters."""


class ChangePasswordForm(LibraryChangePasswordForm):  # type: ignore[misc]
    """A new password, for one who knows the old: wrong ones count towards the lock."""

    def clean_oldpassword(self) -> str:
        """The present password."""
        given: str = self.cleaned_data.get("oldpassword", "")
        if not account_adapter().reauthenticate(self.user, given):
            raise account_adapter().validation_error("enter_current_password")
        return given

    def clean_password1(self) -> str:
        """The new password, which is another than the present one."""
        given: str = self.cleaned_data.get("password1", "")
        if given and self.user.check_password(given):
            raise account_adapter().validation_error("same_password")
        return given


def _use(authenticator: Authenticator, code: str) -> None:
    """Keep the time step of a code: it and those before it are worth nothing from now on (RFC 6238, 5.2)."""
    if authenticator.type != Authenticator.Type.TOTP:
        return
    secret = get_adapter().decrypt(authenticator.data["secret"])
    given = code.replace(" ", "").replace("-", "")
    steps = [
        s for s in totp.yield_hotp_counters_from_time() if totp.format_hotp_value(totp.hotp_value(secret, s)) == given
    ]
    if not steps or steps[0] <= authenticator.data.get("last_step", 0):
        raise get_adapter().validation_error("incorrect_code")
    authenticator.data["last_step"] = steps[0]
    authenticator.save(update_fields=["data"])


def has_factor(user: User) -> bool:
    """Whether a person has a second factor."""
    return bool(Authenticator.objects.filter(user=user, type__in=KINDS).exists())


def must_add(user: User) -> bool:
    """Whether a person has a role, needs a second factor for it, and has none."""
    return settings.SECOND_FACTOR == REQUIRED and user.memberships.exists() and not has_factor(user)


@act
def reset_factors(by: Actor, username: str, *, reason: str) -> int:
    """Take the second factors from one who lost them; every session of the account ends. Returns how many there were.

    Raises ``NotAllowed`` without the administrator's role, ``AccountError`` for an unknown account or no reason.
    """
    by.require(Role.ADMINISTRATOR)
    if by.name == f"user:{username}":
        raise own_matter(by, f"user:{username}")
    user = account(username)
    AccountError.reason(reason)
    count = int(Authenticator.objects.filter(user=user).delete()[0])
    if count:
        audit(by, "accounts.reset-factors", f"user:{username}", factors=count, reason=reason.strip())
        sessions.end(by, user, why="factors")
    return count


class SecondFactor:
    """Middleware that leads whoever signed in by a one-time password to choosing their own, and a person with a role to a
    second factor, where it is required; before that nothing else of theirs opens."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; ``process_view`` decides."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """A redirect to the account's page, or None to go on."""
        if request.session.get(sessions.ONE_TIME) and request.user.is_authenticated:
            match = request.resolver_match
            anyway = match is not None and (match.namespace == "portal" or match.view_name in WHILE_ONE_TIME)
            return None if anyway else HttpResponseRedirect(reverse("account_change_password"))
        if settings.SECOND_FACTOR != REQUIRED or not request.user.is_authenticated or _open_anyway(request):
            return None
        return HttpResponseRedirect(reverse("accounts:home")) if must_add(request.user) else None


def _open_anyway(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and (
        match.namespace in OPEN_ANYWAY
        or (not match.namespace and (match.url_name or "").startswith(("account_", "mfa_")))
        or match.view_name in ("desk:sign-in", "desk:sign-out")
    )
