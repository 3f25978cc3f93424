"""The steward's pages: what waits, whom it may be about, deciding, undoing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.archive.models import Record
from quanxin.intake.models import Held
from quanxin.intake.pipeline import intake
from quanxin.intake.unlinked_queue import waiting_rows
from quanxin.subjects.models import Decision
from tests.city import CODES, NAMES, hand_in, penalty, register, write
from tests.desk.people import signed_in

pytestmark = pytest.mark.django_db
WRONG = NAMES[0].replace("机械", "机戒")
DEBTOR: dict[str, str | None] = {
    "subject_name": WRONG, "court": "济南市历下区人民法院", "document_number": "（2025）鲁0102执36号",
    "duties": "支付货款", "performance": "全部未履行", "decision_date": "2025-05-05",
}  # fmt: skip


@pytest.fixture
def held(tmp_path: Path) -> Held:
    register(tmp_path)
    file = write(tmp_path, "judgment-debtors", [DEBTOR], "debtors.csv")
    intake(file, resource="judgment-debtors", provider="courts", actor=operator())
    return Held.objects.get(bucket="unlinked")


@pytest.fixture
def steward() -> Client:
    return signed_in(Role.STEWARD)


def test_the_queue_lists_what_waits_and_narrows(held: Held, steward: Client) -> None:
    page = steward.get("/desk/unlinked").content.decode()
    assert WRONG in page
    assert "现有 1 行" in page
    assert WRONG not in steward.get("/desk/unlinked?provider=taxation").content.decode()


def test_an_entry_shows_candidates_with_why(held: Held, steward: Client) -> None:
    page = steward.get(f"/desk/unlinked/{held.pk}").content.decode()
    assert CODES[0] in page
    assert NAMES[0] in page
    assert "组织形式相同" in page
    assert "支付货款" in page


def test_linking_takes_the_row_in_and_undoing_brings_it_back(held: Held, steward: Client) -> None:
    address = f"/desk/unlinked/{held.pk}"
    answer = steward.post(address, {"act": "link", "code": CODES[0], "reason": "名称仅一字之差，法院回函确认"})
    made = Decision.objects.get()
    assert answer["Location"] == f"/desk/unlinked?decided={made.pk}"
    assert Record.objects.filter(resource="judgment-debtors", superseded_at=None).count() == 1
    assert waiting_rows() == 0
    again = steward.post(address, {"act": "link", "code": CODES[0], "reason": "再按一次"})
    assert again["Location"] == answer["Location"]
    assert Record.objects.filter(resource="judgment-debtors").count() == 1
    steward.post(f"/desk/decisions/{made.pk}/undo", {"reason": "认错了"})
    assert waiting_rows() == 1
    assert not Record.objects.filter(resource="judgment-debtors", superseded_at=None).exists()
    assert "认错了" in steward.get("/desk/decisions").content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"act": "link", "code": CODES[0], "reason": " "}, "必须说明理由"),
        ({"act": "link", "reason": "有理由"}, "请选择一个候选主体"),
        ({"act": "link", "other": "91370100MA3C000000", "reason": "有理由"}, "请选择一个候选主体"),
        ({"act": "create", "type": "enterprise", "reason": "有理由"}, "只有名称的行不能新建主体"),
    ],
)
def test_what_cannot_be_decided_is_said_and_changes_nothing(
    held: Held, steward: Client, sent: dict[str, str], said: str
) -> None:
    answer = steward.post(f"/desk/unlinked/{held.pk}", sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Decision.objects.exists()
    assert waiting_rows() == 1


def test_an_old_number_makes_a_subject(tmp_path: Path, steward: Client) -> None:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0, "一号", uscc="370102200000013", subject_name="乙未知厂")])
    held = Held.objects.get()
    steward.post(f"/desk/unlinked/{held.pk}", {"act": "create", "type": "enterprise", "reason": "登记机关有案可查"})
    assert Decision.objects.get().subject is not None
    assert Record.objects.filter(resource="administrative-penalty").count() == 1


def test_a_rejected_row_leaves_the_queue(held: Held, steward: Client) -> None:
    steward.post(f"/desk/unlinked/{held.pk}", {"act": "reject", "reason": "非本市主体"})
    assert waiting_rows() == 0
    assert "这些行已不在队列中" in steward.get(f"/desk/unlinked/{held.pk}").content.decode()


@pytest.mark.parametrize("path", ["/desk/unlinked", "/desk/unlinked/1", "/desk/decisions"])
def test_only_stewards_enter(path: str) -> None:
    assert Client().get(path).status_code == 302
    assert signed_in(Role.INTAKE).get(path).status_code == 403


def test_what_is_not_there_is_not_found(steward: Client) -> None:
    assert steward.get("/desk/unlinked/999999").status_code == 404
    assert steward.post("/desk/decisions/999999/undo", {"reason": "x"}).status_code == 404
