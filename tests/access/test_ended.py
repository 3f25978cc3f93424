"""Callers whose access has ended or run out, at every address: from that moment each is a stranger there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from django.test import Client

from quanxin.accounts import agency, binding, clients, operator, people
from quanxin.accounts.actors import Role
from quanxin.accounts.agency import Scope
from quanxin.accounts.binding import Principal
from quanxin.accounts.models import Agency, ClientSecret
from quanxin.accounts.people import add_account, add_organisation
from quanxin.calendar import now, travel
from tests.access.table import OPEN, ROUTES, SIGNED, SIGNING
from tests.access.test_matrix import (
    BODIES,
    PASSWORD,
    as_agent,
    as_machine,
    as_subject,
    city,
    refused,
    routes,
    signed_in,
)
from tests.city import CODES

__all__ = ["city"]
pytestmark = pytest.mark.django_db
WHY = "到此为止"
Ended = tuple[Client, AbstractContextManager[Any]]


def everything() -> Client:
    """Somebody who may do all that the desk offers, and stands for a subject."""
    for role in Role:
        add_account(operator(), "everything", password=PASSWORD, role=role)
    binding.bind(operator(), "everything", CODES[0], reason="核验")
    return signed_in("everything")


def ended_sessions() -> Ended:
    client = everything()
    assert client.get("/desk/clients").status_code == 200
    assert people.end_sessions(operator(), "everything", reason=WHY) == 1
    return client, nullcontext()


def expired_session() -> Ended:
    return everything(), travel(now() + dt.timedelta(hours=9))


def idle_session() -> Ended:
    return everything(), travel(now() + dt.timedelta(minutes=31))


def deactivated() -> Ended:
    client = everything()
    people.deactivate(operator(), "everything", reason=WHY)
    return client, nullcontext()


def ended_roles() -> Ended:
    client = everything()
    for role in Role:
        assert people.remove_membership(operator(), "everything", role)
    binding.unbind(operator(), "everything", reason=WHY)
    return client, nullcontext()


def ended_binding() -> Ended:
    client = as_subject()
    binding.unbind(operator(), "owner", reason=WHY)
    return client, nullcontext()


def ended_agency() -> Ended:
    client = as_agent()
    agency.end(operator(), Agency.objects.get().pk, reason=WHY)
    return client, nullcontext()


def expired_agency() -> Ended:
    add_account(operator(), "agent", password=PASSWORD)
    agency.authorise(
        operator(),
        Principal(code=CODES[0]),
        "agent",
        list(Scope),
        now().date() + dt.timedelta(days=1),
        document="委〔1〕号",
    )
    later = travel(now() + dt.timedelta(days=3))
    with travel(now() + dt.timedelta(days=3)):
        client = signed_in("agent")
    return client, later


def ended_organisation() -> Ended:
    add_organisation(operator(), "bank", name="样例银行", kind="bank")
    add_account(operator(), "teller", password=PASSWORD, role=Role.BANK, organisation="bank")
    client = signed_in("teller")
    assert client.get("/desk/reading").status_code == 200
    people.end_organisation(operator(), "bank", reason=WHY)
    return client, nullcontext()


def machine(end: Callable[[], object], **held: str) -> Ended:
    client = as_machine(**held)
    end()
    return client, nullcontext()


ENDED: dict[str, Callable[[], Ended]] = {
    "ended-sessions": ended_sessions,
    "expired-session": expired_session,
    "idle-session": idle_session,
    "deactivated": deactivated,
    "ended-roles": ended_roles,
    "ended-binding": ended_binding,
    "ended-agency": ended_agency,
    "expired-agency": expired_agency,
    "ended-organisation": ended_organisation,
    "ended-provider-client": lambda: machine(
        lambda: clients.end_client(operator(), "provider", reason=WHY), provider="market-regulation"
    ),
    "ended-consumer-client": lambda: machine(
        lambda: clients.end_client(operator(), "consumer", reason=WHY), consumer="sample-consumer"
    ),
    "ended-secret": lambda: machine(
        lambda: clients.end_secret(operator(), ClientSecret.objects.get().pk, reason=WHY), provider="market-regulation"
    ),
    "expired-token": lambda: (
        as_machine(provider="market-regulation"),
        travel(now() + dt.timedelta(hours=1, seconds=1)),
    ),
}
STILL_SIGNED_IN = ("ended-roles", "ended-binding", "ended-agency", "expired-agency", "ended-organisation")


@pytest.mark.parametrize("caller", sorted(ENDED))
def test_whoever_has_ended_is_a_stranger_everywhere(caller: str) -> None:
    client, then = ENDED[caller]()
    let_in = []
    with then:
        for name, path, _ in routes():
            rule = ROUTES[name]
            if rule in (OPEN, SIGNING) or (rule == SIGNED and caller in STILL_SIGNED_IN):
                continue
            body = {"data": BODIES.get(name, {}), "content_type": "application/json"} if name.startswith("api:") else {}
            answer = client.get(path)
            if answer.status_code == 405:
                answer = client.post(path, **body)
            if not refused(answer):
                let_in.append(f"{name} {path} {answer.status_code}")
    assert let_in == []
