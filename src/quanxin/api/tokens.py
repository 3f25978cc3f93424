"""How a client signs in for a token: by its id and a secret that stands.

Invariant: a try is answered the same way, after the same work, whatever was wrong with it, and leaves its line.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from allauth.core import context
from oauth2_provider.oauth2_validators import OAuth2Validator

from quanxin.accounts import clients

LONGEST = 255  # of an id or a secret that is looked at; what is longer is none


class Validator(OAuth2Validator):  # type: ignore[misc]
    """The library's, but for who a client is."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Whether the request is a client's; sets ``request.client``."""
        client_id, secret = _given(self._extract_basic_auth(request), request)
        found = clients.authenticated(client_id, secret, context.request)
        request.client = found.application if found else None
        return found is not None

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Always: there are no public clients."""
        return True

    def authenticate_client_id(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Never by an id alone."""
        return False


def _given(basic: str | None, request: Any) -> tuple[str, str]:
    """Id and secret, from the header or else from the body; what cannot be read is empty."""
    client_id, secret = str(request.client_id or ""), str(request.client_secret or "")
    if basic:
        try:
            named, _, told = base64.b64decode(basic, validate=True).decode().partition(":")
            client_id, secret = unquote_plus(named), unquote_plus(told)
        except (binascii.Error, ValueError):
            client_id = secret = ""
    if len(client_id) > LONGEST or len(secret) > LONGEST or not client_id.isprintable():
        return "", ""
    return client_id, secret
