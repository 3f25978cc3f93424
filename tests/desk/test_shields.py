"""Shields at the desk: by a ruling, completed or failed with a reason."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts.actors import Role
from quanxin.archive.models import Restriction
from quanxin.calendar import travel
from quanxin.rights.models import Shield
from tests.city import CODES, NAMES
from tests.desk.people import signed_in
from tests.desk.rights import MOMENT, page
from tests.rights.life import penalised

pytestmark = pytest.mark.django_db
RULING = {"code": CODES[0], "ruling": "（2026）鲁01破1号之二", "court": "济南市中级人民法院"}


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


@pytest.mark.parametrize(("outcome", "left"), [("completed", ["repaired"]), ("failed", [])])
def test_a_shield_from_the_ruling_to_its_end(reviewer: Client, outcome: str, left: list[str]) -> None:
    for _ in range(2):
        assert send(reviewer, "/desk/shields", RULING) == (302, "/desk/shields?done=shielded")
    assert kinds() == ["shielded"]
    text = page(reviewer, "/desk/shields")
    for words in (NAMES[0], RULING["ruling"], RULING["court"], "执行中"):
        assert words in text
    end = f"/desk/shields/{Shield.objects.get().pk}/end"
    assert send(reviewer, end, {"outcome": outcome, "reason": " "})[0] == 422
    for _ in range(2):
        assert send(reviewer, end, {"outcome": outcome, "reason": "法院裁定终结"})[0] == 302
    assert kinds() == left


@pytest.mark.parametrize(("changes", "words"), [
    ({"ruling": " "}, "裁定文号"), ({"court": ""}, "裁定文号"), ({"code": "1"}, "没有找到该主体"),
    ({"code": CODES[1]}, "没有可以屏蔽的记录"),
])  # fmt: skip
def test_what_cannot_be_shielded_is_said(reviewer: Client, changes: dict[str, str], words: str) -> None:
    status, text = send(reviewer, "/desk/shields", RULING | changes)
    assert status == 422
    assert words in text
    assert not Shield.objects.exists()


def test_an_end_needs_an_outcome_and_a_shield(reviewer: Client) -> None:
    send(reviewer, "/desk/shields", RULING)
    assert send(reviewer, f"/desk/shields/{Shield.objects.get().pk}/end", {"outcome": "", "reason": "有"})[0] == 422
    assert send(reviewer, "/desk/shields/999/end", {"outcome": "failed", "reason": "有"})[0] == 422


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.REVIEWER])
def test_only_the_reviewer_enters(role: Role) -> None:
    client = signed_in(role, name="somebody")
    assert client.get("/desk/shields").status_code == 403
    assert client.post("/desk/shields", RULING).status_code == 403
    assert "/desk/shields" not in client.get("/desk/").content.decode()
