"""The change feed as a consumer's machine sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from quanxin.accounts import operator
from quanxin.accounts.models import AuditLine
from quanxin.sharing import subscriptions
from tests.api.conftest import Machine, token_for
from tests.city import hand_in, penalty

pytestmark = pytest.mark.django_db
RESOURCE = "administrative-penalty"


@pytest.fixture
def bank(enrolled: Path) -> Machine:
    made = subscriptions.add_consumer(operator(), "bank", title="样例银行")
    subscriptions.grant(operator(), made, RESOURCE, purpose="sharing", agreement="共享〔2026〕1号")
    hand_in(enrolled, RESOURCE, [penalty(0), penalty(1)])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS archive_event_position IMMEDIATE")
    return Machine(token_for("bank", consumer="bank"))


def test_a_consumer_begins_with_a_snapshot_and_follows(bank: Machine) -> None:
    page = bank.get(f"/snapshots/{RESOURCE}?limit=1").json()
    rest = bank.get(f"/snapshots/{RESOURCE}?limit=1&cursor={page['next']}").json()
    assert rest["next"] is None
    assert page["items"][0]["record"] != rest["items"][0]["record"]
    assert bank.get(f"/changes?since={page['timepoint']}").json()["items"] == []
    whole = bank.get("/changes").json()
    assert [item["change"] for item in whole["items"]] == ["committed", "committed"]
    assert AuditLine.objects.filter(act="sharing.read-changes").count() == 1
    said = bank.post("/acknowledgements", {"timepoint": whole["next"]}).json()
    assert said["position"] == int(whole["next"])


def test_what_is_not_subscribed_to_is_not_given(bank: Machine) -> None:
    answer = bank.get("/snapshots/enterprise-registration")
    assert (answer.status_code, answer.json()["code"]) == (403, "subscription-missing")


@pytest.mark.parametrize(
    "path", ["/changes?since=x", "/changes?since=99999999", "/changes?limit=0", "/changes?limit=x"]
)
def test_a_wrong_question_is_told_so(bank: Machine, path: str) -> None:
    answer = bank.get(path)
    assert answer.status_code == 422
    assert answer.json()["code"] in ("timepoint-unknown", "request-invalid")


def test_a_provider_is_no_consumer(machine: Machine) -> None:
    answer = machine.get("/changes")
    assert answer.status_code == 403, answer.content
