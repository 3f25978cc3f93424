"""The made-up matter handled by machine and by command, from its registration to the public page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from quanxin.accounts import clients, operator
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.models import AuditLine
from quanxin.accounts.people import add_account
from quanxin.archive.models import Access, Record
from quanxin.calendar import travel
from quanxin.casework import ticking
from quanxin.casework.models import Case
from quanxin.cli.main import app
from tests.api.conftest import Machine, decider_token, signed_in
from tests.casework.duty import DUE, MAY, PROVIDER, duty, reference, registered
from tests.city import CODES
from tests.once import city
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
record, _built = city(duty)
JULY = morning(dt.date(2026, 7, 2))
KEPT = {"form": {"performed_on": "2026-06-01"}}


@pytest.fixture
def moment(record: Record) -> Iterator[None]:
    with travel(MAY):
        yield


@pytest.fixture
def machine(moment: None) -> Machine:
    return Machine(decider_token("market", provider=PROVIDER))


def page() -> str:
    return Client().get(f"/subject/{CODES[0]}").content.decode()


def command(*words: str) -> Any:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_by_machine_from_registration_to_the_public_page(machine: Machine, record: Record) -> None:
    begun = machine.post("/cases", reference(record))
    assert (begun.status_code, begun.json()["state"]) == (200, "in-force")
    number = begun.json()["number"]
    (row,) = machine.get("/cases?open=true").json()["items"]
    assert (row["number"], row["title"], row["state_title"], row["open"]) == (number, "养护责任履行", "履行中", True)
    shown = machine.get(f"/cases/{number}").json()
    assert [(one["act"], one["items"]) for one in shown["acts"]] == [("perform", ["performed_on"])]
    assert shown["record"]["items"]["state"] == "履行中"
    assert (shown["subject"]["code"], shown["terms"][0]["due_at"][:10]) == (CODES[0], DUE.isoformat())
    assert [line.purpose for line in Access.objects.filter(actor="client:market")] == [f"办理养护责任履行 {number}"]
    with travel(JULY):
        done = machine.post(f"/cases/{number}/acts/perform", KEPT)
        assert done.json() == {"number": number, "state": "kept", "open": False}
        assert "已履行" in page()
        assert machine.get("/cases?open=true").json()["items"] == []
        assert machine.get(f"/cases/{number}").json()["history"][-1]["form"] == {"performed_on": "2026-06-01"}


def test_by_command_from_registration_to_the_public_page(moment: None, record: Record) -> None:
    add_account(operator(), "chief", password="七泉映月-Spring-72", role=Role.REVIEWER)
    number = command("begin", "care-duty", "--record", reference(record)["record"])["number"]
    assert [row["number"] for row in command("cases", "--procedure", "care-duty", "--state", "in-force")] == [number]
    assert command("cases", "--state", "overdue") == []
    with travel(morning(DUE, 18)):
        ticking.tick()
    with travel(morning(dt.date(2026, 8, 3))):
        ticking.tick()  # whoever was told and said nothing was heard all the same
        assert [row["state"] for row in command("--as", "chief", "cases")] == ["heard"]
        done = command("--as", "chief", "act", number, "find-breached", "--reason", "逾期未履行")
        assert done == {"number": number, "state": "breached", "open": False}
        assert "违约" in page()
        assert [row["number"] for row in command("cases", "--closed")] == [number]
        assert command("cases") == []


def test_begun_or_done_twice_is_once_and_a_key_has_one_answer(machine: Machine, record: Record) -> None:
    first = machine.post("/cases", reference(record), key="a").json()
    assert machine.post("/cases", reference(record), key="a").json() == first
    assert machine.post("/cases", reference(record)).json() == first
    assert machine.post("/cases", reference(record) | {"reason": "x"}, key="a").json()["code"] == "key-reused"
    with travel(JULY):
        path = f"/cases/{first['number']}/acts/perform"
        done = [machine.post(path, KEPT, key=key).json() for key in ("b", "b", "c")]
    assert done[0] == done[1] == done[2]
    case = Case.objects.get()
    assert [step.act for step in case.steps.all()] == ["file", "perform"]


def test_a_refusal_is_the_problem_that_it_is_and_changes_nothing(machine: Machine, record: Record) -> None:
    number = machine.post("/cases", reference(record)).json()["number"]
    path = f"/cases/{number}/acts"
    wrong = machine.post(f"{path}/perform", {"form": {"performed_on": "前天"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "form-refused")
    assert [one["where"] for one in wrong.json()["errors"]] == ["performed_on"]
    early = machine.post(f"{path}/perform", {"form": {"performed_on": "2026-04-30"}})
    assert (early.status_code, early.json()["title"]) == (422, "履行日期早于确定日期。")
    for key in (None, "k"):  # a key's transaction is undone; the line of the refusal is not
        before = AuditLine.objects.filter(act="access.refused").count()
        assert machine.post(f"{path}/find-breached", {"reason": "x"}, key=key).status_code == 403
        assert AuditLine.objects.filter(act="access.refused").count() == before + 1
    for act in ("file", "fall-due", "nothing"):
        assert machine.post(f"{path}/{act}", {"reason": "x"}).json()["code"] == "act-not-now"
    for body in (None, [], {"form": []}, {"form": {"performed_on": 1}}, {"reason": "\x00"}, {"form": {"a b": "x"}}):
        assert machine.post(f"{path}/perform", body).status_code == 422
    assert machine.post(f"{path}/perform", raw=b"{", kind="application/json").status_code == 400
    assert machine.post("/cases", {"procedure": "nothing", "record": "1-1"}).json()["code"] == "procedure-unknown"
    assert machine.post("/cases", {"procedure": "care-second-look", "record": "1-1"}).status_code == 403
    for named in ({"record": "1-1"}, {}, {"subject": CODES[0]}):
        assert machine.post("/cases", {"procedure": "care-duty"} | named).json()["code"] == "record-not-yours"
    case = Case.objects.get()
    assert (case.state, case.steps.count()) == ("in-force", 1)


def test_another_department_s_machine_sees_and_begins_nothing(machine: Machine, record: Record) -> None:
    number = machine.post("/cases", reference(record)).json()["number"]
    other = Machine(decider_token("tax", provider="taxation"))
    assert other.get("/cases").json() == {"items": [], "next": None}
    assert other.get(f"/cases/{number}").status_code == 404
    assert other.post(f"/cases/{number}/acts/perform", KEPT).status_code == 404
    assert other.post("/cases", reference(record)).status_code == 404
    assert other.get(f"/cases?cursor={number}").status_code == 422
    assert AuditLine.objects.filter(actor="client:tax", act="lookup.missed").count() == 3
    assert Case.objects.get().state == "in-force"


def test_a_client_decides_nothing_by_its_scopes_alone_and_needs_two_administrators(moment: None) -> None:
    for name in ("first", "second"):
        add_account(operator(), f"admin-{name}", password="七泉映月-Spring-72", role=Role.ADMINISTRATOR)
    first, second = (Actor(f"user:admin-{one}", frozenset({Role.ADMINISTRATOR})) for one in ("first", "second"))
    client, secret = clients.add_client(first, "market", provider=PROVIDER)
    machine = Machine(signed_in(client, secret, scope="cases"))
    assert machine.get("/cases").json()["code"] == "not-allowed"
    assert [clients.let_decide(first, "market").decides for _ in range(2)] == [False, False]
    assert machine.get("/cases").status_code == 403
    assert clients.let_decide(second, "market").decides
    assert machine.get("/cases").status_code == 200
    assert machine.post("/cases", {"procedure": "care-duty", "record": "1-1"}).json()["code"] == "scope-missing"
    assert machine.get("/batches").json()["code"] == "scope-missing"


def test_pages_follow_one_another(machine: Machine, record: Record) -> None:
    numbers = []
    for _ in range(3):
        case = registered(record)
        Case.objects.filter(pk=case.pk).update(exclusive=False, open=False, decided_at=MAY)
        numbers.append(case.number)
    found, cursor = [], ""
    while cursor is not None:
        page = machine.get(f"/cases?limit=2&cursor={cursor}").json()
        found += [one["number"] for one in page["items"]]
        cursor = page["next"]
    assert found == numbers[::-1]
