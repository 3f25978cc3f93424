"""Streams that are taken in by a job."""

from __future__ import annotations

import json
import re
from pathlib import Path

from quanxin.archive.models import Record
from quanxin.intake.submissions import SUBMISSIONS
from quanxin.work import engine
from tests.api.conftest import Machine, token_for
from tests.city import penalty

ROWS = "/resources/administrative-penalty/submissions"
NDJSON = "application/x-ndjson"


def lines(count: int) -> bytes:
    return b"".join(json.dumps(penalty(0, f"{n}号")).encode() + b"\n" for n in range(count))


def test_a_stream_is_kept_taken_in_and_watched(machine: Machine, enrolled: Path) -> None:
    answer = machine.post(ROWS, raw=lines(1200), kind=NDJSON, key="once")
    assert answer.status_code == 202
    made = answer.json()
    assert (made["state"], made["batch"]) == ("waiting", None)
    assert machine.post(ROWS, raw=lines(1200), kind=NDJSON, key="once").json() == made
    engine.perform(SUBMISSIONS, made["id"])
    done = machine.get(f"/submissions/{made['id']}").json()
    assert (done["state"], done["error"]) == ("done", None)
    assert machine.get(f"/batches/{done['batch']}").json()["accepted"] == 1200
    assert Record.objects.filter(resource="administrative-penalty").count() == 1200


def test_what_is_refused_is_refused_in_words(machine: Machine, enrolled: Path) -> None:
    made = machine.post(ROWS, raw=b'{"weather": "sunny"}\n', kind=NDJSON).json()
    engine.perform(SUBMISSIONS, made["id"])
    told = machine.get(f"/submissions/{made['id']}").json()
    assert (told["state"], told["error"]["code"]) == ("refused", "file-column-unknown")


def test_another_providers_submission_looks_like_none(machine: Machine, enrolled: Path) -> None:
    made = machine.post(ROWS, raw=lines(1), kind=NDJSON).json()
    other = Machine(token_for("tax", provider="taxation"))
    answer = other.get(f"/submissions/{made['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "submission-unknown")


def test_a_provider_hands_in_its_own_resources_alone(machine: Machine) -> None:
    answer = machine.post("/resources/tax-rating/submissions", raw=lines(1), kind=NDJSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "provider-not-allowed")


def test_the_schema_of_a_resource_is_told(machine: Machine) -> None:
    told = machine.get("/resources/administrative-penalty/schema").json()
    assert told["fields"][0]["name"] == "subject_name"
    assert machine.get("/resources/none/schema").status_code == 404


def test_every_moment_has_one_form(machine: Machine, enrolled: Path) -> None:
    made = machine.post("/resources/administrative-penalty/rows", [penalty(0)], key="one").json()
    sent = machine.post(
        "/resources/administrative-penalty/submissions", raw=b"{}\n", kind="application/x-ndjson"
    ).json()
    paths = (f"/batches/{made['batch']}", "/batches", f"/submissions/{sent['id']}")
    texts = [machine.get(path).content.decode() for path in paths]
    found = [moment for text in texts for moment in re.findall(r'"(\d{4}-\d\d-\d\dT[^"]*)"', text)]
    assert found
    assert [
        moment for moment in found if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d", moment)
    ] == []
