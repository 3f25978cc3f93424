"""Shields at the desk: begun by a ruling, completed or failed with a reason."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts.actors import Role
from quanxin.archive.models import Restriction
from quanxin.calendar import travel
from quanxin.casework.models import Case, Notice
from tests.city import CODES, NAMES, hand_in, penalty
from tests.desk.people import signed_in
from tests.desk.rights import MOMENT, page
from tests.my.people import owner
from tests.rights.life import penalised

pytestmark = pytest.mark.django_db
BEGIN = "/desk/begin/shield"
RULING = {"whose": CODES[0], "ruling": "（2026）鲁01破1号之二", "court": "济南市中级人民法院"}


@pytest.fixture
def reviewer(tmp_path: Path) -> Client:
    with travel(dt.date(2026, 5, 15)):
        penalised(tmp_path)
    return signed_in(Role.REVIEWER, name="reviewer")


def send(client: Client, path: str, sent: dict[str, str]) -> tuple[int, str]:
    with travel(MOMENT):
        answer = client.post(path, sent)
    return answer.status_code, answer.headers.get("Location", "") or answer.content.decode()


def kinds() -> list[str]:
    return list(Restriction.objects.filter(ended_at=None).values_list("kind", flat=True))


@pytest.mark.parametrize(("outcome", "left"), [("complete", ["repaired"]), ("fail", [])])
def test_a_shield_from_the_ruling_to_its_end(reviewer: Client, outcome: str, left: list[str]) -> None:
    answers = [send(reviewer, BEGIN, RULING) for _ in range(2)]
    case = Case.objects.get(kind="shield")
    at = f"/desk/cases/{case.number}"
    assert answers == [(302, f"{at}?done=file")] * 2
    assert kinds() == ["shielded"]
    assert "屏蔽：已办理" in page(reviewer, f"{at}?done=file")
    for path in (at, f"{at}/file"):
        for words in (NAMES[0], RULING["ruling"], RULING["court"], "执行中"):
            assert words in page(reviewer, path)
    queue = page(reviewer, "/desk/cases")
    for words in (NAMES[0], RULING["ruling"], "执行中"):
        assert words in queue
    assert send(reviewer, f"{at}/{outcome}", {"reason": " "})[0] == 422
    for _ in range(2):
        assert send(reviewer, f"{at}/{outcome}", {"reason": "法院裁定终结"})[0] == 302
    assert kinds() == left


@pytest.mark.parametrize(("changes", "words"), [
    ({"ruling": " "}, "裁定文号"), ({"court": ""}, "裁定文号"), ({"whose": "1"}, "没有找到该主体"),
    ({"whose": CODES[1]}, "没有可以屏蔽的记录"),
])  # fmt: skip
def test_what_cannot_be_shielded_is_said(reviewer: Client, changes: dict[str, str], words: str) -> None:
    status, text = send(reviewer, BEGIN, RULING | changes)
    assert status == 422
    assert words in text
    assert not Case.objects.exists()


def test_an_end_needs_an_outcome_and_a_shield(reviewer: Client) -> None:
    send(reviewer, BEGIN, RULING)
    assert send(reviewer, f"/desk/cases/{Case.objects.get().number}/end", {"reason": "有"})[0] == 404
    assert send(reviewer, "/desk/cases/PB20260515999999/fail", {"reason": "有"})[0] == 404
    assert kinds() == ["shielded"]


def test_another_ruling_is_another_shield_about_what_is_still_in_sight(reviewer: Client, tmp_path: Path) -> None:
    send(reviewer, BEGIN, RULING)
    later = RULING | {"ruling": "（2026）鲁01破1号之三"}
    status, text = send(reviewer, BEGIN, later)
    assert (status, "没有可以屏蔽的记录" in text) == (422, True)
    with travel(MOMENT):
        hand_in(tmp_path, "administrative-penalty", [penalty(0, "罚9号", decision_date="2026-05-20")], name="later.csv")
    assert send(reviewer, BEGIN, later)[0] == 302
    assert kinds() == ["shielded", "shielded"]
    first, second = Case.objects.order_by("pk")
    assert send(reviewer, f"/desk/cases/{second.number}/fail", {"reason": "该裁定撤回"})[0] == 302
    assert [one.case for one in Restriction.objects.filter(ended_at=None)] == [first.reference]


def test_whom_it_is_about_is_told_and_sees_it(reviewer: Client) -> None:
    send(reviewer, BEGIN, RULING)
    case = Case.objects.get()
    client = owner()
    with travel(MOMENT):
        seen = client.get(f"/my/cases/{case.number}").content.decode()
        assert case.number in client.get("/my/cases").content.decode()
    for words in (RULING["ruling"], "暂时屏蔽", "您不需要做任何事"):
        assert words in seen
    send(reviewer, f"/desk/cases/{case.number}/fail", {"reason": "法院裁定终止执行"})
    assert list(Notice.objects.filter(case=case).order_by("pk").values_list("key", flat=True)) == [
        "shield-begun",
        "shield-failed",
    ]


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.REVIEWER])
def test_only_the_reviewer_enters(role: Role) -> None:
    client = signed_in(role, name="somebody")
    assert client.get(BEGIN).status_code == 403
    assert client.post(BEGIN, RULING).status_code == 403
    for path in ("/desk/", "/desk/begin"):
        assert BEGIN not in client.get(path).content.decode()
