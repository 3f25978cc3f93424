"""A commitment by machine: offered like any case, asked about by its number."""

from __future__ import annotations

import pytest

from tests.api.conftest import Machine, decider_token
from tests.city import CODES
from tests.commitments import life
from tests.commitments.life import OFFER, PROVIDER
from tests.once import city

pytestmark = pytest.mark.django_db
_city, _built = city(life.companies, autouse=True)


def test_a_machine_offers_and_asks_how_it_stands_and_anothers_is_not_there() -> None:
    machine = Machine(decider_token("market", provider=PROVIDER))
    begun = machine.post("/cases", {"procedure": "commitment-approval", "subject": CODES[1], "form": OFFER})
    assert (begun.status_code, begun.json()["state"]) == (200, "offered")
    made = life.commitment(life.in_force())
    found = machine.get(f"/commitments/{made.number}").json()
    assert (found["case"], found["state"], found["sha256"]) == (made.case.number, "in-force", made.sha256)
    assert {duty["key"] for duty in found["duties"]} == {"conditions-met", "papers-supplied"}
    foreign = Machine(decider_token("taxes", provider="taxation"))
    for client, number in ((foreign, made.number), (machine, "0" * 20)):
        assert client.get(f"/commitments/{number}").status_code == 404
    refused = machine.post(
        "/cases", {"procedure": "commitment-approval", "subject": CODES[2], "form": OFFER | {"template": "x"}}
    )
    assert refused.json()["code"] == "template-unknown"
