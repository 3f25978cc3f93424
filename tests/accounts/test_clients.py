"""Clients of the interface: secrets that overlap and end, tokens that die at once, tries that are refused alike."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import AccessToken

from quanxin.accounts import NotAllowed, clients, operator
from quanxin.accounts.actors import Actor
from quanxin.accounts.errors import AccountError
from quanxin.accounts.models import AuditLine, ClientSecret, SignIn
from quanxin.calendar import now, travel
from tests.api.conftest import Machine

pytestmark = pytest.mark.django_db


def asked(client_id: str, secret: str, *, in_body: bool = False) -> HttpResponse:
    said = {"grant_type": "client_credentials"}
    if in_body:
        return Client().post("/api/v1/token", said | {"client_id": client_id, "client_secret": secret})  # type: ignore[return-value]
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return Client().post("/api/v1/token", said, headers={"Authorization": f"Basic {pair}"})  # type: ignore[return-value]


def made(name: str = "market") -> tuple[str, str]:
    client, secret = clients.add_client(operator(), name, provider="market-regulation")
    return client.application.client_id, secret


def token(client_id: str, secret: str) -> Machine:
    answer = asked(client_id, secret)
    assert answer.status_code == 200
    return Machine(answer.json()["access_token"])  # type: ignore[attr-defined]


def test_a_client_changes_its_secret_without_a_pause() -> None:
    name, first = made()
    second = clients.new_secret(operator(), "market", overlap=dt.timedelta(hours=1))[1]
    assert (asked(name, first).status_code, asked(name, second, in_body=True).status_code) == (200, 200)
    with pytest.raises(AccountError, match="Two secrets"):
        clients.new_secret(operator(), "market")
    with travel(now() + dt.timedelta(hours=1, seconds=1)):
        assert (asked(name, first).status_code, asked(name, second).status_code) == (401, 200)
        clients.new_secret(operator(), "market")
    assert AuditLine.objects.filter(act="accounts.new-secret", target="client:market").count() == 2


def test_an_ended_secret_opens_nothing_from_that_moment_nor_do_its_tokens() -> None:
    name, secret = made()
    machine = token(name, secret)
    assert machine.get("/batches").status_code == 200
    number = ClientSecret.objects.get().pk
    for _ in range(2):
        clients.end_secret(operator(), number, reason="泄露")
    assert machine.get("/batches").status_code == 401
    assert asked(name, secret).status_code == 401
    assert AuditLine.objects.get(act="accounts.end-secret").particulars["reason"] == "泄露"


def test_an_ended_client_opens_nothing_from_that_moment() -> None:
    name, secret = made()
    machine = token(name, secret)
    assert machine.get("/batches").status_code == 200
    for _ in range(2):
        clients.end_client(operator(), "market", reason="系统下线")
    assert machine.get("/batches").status_code == 401
    assert asked(name, secret).status_code == 401
    assert not AccessToken.objects.exists()
    assert AuditLine.objects.filter(act="accounts.end-client").count() == 1
    with pytest.raises(AccountError, match="ended"):
        clients.new_secret(operator(), "market")


def test_a_token_that_is_over_opens_nothing_and_is_removed_by_night() -> None:
    machine = token(*made())
    with travel(now() + dt.timedelta(hours=1, seconds=1)):
        assert machine.get("/batches").status_code == 401
        assert clients.forget_expired() == 1
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("in_body", [False, True])
def test_whatever_is_wrong_is_refused_alike_after_the_same_work_and_leaves_a_line(in_body: bool) -> None:
    name, secret = made()
    gone, gone_secret = made("gone")
    clients.end_client(operator(), "gone", reason="x")
    answers, queries = set(), set()
    for client_id, given, why in (
        ("nobody", secret, "unknown"), (name, "wrong", "secret"), (gone, gone_secret, "ended"), (name, gone_secret, "secret"),
        (name, "", "secret"), ("", "", "unknown"), ("a\0b", "x", "unknown"), ("甲" * 300, "x", "unknown"),
    ):  # fmt: skip
        if in_body and "\0" in client_id:
            continue  # a form with it is refused before anybody looks at it
        with CaptureQueriesContext(connection) as asking:
            answer = asked(client_id, given, in_body=in_body)
        answers.add((answer.status_code, answer.content))
        queries.add(tuple(q["sql"].split()[0] for q in asking))
        line = SignIn.objects.latest("id")
        assert (line.succeeded, line.how, line.address) == (False, f"client {why}", "127.0.0.*")
        assert not given or given not in f"{line.username} {line.how}"
    assert len(answers) == 1, answers
    assert answers.pop()[0] == 401
    assert len(queries) == 1, queries
    assert asked(name, secret, in_body=in_body).status_code == 200
    assert SignIn.objects.latest("id").username == "client:market"


def test_what_is_no_header_is_refused_in_words() -> None:
    for header in ("Basic", "Basic ", "Basic ====", "Basic " + base64.b64encode(b"\xff\xfe:x").decode(), "Bearer x"):
        answer = Client().post("/api/v1/token", {"grant_type": "client_credentials"}, headers={"Authorization": header})
        assert answer.status_code == 401


def test_neither_a_secret_nor_a_token_is_kept_in_clear() -> None:
    name, secret = made()
    machine = token(name, secret)
    kept = AccessToken.objects.get()
    assert (kept.token, kept.token_checksum) == ("", hashlib.sha256(machine.token.encode()).hexdigest())
    assert ClientSecret.objects.get().digest == hashlib.sha256(secret.encode()).hexdigest()


def test_only_the_administrator_does_so_and_with_a_reason() -> None:
    made()
    nobody, number = Actor("user:a", frozenset()), ClientSecret.objects.get().pk
    for act in (
        lambda by: clients.add_client(by, "x", provider="taxation"),
        lambda by: clients.new_secret(by, "market"),
        lambda by: clients.end_secret(by, number, reason="x"),
        lambda by: clients.end_client(by, "market", reason="x"),
    ):
        with pytest.raises(NotAllowed):
            act(nobody)
    for refused in (
        lambda: clients.end_secret(operator(), number, reason=" "),
        lambda: clients.end_secret(operator(), 0, reason="x"),
        lambda: clients.end_client(operator(), "market", reason=""),
        lambda: clients.end_client(operator(), "x", reason="x"),
    ):
        with pytest.raises(AccountError):
            refused()
