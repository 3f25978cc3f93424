"""A subject's score at the desk: for the centre, for a purpose."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.archive.models import Access
from quanxin.calendar import now, travel
from quanxin.evaluation import explanation, runs, single
from quanxin.subjects.models import Subject
from tests.city import CODES, hand_in, penalty, register
from tests.desk.people import signed_in
from tests.evaluation.city import MODEL, centre, company, put_in_use

pytestmark = pytest.mark.django_db
PATH = f"/desk/subjects/{CODES[0]}/score"


@pytest.fixture(autouse=True)
def city(tmp_path: Path) -> None:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0)])
    put_in_use()


def read(client: Client, purpose: str = "核对", **how: Any) -> HttpResponse:
    """What is shown once the purpose was sent."""
    return client.post(PATH, {"purpose": purpose}, follow=True, **how)


def test_nothing_is_read_before_a_purpose_is_given() -> None:
    client = signed_in(Role.CENTRE)
    for path in (PATH, PATH + "?purpose=%20", PATH + "?purpose=x"):
        assert 'class="score-now"' not in client.get(path).content.decode()
    assert not Access.objects.exists()
    assert 'class="score-now"' in read(client, "核对授信材料").content.decode()
    assert Access.objects.get().purpose == "核对授信材料"


def test_the_purpose_is_in_no_address_and_the_page_can_be_gone_back_to() -> None:
    client = signed_in(Role.CENTRE)
    sent = client.post(PATH, {"purpose": "核对授信材料"})
    assert (sent.status_code, sent.headers["Location"]) == (302, PATH)
    shown = client.get(PATH)
    assert 'class="score-now"' in shown.content.decode()
    assert quote("核对授信材料") not in shown.content.decode()
    assert "purpose=" not in shown.content.decode()
    assert 'class="score-now"' in client.get(PATH, {"day": "2030-01-01"}).content.decode()  # a what-if, by GET
    assert set(Access.objects.values_list("purpose", flat=True)) == {"核对授信材料"}
    with travel(now() + dt.timedelta(minutes=16)):
        assert 'class="score-now"' not in client.get(PATH).content.decode()


def test_other_roles_see_no_score() -> None:
    for role in set(Role) - {Role.CENTRE}:
        assert signed_in(role, name=f"a-{role}").post(PATH, {"purpose": "看看"}).status_code == 403
    assert not Access.objects.exists()


def test_the_page_says_whether_the_city_was_evaluated() -> None:
    client = signed_in(Role.CENTRE)
    assert "尚未参加过全市评价" in read(client).content.decode()
    runs.evaluate(operator(), [MODEL])
    shown = read(client).content.decode()
    assert "尚未参加过全市评价" not in shown
    assert explanation.explained(single.explain(company(0), centre(), MODEL))["score"] in shown


def test_the_page_is_in_english_too() -> None:
    shown = read(signed_in(Role.CENTRE), "check", headers={"accept-language": "en"}).content.decode()
    assert "How the score came about" in shown


def test_a_sole_trader_and_a_type_without_a_model_have_none() -> None:
    client = signed_in(Role.CENTRE)
    for kind, words in (("sole-trader", "不评分、不定级、不排名"), ("law-firm", "没有适用于这一主体类型")):
        Subject.objects.filter(code=CODES[0]).update(type=kind)
        shown = read(client).content.decode()
        assert words in shown
        assert 'class="score-now"' not in shown
    Subject.objects.filter(code=CODES[0]).update(natural=True)
    assert read(client).status_code == 404


def test_a_subject_is_found_by_code_or_name_and_no_score_is_shown_on_the_way() -> None:
    client = signed_in(Role.CENTRE)
    assert client.get("/desk/scores", {"q": CODES[0]}).headers["Location"] == PATH
    found = client.get("/desk/scores", {"q": "样例"}).content.decode()
    assert PATH in found
    assert "score-now" not in found
    assert "没有找到主体" in client.get("/desk/scores", {"q": "并无此名"}).content.decode()
    assert not Access.objects.exists()
