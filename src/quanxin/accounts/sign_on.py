"""Signing in by the sign-on of another, with OpenID Connect's code flow.

Invariant: state, nonce and PKCE hold each flow to the browser that began it on this site; a token's signature is always
checked. A number that a claim names becomes a blind index before anything is stored, and what else the sign-on says of
a person is dropped. A first sign-in makes an account without a role; a minor gets none.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

import jwt
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from quanxin.accounts import binding
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.adapters import tell
from quanxin.accounts.attempts import note_sign_in, one_at_a_time
from quanxin.accounts.errors import AccountError
from quanxin.accounts.models import User
from quanxin.runtime.sign_ons import SignOn

KEPT = ("sub", "iss")  # claims that are stored; the name and address go to the account, the number becomes an index
IDENTITY = "identity"
SIGNATURES = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

log = logging.getLogger(__name__)


class Refused(Exception):
    """The person may not sign in this way; ``code`` says why."""


class Flow(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """One code flow with one sign-on."""

    nonce = ""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """The claims of a token that the sign-on signed, for us, in this flow."""
        try:
            algorithm = jwt.get_unverified_header(id_token).get("alg")
        except jwt.PyJWTError as error:
            raise OAuth2Error("unreadable id_token") from error
        if algorithm not in SIGNATURES:
            raise OAuth2Error("id_token is not signed")
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        if not self.nonce or not constant_time_compare(str(claims.get("nonce", "")), self.nonce):
            raise OAuth2Error("nonce does not match")
        return claims

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        """The person, as far as the platform may know: see the module's invariant."""
        sent = kwargs["response"].get("id_token")
        if not sent:
            raise OAuth2Error("no id_token")
        claims = self._decode_id_token(app, sent)
        told = self._fetch_user_info(token.token)
        if told.get("sub") != claims["sub"]:
            raise OAuth2Error("userinfo is about somebody else")
        return self.get_provider().sociallogin_from_response(
            request, {"userinfo": reduced({**claims, **told}, sign_on(self.provider_id))}
        )


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    """The way back from a sign-on."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


def reduced(claims: dict[str, Any], by: SignOn) -> dict[str, Any]:
    """What is kept of claims. Raises ``ImmediateHttpResponse``'s cause, ``Refused``, for a minor."""
    kept = {name: claims[name] for name in KEPT if name in claims}
    kept |= {name: str(claims[name])[:64] for name in ("name",) if claims.get(name)}
    if claims.get("email") and claims.get("email_verified") is True:
        kept["email"] = str(claims["email"])
    number = claims.get(by.identity_claim) if by.identity_claim else None
    if isinstance(number, str) and number:
        try:
            kept[IDENTITY] = binding.identity_of(number)
        except AccountError as error:
            if error.code == "identity-minor":
                raise Refused("identity-minor") from None
            log.warning("sign-on %s vouched for a number that is none", by.key)
    return kept


def sign_on(key: str) -> SignOn:
    """The sign-on of a key; ``Http404`` where there is none."""
    found = next((one for one in settings.SIGN_ONS if one.key == key), None)
    if found is None:
        raise Http404
    return found


@never_cache
@require_GET
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to a sign-on; only from a page of this site, so that no other site signs anybody in."""
    known = sign_on(provider_id)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return HttpResponseRedirect(reverse("account_login"))
    provider = get_adapter(request).get_provider(request, provider=known.key)
    nonce = secrets.token_urlsafe(32)
    try:
        answer: HttpResponse = provider.redirect(
            request,
            process=AuthProcess.LOGIN,
            next_url=get_next_redirect_url(request),
            nonce=nonce,
            auth_params={"nonce": nonce},
            scope=list(known.scopes),
        )
    except (RequestException, ValueError, KeyError) as error:
        log.warning("sign-on %s does not answer: %s", known.key, type(error).__name__)
        answer = render_authentication_error(request, provider, exception=error)
    return answer


@never_cache
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take in who a sign-on says it is."""
    known = sign_on(provider_id)
    try:
        answer: HttpResponse = Callback.adapter_view(Flow(request, known.key))(request)
    except Refused as error:
        note_sign_in(f"sign-on:{known.key}", False, request, str(error))
        answer = render(request, "socialaccount/refused.html", status=403)
    return answer


@never_cache
@require_GET
def cancelled(request: HttpRequest) -> HttpResponse:
    """Somebody changed their mind at the sign-on."""
    tell(request, "cancelled")
    return HttpResponseRedirect(reverse("account_login"))


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts that a sign-on makes, and whom it vouches for."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """A sign-on may make an account; it has no role."""
        return True

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Leave the line of a flow that ended without anybody signed in."""
        key = getattr(getattr(provider, "app", None), "provider_id", "") or getattr(provider, "id", "")
        note_sign_in(f"sign-on:{key}", False, request, f"{error or 'unknown'} {type(exception).__name__}")

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """A new account: its name is nobody's mail address, what the sign-on calls a person stays there."""
        user: User = sociallogin.user
        user.username = f"{sociallogin.account.provider[:32]}-{secrets.token_hex(8)}"
        user.name = str(sociallogin.account.extra_data.get("userinfo", {}).get("name", ""))[:64]
        sociallogin.email_addresses = []
        return user

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """Make the account, and bind it to its person where the sign-on vouches for one.

        Of two first sign-ins at once, the second waits for the first and is of its account.
        """
        account = sociallogin.account
        with one_at_a_time(f"{account.provider}/{account.uid}"):
            sociallogin.lookup()
            if sociallogin.is_existing:
                _vouched(sociallogin)
                known: User = sociallogin.user
                return known
        user: User = super().save_user(request, sociallogin, form)
        if email := sociallogin.account.extra_data.get("userinfo", {}).get("email", ""):
            user.email = email
            user.save(update_fields=["email"])
        _vouched(sociallogin)
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Bind an account that exists, where the sign-on vouches for its person now."""
        if sociallogin.is_existing:
            _vouched(sociallogin)


def _vouched(sociallogin: Any) -> None:
    account = sociallogin.account
    identity = account.extra_data.get("userinfo", {}).get(IDENTITY)
    if identity:
        by = Actor(name=f"sign-on:{account.provider}", roles=frozenset({Role.WINDOW}))
        binding.vouched(by, sociallogin.user, identity, reason=f"统一认证已核验本人（{account.provider}）")
