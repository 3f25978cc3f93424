"""Where a receipt is offered: the batch and the case, at the desk and in one's own pages; a second before it is there, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts.actors import Role
from quanxin.archive.models import Batch, Record
from quanxin.calendar import now, travel
from quanxin.ledger import log_reading, sequencing
from quanxin.proofs import receipts
from quanxin.proofs.notes import Key
from quanxin.proofs.receipts import Receipt, Trust
from tests.desk.people import signed_in
from tests.my.people import owner
from tests.once import city
from tests.rights.life import LATER, granted, morning, penalised

pytestmark = pytest.mark.django_db
WAITS, THERE = "约一秒后可以下载存证凭证", "下载存证凭证"


def built(folder: Path) -> Record:
    with travel(morning(LATER)):
        return penalised(folder)


_record, _built = city(built)


@pytest.fixture
def record(_record: Record) -> Iterator[Record]:
    with travel(morning(LATER)):
        yield _record


def taken(client: Client, page: str) -> Receipt:
    """The receipt that a page offers, which holds; before it was there the page said so, and nothing was an error."""
    assert WAITS in (said := client.get(page).content.decode())
    assert THERE not in said.replace(WAITS, "")
    assert client.get(f"{page}/proof.json").headers["Location"] == page
    sequencing.sequence()
    assert f'href="{page}/proof.json"' in client.get(page).content.decode()
    answer = client.get(f"{page}/proof.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    receipt = receipts.read(answer.content)
    assert receipts.wrong(receipt, Trust([Key.read(key) for key in log_reading.public_keys()], now())) == []
    return receipt


def test_a_department_takes_the_receipt_of_what_it_handed_in(record: Record) -> None:
    clerk = signed_in(Role.INTAKE, provider="market-regulation", name="clerk")
    receipt = taken(clerk, f"/desk/batches/{record.batch_id}")
    assert receipt.content["sha256"] == Batch.objects.get(pk=record.batch_id).file_sha256
    other = signed_in(Role.INTAKE, provider="taxation", name="other")
    assert other.get(f"/desk/batches/{record.batch_id}/proof.json").status_code == 404


def test_whoever_a_decision_is_about_takes_its_receipt(record: Record) -> None:
    case = granted(record)
    receipt = taken(owner(), f"/my/cases/{case.number}")
    assert (receipt.content["number"], receipt.content["state"]) == (case.number, case.state)
    assert owner(1, "another").get(f"/my/cases/{case.number}/proof.json").status_code in (403, 404)
    reviewer = signed_in(Role.REVIEWER, name="reviewer")
    assert receipts.read(reviewer.get(f"/desk/cases/{case.number}/proof.json").content).entry == receipt.entry
    assert reviewer.get("/desk/cases/YY999/proof.json").status_code == 404
