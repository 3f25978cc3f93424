"""Classes asked by machine and by command: what the desk would show, with its line; no person, no public answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from quanxin.accounts import operator
from quanxin.accounts.people import add_client
from quanxin.archive.models import Access, Record
from quanxin.calendar import travel
from quanxin.cli.main import app
from quanxin.subjects.models import Subject
from tests.api.conftest import Machine, decider_token, signed_in
from tests.city import CODES
from tests.once import city
from tests.rights.life import morning
from tests.supervision.classing.test_standings import CREDIT, DAY, RISK, lived

pytestmark = pytest.mark.django_db


def _build(folder: Path) -> Path:
    lived(folder)
    return folder


folder_of, _built = city(_build, autouse=True)


def test_a_department_s_machine_sees_credit_and_of_risk_its_own() -> None:
    with travel(morning(DAY)):
        asking = Machine(decider_token("market-regulation", "classes", provider="market-regulation"))
        said = asking.post("/classes", {"code": CODES[0]})
        assert said.status_code == 200, said.content
        found = {one["scheme"]: one for one in said.json()["classes"]}
        assert (found[RISK]["level"], found[RISK]["kind"], found[CREDIT]["level"]) == ("E", "risk", "C")
        listed = Record.objects.get(resource="serious-violation")
        (ground,) = [one for one in found[RISK]["grounds"] if one["decides"]]
        assert (ground["record"], ground["since"]) == (f"{listed.subject_id}-{listed.id}", "2026-05-12")
        assert Access.objects.latest("id").actor.startswith("client:")
        before = asking.post("/classes", {"code": CODES[0], "on": "2026-05-31"}).json()["classes"]
        assert next(one["level"] for one in before if one["scheme"] == RISK) == "B"
        other = (
            Machine(decider_token("taxation", "classes", provider="taxation"))
            .post("/classes", {"code": CODES[0]})
            .json()["classes"]
        )
        assert CREDIT in {one["scheme"] for one in other}
        assert "risk" not in {one["kind"] for one in other}


def test_who_does_not_decide_is_not_let_in_and_persons_are_not_found() -> None:
    with travel(morning(DAY)):
        for of in ({"provider": "market-regulation"}, {"consumer": "sample-bank"}):
            machine = Machine(signed_in(*add_client(operator(), f"m-{next(iter(of))}", **of), scope="classes"))
            assert machine.post("/classes", {"code": CODES[0]}).status_code == 403
        asking = Machine(decider_token("market-regulation", "classes", provider="market-regulation"))
        assert asking.post("/classes", {"code": "91370100MA00000000"}).json()["code"] == "subject-unknown"
        assert asking.post("/classes", {"code": CODES[0], "on": "9999-12-31"}).status_code == 422
        Subject.objects.filter(code=CODES[0]).update(type="sole-trader")
        assert asking.post("/classes", {"code": CODES[0]}).json()["classes"] == []
        Subject.objects.filter(code=CODES[0]).update(type="person", natural=True)
        assert asking.post("/classes", {"code": CODES[0]}).json()["code"] == "subject-unknown"


def test_the_command_says_the_same() -> None:
    with travel(morning(DAY)):
        ran = CliRunner().invoke(app, ["classes", CODES[0]])
        assert ran.exit_code == 0, ran.output
        assert {one["scheme"]: one["level"] for one in json.loads(ran.stdout)["classes"]}[CREDIT] == "C"
        assert CliRunner().invoke(app, ["classes", "91370100MA00000000"]).exit_code != 0
