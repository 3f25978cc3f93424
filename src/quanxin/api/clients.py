"""Which machine is asking, and how often it may.

Invariant: a request is answered only under a live token of an active client that has the scope; requests are counted
in PostgreSQL, so that every process of the platform counts together; so are tokens that let nobody in.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

from django.db import connection
from django.http import HttpRequest
from ninja.security import HttpBearer
from oauth2_provider.models import AccessToken

from quanxin.accounts import Actor
from quanxin.accounts.models import ApiClient
from quanxin.accounts.people import actor_of_client
from quanxin.api import dead_tokens
from quanxin.api.problems import Refused, note
from quanxin.calendar import now

# Token, client and count in one statement. Its commit does not wait for the disk: what is lost with the database's last
# moments is the count of those moments, and nothing was done for them.
LET_IN = f"""
WITH found AS (
    SELECT c.id, c.name, c.application_id, c.provider, c.consumer, c.rate, c.active, c.decides, c.decides_asked_by,
           t.scope,
           set_config('synchronous_commit', 'off', true)
    FROM {AccessToken._meta.db_table} t JOIN {ApiClient._meta.db_table} c ON c.application_id = t.application_id
    WHERE t.token_checksum = %s AND t.expires > %s AND c.active
), counted AS (
    INSERT INTO api_minute (client_id, minute, requests) SELECT id, %s, 1 FROM found
    ON CONFLICT (client_id, minute) DO UPDATE SET requests = api_minute.requests + 1 RETURNING requests
)
SELECT id, name, application_id, provider, consumer, rate, active, decides, decides_asked_by, scope, requests
FROM found, counted
"""


class Token(HttpBearer):
    """Lets a client in by its bearer token if it carries ``scope``; counts the request."""

    openapi_bearerFormat = "opaque"

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiClient | None:
        """The client of the token, or None; raises ``Refused`` without the scope or above the rate."""
        moment = time.time()
        minute = int(moment // 60)
        with connection.cursor() as cursor:
            cursor.execute(LET_IN, (hashlib.sha256(token.encode()).hexdigest(), now(), minute))
            found = cursor.fetchone()
            if found is None:
                dead_tokens.note(request, token)
                return None
            *columns, scope, requests = found
            client = ApiClient(*columns)
            if requests == 1:
                cursor.execute("DELETE FROM api_minute WHERE client_id = %s AND minute < %s", (client.pk, minute))
        if requests > client.rate:
            raise Refused("rate-exceeded", rate=client.rate, seconds=60 - int(moment % 60))
        if self.scope not in scope.split():
            note(request, "not-allowed", client)
            raise Refused("scope-missing", scope=self.scope)
        return client


class ProviderToken(Token):
    """Lets a provider's client in, and no consumer's."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiClient | None:
        """As ``Token``; raises ``Refused`` for a client that stands for no department, whatever it asks for."""
        client = super().authenticate(request, token)
        if client is not None and not client.provider:
            note(request, "not-allowed", client)
            raise Refused("not-allowed")
        return client


def client_of(request: HttpRequest) -> ApiClient:
    """The client that the request was let in as."""
    asked: Any = request
    client: ApiClient = asked.auth
    return client


def provider_of(request: HttpRequest) -> tuple[Actor, str]:
    """Whom the client acts as and the provider that it hands in for; ``Refused`` for a client that is none's."""
    client = client_of(request)
    if not client.provider:
        raise Refused("not-allowed")
    return actor_of_client(client), client.provider
