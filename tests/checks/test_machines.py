"""Checks by machine, and a result in a hall's frame."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from quanxin.accounts import operator
from quanxin.accounts.people import add_client
from quanxin.calendar import now, travel
from quanxin.checks import links
from quanxin.checks.errors import CheckError
from quanxin.checks.lists import LISTS
from quanxin.checks.models import Check
from quanxin.sharing import webhook_events, webhooks
from quanxin.sharing.models import Consumer, Delivery
from quanxin.work import engine
from tests.api.conftest import Machine, signed_in
from tests.checks.city import PROCUREMENT, banned
from tests.city import CODES, NAMES, register
from tests.once import city

pytestmark = pytest.mark.django_db
ASKED = {"item": PROCUREMENT, "case": "JN-1", "words": "办公设备采购"}


def listed(folder: Path) -> None:
    register(folder)
    banned(folder, 0)


_listed, _built = city(listed, autouse=True)


@pytest.fixture
def machine() -> Machine:
    return Machine(_token("caizheng", "finance"))


def _token(name: str, provider: str) -> str:
    return signed_in(*add_client(operator(), name, provider=provider), scope="checks")


def test_a_thousand_at_once_and_the_same_answer_again(machine: Machine) -> None:
    first = machine.post("/checks", ASKED | {"codes": list(CODES)}, key="k1")
    assert first.status_code == 200, first.content
    said = first.json()
    assert [r["verdict"] for r in said["results"]] == ["restricted", "clear", "clear"]
    assert said["results"][0]["findings"][0]["measures"][0]["measure"] == "procurement-ban"
    assert machine.post("/checks", ASKED | {"codes": list(CODES)}, key="k1").json() == said
    assert Check.objects.count() == 1
    assert machine.get(f"/checks/{said['number']}").json() == said
    assert machine.get(f"/checks/{said['number']}?after=2").json()["results"] == said["results"][2:]
    assert machine.post("/checks", ASKED | {"codes": ["9"] * 1001}).status_code == 422
    used = machine.post(f"/checks/{said['number']}/results/2/use", {"decision": "passed"})
    assert (used.status_code, used.json()["decision"]) == (200, "passed")


def test_anothers_check_is_not_there(machine: Machine) -> None:
    number = machine.post("/checks", ASKED | {"codes": [CODES[0]]}).json()["number"]
    other = Machine(_token("shuiwu", "taxation"))
    assert other.get(f"/checks/{number}").status_code == 404
    assert other.post("/checks", ASKED | {"codes": [CODES[0]]}).json()["code"] == "item-unknown"
    assert other.post(f"/checks/{number}/results/1/link", {}).status_code == 404


def test_a_list_is_watched_until_it_has_its_check(machine: Machine) -> None:
    made = machine.post("/checks/lists", ASKED | {"codes": list(CODES)}).json()
    assert (made["state"], made["check"]) == ("waiting", None)
    engine.perform(LISTS, made["list"])
    done = machine.get(f"/checks/lists/{made['list']}").json()
    assert done["state"] == "done"
    assert machine.get(f"/checks/{done['check']}").json()["counts"] == {"clear": 2, "restricted": 1}


def test_who_handed_a_list_in_is_told_once_when_it_is_over(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE = True
    Consumer.objects.create(key="caizheng", title="财政局业务系统")
    hook, _secret = webhooks.add(operator(), Consumer.objects.get(), "https://127.0.0.1/told")
    client = Machine(
        signed_in(*add_client(operator(), "yewu", provider="finance", consumer="caizheng"), scope="checks")
    )
    made = client.post("/checks/lists", ASKED | {"codes": list(CODES)}).json()
    engine.perform(LISTS, made["list"])
    engine.perform(LISTS, made["list"])
    told = Delivery.objects.get(webhook=hook)
    said = {"type": "check-list.finished", "list": made["list"], "state": "done"}
    assert json.loads(webhooks.message(told)) == said
    assert webhook_events.enqueue() == 0  # of changes it is told apart


def test_a_hall_shows_one_result_in_its_own_frame_and_not_for_long(machine: Machine) -> None:
    number = machine.post("/checks", ASKED | {"codes": [CODES[0]]}).json()["number"]
    links.allow(operator(), "caizheng", "https://hall.example")
    path = machine.post(f"/checks/{number}/results/1/link", {}).json()["path"]
    page = Client(headers={"accept-language": "zh-CN"}).get(path)
    assert page.status_code == 200
    text = page.content.decode()
    assert all(words in text for words in (NAMES[0], "可以限制", "政府采购供应商资格审查"))
    assert "frame-ancestors https://hall.example" in page["Content-Security-Policy"]
    assert ("no-store" in page["Cache-Control"], "<script" in text) == (True, False)
    links.disallow(operator(), "caizheng", "https://hall.example")
    assert "frame-ancestors 'none'" in Client().get(path)["Content-Security-Policy"]
    with travel(now() + dt.timedelta(minutes=31)):
        assert Client().get(path).status_code == 410
    assert Client().get(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 410


@pytest.mark.parametrize(
    "origin", ["http://hall.example", "https://hall.example/x", "https://*", "hall", "https://a b"]
)
def test_a_site_is_an_origin_and_nothing_else(origin: str) -> None:
    with pytest.raises(CheckError):
        links.allow(operator(), "caizheng", origin)
