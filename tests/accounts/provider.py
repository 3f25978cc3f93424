"""A sign-on of another: a real OpenID provider, with its own pages, keys and claims, for tests.

It is the provider of django-oauth-toolkit, strict about PKCE, secrets and redirect addresses. It shares the database
with the platform that is tested and nothing else: people are known to it by a session of their own.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path
from oauth2_provider.oauth2_validators import OAuth2Validator

from quanxin.web import urls as platform

CLAIMS: dict[str, Any] = {}  # what the provider says of everyone, beside ``sub``


class Validator(OAuth2Validator):  # type: ignore[misc]
    """Adds the claims of the test to tokens and to the userinfo."""

    oidc_claim_scope = None

    def get_additional_claims(self, request: HttpRequest) -> dict[str, Any]:
        return dict(CLAIMS)


urlpatterns = [*platform.urlpatterns, path("o/", include("oauth2_provider.urls", namespace="oauth2_provider"))]
handler400, handler404, handler500 = platform.handler400, platform.handler404, platform.handler500
