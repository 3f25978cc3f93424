"""Tries of machines leave lines: numbers that are not theirs count towards the day's limit, dead tokens are counted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from oauth2_provider.models import AccessToken
from pytest_django import Settings

from quanxin.accounts import clients, operator
from quanxin.accounts.models import AuditLine
from quanxin.api.models import DeadToken
from quanxin.calendar import now
from tests.api.conftest import Machine
from tests.city import hand_in, penalty

pytestmark = pytest.mark.django_db


def test_numbers_that_find_nothing_count_towards_the_limit_of_pages(
    machine: Machine, enrolled: Path, settings: Settings
) -> None:
    own = hand_in(enrolled, "administrative-penalty", [penalty(0)]).batch
    settings.MISSED_LOOKUPS = 3
    tries = (
        lambda: machine.get("/batches/20260101-000001"),
        lambda: machine.get("/submissions/" + "0" * 20),
        lambda: machine.post("/withdrawals", {"records": ["9-9"], "kind": "mistaken", "reason": "误"}),
    )
    for attempt in tries:
        assert attempt().status_code == 404
    missed = AuditLine.objects.filter(actor="client:market", act="lookup.missed").order_by("id")
    assert [x.target for x in missed] == ["batch:20260101-000001", "submission:" + "0" * 20, "record:9-9"]
    for attempt in (*tries, lambda: machine.get(f"/batches/{own}")):
        answer = attempt()
        assert (answer.status_code, answer.json()["code"]) == (429, "lookups-exceeded")
    assert AuditLine.objects.filter(actor="client:market", act="lookup.refused").count() == 4
    assert machine.get("/batches").status_code == 200  # what looks nobody up goes on


def test_dead_tokens_are_counted_by_client_or_network_and_leave_few_lines(machine: Machine) -> None:
    for n in range(12):
        assert Machine(f"unknown-{n}").get("/batches").status_code == 401
    AccessToken.objects.update(expires=now() - dt.timedelta(hours=1))
    assert machine.get("/batches").status_code == 401
    clients.end_client(operator(), "market", reason="停用")
    assert machine.get("/batches").status_code == 401
    counted = dict(DeadToken.objects.values_list("who", "tries"))
    assert counted == {"network:127.0.0.*": 13, "client:market": 1}
    lines = AuditLine.objects.filter(act="access.refused", target="token").order_by("id")
    assert [(x.actor, x.particulars["tries"]) for x in lines] == [
        ("network:127.0.0.*", "1"),
        ("network:127.0.0.*", "10"),
        ("client:market", "1"),
    ]
