"""What tests of the interface need: a provider's client with its token, and somewhere to send requests."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.clients import let_decide
from quanxin.accounts.models import ApiClient
from quanxin.accounts.people import add_client
from tests.city import register


@dataclass
class Machine:
    """A client's view of the interface: it has its token and speaks JSON."""

    token: str
    http: Client = field(default_factory=Client)

    def post(
        self,
        path: str,
        body: object = None,
        *,
        raw: bytes | None = None,
        kind: str = "application/json",
        key: str | None = None,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        data = raw if raw is not None else json.dumps(body).encode()
        return self.http.post(f"/api/v1{path}", data, content_type=kind, headers=headers)

    def get(self, path: str) -> Any:
        return self.http.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}"})


def token_for(name: str, **of: Any) -> str:
    return signed_in(*add_client(operator(), name, **of))


def decider_token(name: str, scope: str = "cases cases:act", **of: Any) -> str:
    """The token of a client that was let decide."""
    client, secret = add_client(operator(), name, **of)
    assert let_decide(operator(), name).decides
    return signed_in(client, secret, scope=scope)


def signed_in(client: ApiClient, secret: str, **asked: str) -> str:
    pair = base64.b64encode(f"{client.application.client_id}:{secret}".encode()).decode()
    said = {"grant_type": "client_credentials"} | asked
    answer = Client().post("/api/v1/token", said, headers={"Authorization": f"Basic {pair}"})
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


@pytest.fixture
def machine(db: None) -> Machine:
    """The machine of the market regulator."""
    return Machine(token_for("market", provider="market-regulation"))


@pytest.fixture
def enrolled(db: None, tmp_path: Path) -> Path:
    """The companies are in the register."""
    register(tmp_path)
    return tmp_path
