"""What follows, asked by machine and by command: what the reckoning says, for a purpose, with its line."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from quanxin.accounts import operator
from quanxin.accounts.people import add_client
from quanxin.archive.models import Access
from quanxin.calendar import travel
from quanxin.cli.main import app
from tests.api.conftest import Machine, signed_in
from tests.city import CODES
from tests.measures.life import DAY, MEASURE, follows, listed, record
from tests.once import city
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
ASKED = {"code": CODES[0], "purpose": "supervision"}

folder_of, _built = city(lambda folder: (listed(folder), folder)[1], autouse=True)


def machine(**of: str) -> Machine:
    return Machine(signed_in(*add_client(operator(), "asking", **of), scope="measures"))


def test_a_machine_is_told_what_follows_and_the_subject_that_it_asked() -> None:
    with travel(morning(DAY)):
        asking = machine(provider="market-regulation")
        said = asking.post("/consequences", ASKED)
        assert said.status_code == 200, said.content
        (found,) = [one for one in said.json()["consequences"] if one["measure"] == MEASURE]
        (known,) = follows()
        assert (found["since"], found["until"], found["suspended"]) == (str(known.since), str(known.until), False)
        assert found["record"] == f"{record().subject_id}-{record().id}"
        assert found["enforcers"] == ["market-regulation"]
        assert found["basis"]
        line = Access.objects.order_by("-id")[1]  # the last is that of ``follows``
        assert (line.actor, line.purpose) == ("client:asking", "supervision")
        before = asking.post("/consequences", ASKED | {"on": "2026-05-11"}).json()
        assert MEASURE not in {one["measure"] for one in before["consequences"]}
        unknown = asking.post("/consequences", ASKED | {"known_at": "2026-05-01T08:00:00+08:00"}).json()
        assert unknown["consequences"] == []  # nothing was known then


def test_a_machine_is_refused_in_words() -> None:
    with travel(morning(DAY)):
        asking = machine(provider="market-regulation")
        assert asking.post("/consequences", ASKED | {"purpose": "no-such"}).status_code == 403
        assert asking.post("/consequences", ASKED | {"code": "91370100MA00000000"}).json()["code"] == "subject-unknown"
        assert asking.post("/consequences", ASKED | {"on": "0001-01-01"}).status_code == 422
        assert asking.post("/consequences", ASKED | {"known_at": "2026-05-01T08:00:00"}).status_code == 422


def test_a_consumer_s_machine_is_not_let_in() -> None:
    assert machine(consumer="sample-bank").post("/consequences", {}).status_code == 403


def test_the_command_says_the_same_and_asks_for_a_purpose() -> None:
    with travel(morning(DAY)):
        ran = CliRunner().invoke(app, ["consequences", CODES[0], "--purpose", "核对", "--on", "2026-06-01"])
        assert ran.exit_code == 0, ran.output
        assert MEASURE in {one["measure"] for one in json.loads(ran.stdout)["consequences"]}
        assert Access.objects.latest("id").purpose == "核对"
        later = ["consequences", CODES[0], "--purpose", "核对", "--on", "2029-05-13"]
        assert json.loads(CliRunner().invoke(app, later).stdout)["consequences"] == []
        assert CliRunner().invoke(app, ["consequences", CODES[0], "--purpose", " "]).exit_code != 0
