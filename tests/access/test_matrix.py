"""The matrix: every caller at every address, generated from the map of addresses; refusals leave their lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.urls.resolvers import URLPattern

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.agency import Scope, authorise
from quanxin.accounts.binding import Principal, bind
from quanxin.accounts.clients import let_decide
from quanxin.accounts.models import User
from quanxin.accounts.people import add_account, add_client
from quanxin.calendar import today
from tests.access.table import CONSUMER, DECIDING, ITSELF, OPEN, OWN, PROVIDER, ROUTES, SIGNED, SIGNING
from tests.city import CODES, registration, write

pytestmark = pytest.mark.django_db
PASSWORD = "七泉映月-Spring-72"
# What stands for a part of an address: none of it exists, so that who is let in is told so, and who is not is refused.
NONE = UUID(int=0)
PARTS: dict[str, Any] = {
    "code": CODES[0], "key": "nothing", "resource": "administrative-penalty", "day": "2026-01-01", "name": "x.csv",
    "number": 999999, "subject": 999999, "row_no": 1, "provider": "taxation", "what": "compare", "table": "t",
    "kind": "csv", "pk": 999999, "act": "claim", "secret": "x" * 43, "token": "x" * 43, "position": 1, "list_id": "0" * 32,
    "provider_id": "none", "batch": "20260101-000001", "submission": "0" * 20, "identity": NONE, "model": "public-enterprise",
}  # fmt: skip

# What a machine sends where a body is asked for: well-formed, about nothing that exists.
BODIES: dict[str, dict[str, Any]] = {
    "api:acknowledge": {"timepoint": "0"}, "api:hand_in_rows": {"provider": "taxation", "rows": [{}]},
    "api:replay_rows": {}, "api:take_back": {"reason": "x"},
    "api:withdraw": {"records": ["1-1"], "kind": "revoked", "reason": "x"},
    "api:consequences": {"code": "x", "purpose": "supervision"}, "api:classes": {"code": "x"},
    "api:make_check": {"item": "procurement-qualification", "case": "x", "words": "x", "codes": ["x"]},
    "api:hand_in_list": {"item": "procurement-qualification", "case": "x", "words": "x", "codes": ["x"]},
    "api:use_result": {"decision": "passed"}, "api:link_result": {},
    "api:begin_case": {"procedure": "repair", "record": "1-1", "form": {"confirmed": "1"}}, "api:act_on_case": {"reason": "x"},
}  # fmt: skip


def routes() -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Every address: its name, a path that leads there, its view."""

    def walk(resolver: Any, spaces: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern, spaces + (f"{pattern.namespace}:" if pattern.namespace else ""))
            else:
                yield f"{spaces}{pattern.name}", pattern

    for name, pattern in walk(get_resolver(), ""):
        parts = {part: part_of(part, converter) for part, converter in pattern.pattern.converters.items()}
        yield name, reverse(name, kwargs=parts or None), pattern.callback


def part_of(part: str, converter: Any) -> Any:
    kind = type(converter).__name__
    return NONE if kind == "UUIDConverter" else int(PARTS[part]) if kind == "IntConverter" else str(PARTS[part])


def signed_in(name: str) -> Client:
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(User.objects.get(username=name))
    return client


def as_role(role: Role) -> Client:
    add_account(operator(), f"some-{role}", password=PASSWORD, role=role)
    return signed_in(f"some-{role}")


def as_subject() -> Client:
    add_account(operator(), "owner", password=PASSWORD)
    bind(operator(), "owner", CODES[0], reason="核验营业执照")
    return signed_in("owner")


def as_agent() -> Client:
    add_account(operator(), "agent", password=PASSWORD)
    until = today() + dt.timedelta(days=9)
    made = authorise(operator(), Principal(code=CODES[0]), "agent", list(Scope), until, document="委〔1〕号")
    client = signed_in("agent")
    assert client.post("/my/acting", {"agency": made.pk}).headers["Location"] == "/my/"
    return client


def as_stranger() -> Client:
    add_account(operator(), "stranger", password=PASSWORD)
    return signed_in("stranger")


def as_machine(*, decides: bool = False, **held: str) -> Client:
    if "consumer" in held:
        from quanxin.sharing import subscriptions

        made = subscriptions.add_consumer(operator(), held["consumer"], title="样例")
        subscriptions.grant(operator(), made, "administrative-penalty", purpose="sharing", basis="协议")
    client, secret = add_client(operator(), "decider" if decides else "-".join(held), **held)
    scope = {"scope": "cases cases:act classes" if decides else "intake changes checks measures classes"}
    if decides:
        let_decide(operator(), client.name)
    said = scope | {
        "grant_type": "client_credentials",
        "client_id": client.application.client_id,
        "client_secret": secret,
    }
    token = Client().post("/api/v1/token", said).json()["access_token"]
    return Client(headers={"authorization": f"Bearer {token}"})


CALLERS: dict[str, Callable[[], Client]] = {
    "anonymous": Client,
    "stranger": as_stranger,
    "subject": as_subject,
    "agent": as_agent,
    "provider-machine": lambda: as_machine(provider="market-regulation"),
    "consumer-machine": lambda: as_machine(consumer="sample-consumer"),
    "deciding-machine": lambda: as_machine(provider="market-regulation", decides=True),
} | {role.value: (lambda role=role: as_role(role)) for role in Role}  # type: ignore[misc]


def allowed(caller: str, name: str) -> bool:
    """What the table says."""
    rule = ROUTES[name]
    person = caller not in ("anonymous", "provider-machine", "consumer-machine", "deciding-machine")
    if isinstance(rule, frozenset):
        return caller in {role.value for role in rule}
    return {
        OPEN: True,
        SIGNED: person,
        OWN: caller in ("subject", "agent"),
        ITSELF: caller == "subject",
        PROVIDER: caller == "provider-machine",
        CONSUMER: caller == "consumer-machine",
        DECIDING: caller == "deciding-machine",
    }[rule]


def refused(answer: HttpResponse) -> bool:
    """Whether an answer lets nobody in: 401, 403, or the way to sign in, or to choose whom one acts for."""
    location = answer.headers.get("Location", "")
    elsewhere = "/sign-in" in location or location == "/my/acting"
    return answer.status_code in (401, 403) or (answer.status_code == 302 and elsewhere)


@pytest.fixture(autouse=True)
def city(tmp_path: Any) -> None:
    from quanxin.intake.pipeline import intake

    path = write(tmp_path, "enterprise-registration", [registration(0)])
    intake(path, resource="enterprise-registration", provider="market-regulation", actor=operator(), mode="append")


def test_every_address_has_a_rule_and_every_rule_an_address() -> None:
    assert {name for name, _, _ in routes()} == set(ROUTES)


@pytest.mark.parametrize("caller", sorted(CALLERS))
def test_the_table_is_what_happens(caller: str) -> None:
    client = CALLERS[caller]()
    wrong = []
    for name, path, _ in routes():
        if ROUTES[name] == SIGNING:
            continue
        body = {"data": BODIES.get(name, {}), "content_type": "application/json"} if name.startswith("api:") else {}
        answer = client.get(path)
        if answer.status_code == 405:
            answer = client.post(path, **body)
        assert answer.status_code < 500, f"{caller} {name}"
        if refused(answer) == allowed(caller, name):
            wrong.append(f"{name} {path} {answer.status_code} {answer.headers.get('Location', '')}")
    assert wrong == []


def test_the_roles_that_a_view_asks_for_are_those_of_the_table() -> None:
    for name, _, view in routes():
        if (asked := getattr(view, "roles", None)) is not None:
            assert asked == ROUTES[name], name
