"""The published list, plans and the library of inspectors: what everybody sees, and what a department keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from quanxin.accounts.actors import Role
from quanxin.calendar import travel
from quanxin.casework import beginning, engine
from quanxin.supervision.models import Inspector, PlanLine
from tests.city import AUTHORITY, CODES, NAMES
from tests.desk.people import signed_in
from tests.once import city
from tests.rights.life import morning
from tests.supervision.drawing.life import CLERK, LEADER, LINE, MARCH, PROVIDER, department, planned

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


def keeper(provider: str = PROVIDER, name: str = "keeper") -> Client:
    return signed_in(Role.DECIDER, provider=provider, name=name)


def upload(client: Client, text: str) -> HttpResponse:
    answer = client.post("/desk/inspectors/file", {"file": SimpleUploadedFile("inspectors.csv", text.encode())})
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_department_keeps_its_own_library_and_what_is_wrong_is_said_at_its_item() -> None:
    client = keeper()
    wrong = client.post("/desk/inspectors/add", {"name": "检查员九", "card": "SD-9999", "card_until": "2026-01-01"})
    assert wrong.status_code == 422
    assert 'href="#card_until"' in wrong.content.decode()
    filled = {"name": "检查员九", "card": "SD-9999", "card_until": "2027-01-01", "trades": "价格行为检查"}
    made = client.post("/desk/inspectors/add", filled)
    assert made.status_code == 302
    one = Inspector.objects.get(card="SD-9999")
    assert one.trades == ["price"]
    here = f"/desk/inspectors/{one.pk}"
    assert 'value="SD-9999"' in client.get(f"{here}/change").content.decode()
    unknown = client.post(here, {"code": "91370102QX00000000", "reason": "近亲属任职"})
    assert unknown.status_code == 422
    assert client.post(here, {"code": CODES[0], "reason": "近亲属任职"}).status_code == 302
    assert NAMES[0] in client.get(here).content.decode()
    other = keeper("taxation", "other")
    assert other.get(here).status_code == 404
    assert other.post(f"{here}/leave").status_code == 404
    assert "名录库里没有这样的检查人员" in other.get("/desk/inspectors").content.decode()
    assert client.post(f"{here}/leave").status_code == 302
    assert "检查员九" not in client.get("/desk/inspectors?state=fit").content.decode()
    assert "检查员九" in client.get("/desk/inspectors?state=left").content.decode()


def test_a_file_with_one_row_that_is_wrong_changes_nothing_and_says_which() -> None:
    client, head = keeper(), "姓名,执法证号,有效期至\n"
    refused = upload(client, head + "检查员八,SD-8888,2027-12-31\n检查员七,SD-7777,2020-01-01\n")
    assert refused.status_code == 422
    assert "SD-8888" not in Inspector.objects.values_list("card", flat=True)
    assert "2020-01-01" in refused.content.decode()
    assert upload(client, "姓名\n检查员八\n").status_code == 422
    assert client.post("/desk/inspectors/file").status_code == 422
    taken = upload(client, head + "检查员八,SD-8888,2027-12-31\n")
    assert taken.headers["Location"] == "/desk/inspectors?taken=1"
    assert "已导入 1 名检查人员" in client.get(taken.headers["Location"]).content.decode()


def test_a_line_is_added_by_choosing_from_the_list_and_what_is_wrong_is_said() -> None:
    plan = beginning.begin(CLERK, "inspection-plan", subject=AUTHORITY, form={"year": "2026"})
    client, here = keeper(), f"/desk/plans/{plan.number}"
    assert here in client.get(f"/desk/cases/{plan.number}").content.decode()
    offered = client.get(here).content.decode()
    assert "计划里没有抽查项目" in offered
    asked = client.get(here, {"item": "price"}).content.decode()
    assert 'name="ratio-none" value="1"' in asked  # as the scheme, or the house where there is none, proposes
    filled = {"item": "price", "ratio-none": "1", "from_month": "3", "to_month": "11"}
    assert client.post(here, filled | {"to_month": "1"}).status_code == 422
    wrong = client.post(here, filled | {"ratio-none": "101"})
    assert 'href="#ratio-none"' in wrong.content.decode()
    assert client.post(here, filled).status_code == 302
    assert PlanLine.objects.get(case=plan).shares == {"none": {"ratio": "0.01", "floor": 0, "ceiling": None}}
    assert keeper("taxation", "other").get(here).status_code == 404
