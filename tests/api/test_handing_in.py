"""Rows handed in by machines: the way of files, in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quanxin.accounts.models import ApiClient
from quanxin.archive.models import Batch, Record
from quanxin.intake.models import Held
from quanxin.ledger import sequencing
from quanxin.proofs import receipts
from tests.api.conftest import Machine, token_for
from tests.city import penalty

PATH = "/resources/administrative-penalty/rows"
pytestmark = pytest.mark.django_db


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_one_row_a_batch_and_a_stream_take_the_same_way(machine: Machine, enrolled: Path) -> None:
    one = machine.post(PATH, penalty(0))
    many = machine.post(PATH, [penalty(1, "甲1号"), penalty(2, "甲2号")])
    stream = machine.post(PATH, raw=lines(penalty(1, "乙1号"), penalty(1, "乙1号")), kind="application/x-ndjson")
    assert [a.status_code for a in (one, many, stream)] == [200, 200, 200]
    assert (one.json()["accepted"], many.json()["accepted"]) == (1, 2)
    assert (stream.json()["accepted"], stream.json()["duplicate"]) == (1, 1)


def test_numbers_keep_the_digits_that_were_sent(machine: Machine, enrolled: Path) -> None:
    body = json.dumps(penalty(0)).replace('"0.5"', "0.500001").encode()
    assert machine.post(PATH, raw=body).json()["accepted"] == 1
    assert Record.objects.get(resource="administrative-penalty").payload["fine"] == "0.500001"


def test_held_rows_come_back_with_every_finding(machine: Machine, enrolled: Path) -> None:
    made = machine.post(PATH, [penalty(0), penalty(1, fine="不详")]).json()
    assert (made["accepted"], made["quarantined"]) == (1, 1)
    (row,) = made["held"]
    assert row["original"]["fine"] == "不详"
    assert {"money-unreadable"} <= {issue["code"] for issue in row["issues"]}
    assert all(issue["message"] and issue["message_en"] for issue in row["issues"])
    waits = machine.get(f"/batches/{made['batch']}/proof")
    assert (waits.status_code, waits.headers["Retry-After"]) == (202, "1")
    sequencing.sequence()
    assert (
        receipts.read(machine.get(f"/batches/{made['batch']}/proof").content).content["about"]
        == f"batch:{made['batch']}"
    )
    page = machine.get(f"/batches/{made['batch']}/held").json()
    assert page == {"items": made["held"], "next": None}
    again = machine.post(f"/batches/{made['batch']}/replay", {"rows": {str(row["row"]): {"fine": "0.5"}}})
    assert again.json()["accepted"] == 1
    assert machine.get(f"/batches/{made['batch']}/held").json()["items"] == []


def test_the_same_key_gives_the_same_answer_and_does_nothing_twice(machine: Machine, enrolled: Path) -> None:
    first = machine.post(PATH, [penalty(0)], key="k-1")
    again = machine.post(PATH, [penalty(0)], key="k-1")
    assert again.json() == first.json()
    assert Batch.objects.filter(resource="administrative-penalty").count() == 1
    other = machine.post(PATH, [penalty(1)], key="k-1")
    assert (other.status_code, other.json()["code"]) == (409, "key-reused")


def test_withdrawing_and_taking_back(machine: Machine, enrolled: Path) -> None:
    made = machine.post(PATH, [penalty(0), penalty(1)]).json()
    record = Record.objects.filter(resource="administrative-penalty").order_by("id").first()
    assert record is not None
    done = machine.post(
        "/withdrawals", {"records": [f"{record.subject_id}-{record.id}"], "kind": "revoked", "reason": "复议撤销"}
    )
    assert done.json() == {"records": 1, "restored": 0, "held": 0, "repeated": False}
    done = machine.post(f"/batches/{made['batch']}/take-back", {"reason": "错传"})
    assert done.json()["records"] == 1
    assert not Record.objects.filter(resource="administrative-penalty", superseded_at=None).exists()
    assert machine.get(f"/batches/{made['batch']}").json()["taken_back_at"]


def test_another_providers_batch_looks_like_none(machine: Machine, enrolled: Path) -> None:
    made = machine.post(PATH, [penalty(0)]).json()
    other = Machine(token_for("tax", provider="taxation"))
    for answer in (
        other.get(f"/batches/{made['batch']}"),
        other.get(f"/batches/{made['batch']}/proof"),
        other.post(f"/batches/{made['batch']}/take-back", {"reason": "x"}),
        other.post(f"/batches/{made['batch']}/replay", {}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "batch-unknown")
    assert other.get("/batches").json()["items"] == []
    refused = Machine(token_for("water", provider="water-supply")).post(PATH, [penalty(0)])
    assert (refused.status_code, refused.json()["code"]) == (403, "provider-not-allowed")


@pytest.mark.parametrize(
    ("raw", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "json-unreadable"),
        (b'{"a": 1, "a": 2}', "application/json", 400, "json-unreadable"),
        (b"[" * 100_000, "application/json", 400, "json-unreadable"),
        (b"<ROWDATA/>", "application/xml", 415, "media-type"),
        (b"[]", "application/json", 422, "file-empty"),
        (b"\n", "application/x-ndjson", 422, "file-empty"),
        (b"\xff\xfe\x00", "application/x-ndjson", 422, "file-encoding"),
        (b'{"nothing known": 1}', "application/json", 422, "file-column-unknown"),
        (b'[{"\\ud800": "\\udfff"}]', "application/json", 422, "file-headers-unmatched"),
        (b'{"remark": "", "a\\udfff": 1}\n', "application/x-ndjson", 422, "file-column-unknown"),
        (json.dumps([{}] * 1001).encode(), "application/json", 413, "too-many-rows"),
    ],
)
def test_a_bad_body_gets_its_code_in_both_languages_and_changes_nothing(
    machine: Machine, enrolled: Path, raw: bytes, kind: str, status: int, code: str
) -> None:
    answer = machine.post(PATH, raw=raw, kind=kind)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"]
    assert answer.json()["title_en"]
    assert not Held.objects.exists()
    assert not Batch.objects.filter(resource="administrative-penalty").exists()


def test_a_row_of_garbage_is_held_whole(machine: Machine, enrolled: Path) -> None:
    row = penalty(0, remark="a\x00b\x1f", content={"深": [1]})  # type: ignore[arg-type]
    made = machine.post(PATH, [row, penalty(1)]).json()
    assert (made["received"], made["accepted"], made["quarantined"]) == (2, 1, 1)


def test_only_a_live_token_with_the_scope_is_let_in(machine: Machine, enrolled: Path) -> None:
    nobody = Machine("nonsense")
    answer = nobody.post(PATH, penalty(0))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    reader = Machine(token_for("reader", consumer="bank"))
    answer = reader.post(PATH, penalty(0))
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    ApiClient.objects.update(active=False)
    assert machine.get("/batches").status_code == 401


def test_requests_above_the_rate_are_told_when_to_come_back(machine: Machine) -> None:
    ApiClient.objects.update(rate=2)
    answers = [machine.get("/batches") for _ in range(3)]
    if {a.status_code for a in answers} == {200}:  # the minute ended in between
        answers = [machine.get("/batches") for _ in range(3)]
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_the_catalogue_is_told(machine: Machine) -> None:
    keys = {r["key"] for r in machine.get("/resources").json()}
    assert "administrative-penalty" in keys
    one = machine.get("/resources/administrative-penalty").json()
    assert one["fields"][0]["title"]["zh"]
    assert machine.get("/resources/no-such").status_code == 404
    assert machine.get("/resources/NO%00").status_code == 422
    assert machine.get("/nowhere").status_code == 404
