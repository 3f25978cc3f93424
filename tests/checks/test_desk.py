"""The desk's pages of checks: beginning, results, what became of them, persons by two, figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.people import add_account, add_organisation
from quanxin.archive.models import Access
from quanxin.checks.checking import check
from quanxin.checks.lists import LISTS
from quanxin.checks.models import Check, ListRequest, PersonRequest, Use
from quanxin.demo.city import code_of
from quanxin.work import engine
from tests.checks.city import CASE, FINANCE, PROCUREMENT, STAFF, banned
from tests.city import CODES, NAMES, hand_in, penalty, person, register
from tests.desk.people import PASSWORD, signed_in
from tests.once import city

pytestmark = pytest.mark.django_db
UNKNOWN = code_of("91", "370102", 999)
NUMBER = str(person()["identity_number"])


def listed(folder: Path) -> None:
    register(folder)
    banned(folder, 0)
    hand_in(folder, "administrative-penalty", [penalty(1, "罚2号") | person()], name="p.csv")


_listed, _built = city(listed, autouse=True)


def finance(name: str = "cai") -> Client:
    return signed_in(Role.INTAKE, provider="finance", name=name)


def personnel(name: str) -> Client:
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(add_account(operator(), name, password=PASSWORD, role=Role.PERSONNEL, organisation="zuzhibu"))
    return client


def key_in(page: str) -> str:
    found = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert found
    return found[1]


def test_a_subject_is_checked_and_what_became_of_it_said() -> None:
    client = finance()
    page = client.get("/desk/checks/begin").content.decode()
    sent = {"way": "one", "item": PROCUREMENT, "code": CODES[0], "key": key_in(page), **CASE}
    answer = client.post("/desk/checks/begin", sent, follow=True)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert all(
        words in text for words in ("可以限制", "禁止参加政府采购活动", "第七十七条", NAMES[0], CASE["case_ref"])
    )
    client.post("/desk/checks/begin", sent)
    made = Check.objects.get()
    address = f"/desk/checks/{made.number}/1"
    wrong = client.post(address, {"decision": "ignored", "reason": ""})
    assert (wrong.status_code, "请写明理由" in wrong.content.decode()) == (422, True)
    done = client.post(address, {"decision": "restricted", "measure": "procurement-ban", "reason": ""}, follow=True)
    assert "依措施限制" in done.content.decode()
    assert Use.objects.get().measure == "procurement-ban"
    assert made.number in client.get("/desk/checks").content.decode()
    assert made.number not in client.get("/desk/checks?waiting=1").content.decode()


def test_what_is_missing_is_said_at_its_field() -> None:
    answer = finance().post(
        "/desk/checks/begin", {"way": "one", "item": PROCUREMENT, "code": "", "words": "", "case_ref": ""}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert all(f'href="#one-{key}"' in text for key in ("code", "words", "case_ref"))
    assert not Check.objects.exists()


def test_a_list_is_watched_and_its_results_taken_away() -> None:
    client = finance()
    file = SimpleUploadedFile("名单.csv", f"统一社会信用代码,名称\n{CODES[0]},\n{CODES[1]},\n{UNKNOWN},某厂\n".encode())
    answer = client.post("/desk/checks/begin", {"way": "list", "item": PROCUREMENT, "file": file, **CASE})
    waiting = ListRequest.objects.get()
    assert answer["Location"] == f"/desk/checks/lists/{waiting.pk}"
    assert client.get(answer["Location"]).status_code == 200
    engine.perform(LISTS, waiting.pk)
    page = client.get(answer["Location"], follow=True).content.decode()
    assert all(name in page for name in NAMES[:2])
    assert all(words in page for words in ("查无此主体的代码共 1 个", f"第 3 行　{UNKNOWN}（某厂）"))
    number = Check.objects.get().number
    for kind, begins in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        file_ = client.get(f"/desk/checks/{number}/file.{kind}")
        assert (file_.status_code, file_.content.startswith(begins)) == (200, True)
    other = signed_in(Role.INTAKE, provider="taxation", name="other")
    for address in (
        answer["Location"],
        f"/desk/checks/{number}",
        f"/desk/checks/{number}/1",
        f"/desk/checks/{number}/file.xlsx",
    ):
        assert other.get(address).status_code == 404


def test_figures_are_by_department_and_item_and_of_nobody() -> None:
    made = check(FINANCE, PROCUREMENT, [CODES[0], CODES[1]], **CASE)
    by_month = signed_in(Role.CENTRE, name="centre").get("/desk/checks/statistics").content.decode()
    assert "财政局" in by_month
    assert not any(text in by_month for text in (NAMES[0], CODES[0], made.number))
    by_item = finance().get("/desk/checks/statistics?by=item").content.decode()
    assert "政府采购供应商资格审查" in by_item
    assert "财政性资金项目申报核查" in by_item  # obliged, and not done


def test_a_person_is_checked_by_two_and_seen_by_their_authority_alone() -> None:
    add_organisation(operator(), "zuzhibu", name="样例组织部", kind="personnel")
    one, other = personnel("ren"), personnel("shi")
    sent = {"item": STAFF, "identity": NUMBER, "words": "录用考察", "case_ref": "LY-1"}
    assert one.post("/desk/checks/persons", sent).status_code == 302
    waiting = PersonRequest.objects.get()
    own = one.post("/desk/checks/persons", {"decide": "approve", "request": waiting.pk})
    assert (own.status_code, "不能批准自己提出的申请" in own.content.decode()) == (422, True)
    silent = other.post("/desk/checks/persons", {"decide": "refuse", "request": waiting.pk, "remark": ""})
    assert (silent.status_code, Check.objects.count()) == (422, 0)
    answer = other.post("/desk/checks/persons", {"decide": "approve", "request": waiting.pk})
    made = Check.objects.get()
    assert answer["Location"] == f"/desk/checks/{made.number}/1"
    result = made.results.get()
    assert (result.verdict, result.code, result.name, made.approved_by) == ("clear", "", "", "user:shi")
    assert "样例人" in other.get(answer["Location"]).content.decode()
    assert Access.objects.get(purpose__contains=made.number).viewer == "personnel"
    assert finance().get(answer["Location"]).status_code == 404
    again = other.post("/desk/checks/persons", {"decide": "approve", "request": waiting.pk})
    assert "已经办理" in again.content.decode()


def test_a_number_that_is_none_is_said_and_leaves_nothing() -> None:
    add_organisation(operator(), "zuzhibu", name="样例组织部", kind="personnel")
    answer = personnel("ren").post(
        "/desk/checks/persons", {"item": STAFF, "identity": "370000", "words": "录用考察", "case_ref": "LY-1"}
    )
    assert (answer.status_code, "证件号码有误" in answer.content.decode()) == (422, True)
    assert not PersonRequest.objects.exists()
