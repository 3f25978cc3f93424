"""The published list, plans and the library of inspectors: what everybody sees, and what a department keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from quanxin.calendar import travel
from quanxin.casework import beginning, engine
from tests.city import AUTHORITY
from tests.once import city
from tests.rights.life import morning
from tests.supervision.drawing.life import CLERK, LEADER, LINE, MARCH, department, planned

pytestmark = pytest.mark.django_db
_city, _built = city(department, autouse=True)
ITEMS, PLANS = "/inspections/items", "/inspections/plans"


@pytest.fixture(autouse=True)
def _day(_city: None) -> Iterator[None]:
    with travel(morning(MARCH)):
        yield


def page(address: str) -> str:
    answer = Client(headers={"accept-language": "zh-CN"}).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_is_narrowed_and_says_so_where_nothing_is_left() -> None:
    every = page(f"{ITEMS}?department=market-regulation")
    assert "产品质量监督抽查" in every
    assert "产品质量法" in every
    key = page(f"{ITEMS}?department=market-regulation&kind=key")
    assert "产品质量监督抽查" in key
    assert "价格行为检查" not in key
    assert "清单里没有这样的检查事项" in page(f"{ITEMS}?department=market-regulation&kind=key&mode=data")
    table = Client(headers={"accept-language": "zh-CN"}).get(f"{ITEMS}?department=market-regulation&as=csv")
    assert "价格行为检查" in table.content.decode()


def test_a_plan_is_public_once_it_was_published_and_what_was_dropped_stays() -> None:
    drafted = beginning.begin(CLERK, "inspection-plan", subject=AUTHORITY, form={"year": "2027"})
    assert "没有公布的年度抽查计划" in page(PLANS)
    assert Client().get(f"{PLANS}/{drafted.number}").status_code == 404
    line = planned()
    number = line.case.number
    assert number in page(f"{PLANS}?year=2026")
    assert "产品质量监督抽查" in page(f"{PLANS}/{number}")
    with travel(morning(MARCH + dt.timedelta(days=1))):
        engine.perform(CLERK, number, "amend", {"reason": "改为价格检查"})
        engine.perform(CLERK, number, "drop-line", {"line": str(line.pk)})
        engine.perform(CLERK, number, "add-line", LINE | {"items": "price"})
    amending = page(f"{PLANS}/{number}")
    assert "价格行为检查" not in amending  # it was not published yet
    assert "已撤下" not in amending
    with travel(morning(MARCH + dt.timedelta(days=2))):
        for by, act in ((CLERK, "submit"), (LEADER, "approve"), (CLERK, "publish")):
            engine.perform(by, number, act)
    told = page(f"{PLANS}/{number}")
    assert "价格行为检查" in told
    assert "已撤下" in told
    assert "改为价格检查" in told
    assert "clerk" not in told
