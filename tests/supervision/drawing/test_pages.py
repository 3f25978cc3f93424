"""Draws as everybody sees them: in every state, with their files, and what is not told before the visit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from quanxin.calendar import travel
from quanxin.casework import engine
from quanxin.supervision.models import Draw
from tests.once import city
from tests.rights.life import morning
from tests.supervision.drawing.life import CLERK, MARCH, committed, department, drafted, drawn, planned

pytestmark = pytest.mark.django_db
_city, _built = city(department, autouse=True)
DRAWS = "/inspections/draws"


@pytest.fixture(autouse=True)
def _day(_city: None) -> Iterator[None]:
    with travel(morning(MARCH)):
        yield


def page(address: str) -> str:
    answer = Client(headers={"accept-language": "zh-CN"}).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_anything_is_drawn_the_page_says_so() -> None:
    assert "没有这样的抽取" in page(DRAWS)
    assert Client().get(f"{DRAWS}/CQ2026000001").status_code == 404


def test_a_draw_shows_what_it_promised_and_not_who_will_be_visited() -> None:
    draw = drawn(committed(planned()))
    told = page(f"{DRAWS}/{draw.case.number}")
    assert draw.committed in told
    assert f"quanxin draw verify {draw.case.number}/ --digest {draw.committed}" in told
    assert "/draws/verify" in told
    assert "双色球" in told
    assert "检查员" not in told  # nobody by name
    files = f"{DRAWS}/{draw.case.number}/"
    frame = Client().get(f"{files}frame.csv")
    assert frame.status_code == 200
    assert "attachment" in frame["Content-Disposition"]
    assert frame.getvalue()  # type: ignore[attr-defined]
    for kept in ("draw.json", "selected.csv", "objects.csv", "..", ".env"):
        assert Client().get(f"{files}{kept}").status_code == 404


def test_a_void_draw_stays_with_its_reason_and_one_more_names_it() -> None:
    line = planned()
    first = committed(line)
    engine.perform(CLERK, first.number, "void", {"reason": "名单有误，联系人 13800138000"})
    second = drafted(line, "前一次名单有误")
    listed = page(DRAWS)
    assert first.number in page(f"{DRAWS}?state=void")
    assert second.number not in page(f"{DRAWS}?state=void")
    assert f"前一次：{first.number}" in listed
    assert "名单有误" in listed
    assert "13800138000" not in listed
    told = page(f"{DRAWS}/{second.number}")
    assert "前一次名单有误" in told
    assert f"{DRAWS}/{first.number}" in told
    voided = page(f"{DRAWS}/{first.number}")
    assert f"{DRAWS}/{second.number}" in voided
    assert "13800138000" not in voided
    assert Draw.objects.get(case=first).committed in voided
