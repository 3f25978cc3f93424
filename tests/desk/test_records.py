"""A provider's own records at the desk, and ending one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts.actors import Role
from quanxin.archive.models import Access, Record, Withdrawal
from tests.city import CODES, hand_in, penalty, register
from tests.desk.people import signed_in

pytestmark = pytest.mark.django_db
NUMBER = "济历罚〔2026〕泉1号"


@pytest.fixture
def record(tmp_path: Path) -> Record:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0, NUMBER)])
    return Record.objects.get(resource="administrative-penalty")


@pytest.fixture
def clerk() -> Client:
    return signed_in(Role.INTAKE, provider="market-regulation", name="clerk")


def address(record: Record) -> str:
    return f"/desk/records/{record.subject_id}/{record.id}"


def test_a_clerk_finds_own_records_and_leaves_a_line(record: Record, clerk: Client) -> None:
    assert NUMBER in clerk.post("/desk/records", {"code": CODES[0]}).content.decode()
    assert Access.objects.filter(viewer="department", subject_id=record.subject_id, actor="user:clerk").exists()


def test_a_record_is_withdrawn_with_kind_and_reason(record: Record, clerk: Client) -> None:
    answer = clerk.post(address(record), {"kind": "revoked", "reason": "行政复议决定撤销原处罚"})
    assert answer.status_code == 302
    record.refresh_from_db()
    assert record.superseded_at is not None
    assert Withdrawal.objects.get().kind == "revoked"
    after = clerk.get(answer["Location"]).content.decode()
    assert "记录已撤销" in after
    assert NUMBER not in after
    assert clerk.post(address(record), {"kind": "revoked", "reason": "再按一次"}).status_code == 404


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"kind": "revoked", "reason": " "}, "理由"),
        ({"kind": "taken-back", "reason": "有"}, "原因类别"),
        ({}, "原因类别"),
    ],
)
def test_without_kind_or_reason_nothing_ends(record: Record, clerk: Client, sent: dict[str, str], said: str) -> None:
    answer = clerk.post(address(record), sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    record.refresh_from_db()
    assert record.superseded_at is None


def test_another_department_sees_and_ends_nothing(record: Record) -> None:
    other = signed_in(Role.INTAKE, provider="taxation", name="other")
    assert NUMBER not in other.post("/desk/records", {"code": CODES[0]}).content.decode()
    assert other.get(address(record)).status_code == 404
    assert other.post(address(record), {"kind": "revoked", "reason": "越权"}).status_code == 404
    record.refresh_from_db()
    assert record.superseded_at is None


def test_whose_records_are_looked_for_stands_in_no_address(record: Record, clerk: Client) -> None:
    assert NUMBER not in clerk.get(f"/desk/records?code={CODES[0]}").content.decode()
    pages = clerk.post("/desk/records", {"code": CODES[0]}), clerk.get(address(record))
    for page in pages:
        assert not re.search(rf'(?:href|action)="[^"]*{CODES[0]}', page.content.decode())
    withdrawn = clerk.post(address(record), {"kind": "mistaken", "reason": "报错了"})
    assert CODES[0] not in withdrawn["Location"]
    assert clerk.post("/desk/records", {"code": " "}).status_code == 422


def test_an_unknown_code_says_what_to_do(clerk: Client, record: Record) -> None:
    assert "没有找到该主体" in clerk.post("/desk/records", {"code": "123"}).content.decode()
