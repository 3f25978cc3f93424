"""A subject's score at the desk: for the centre, for a purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.archive.models import Access
from quanxin.evaluation import one, present, runs
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


def test_nothing_is_read_before_a_purpose_is_given() -> None:
    client = signed_in(Role.CENTRE)
    for path in (PATH, PATH + "?purpose=%20"):
        assert 'class="score-now"' not in client.get(path).content.decode()
    assert not Access.objects.exists()
    assert 'class="score-now"' in client.get(PATH, {"purpose": "核对授信材料"}).content.decode()
    assert Access.objects.get().purpose == "核对授信材料"


def test_other_roles_see_no_score() -> None:
    for role in set(Role) - {Role.CENTRE}:
        assert signed_in(role, name=f"a-{role}").get(PATH, {"purpose": "看看"}).status_code == 403
    assert not Access.objects.exists()


def test_the_page_says_whether_the_city_was_evaluated() -> None:
    client = signed_in(Role.CENTRE)
    assert "尚未参加过全市评价" in client.get(PATH, {"purpose": "核对"}).content.decode()
    runs.evaluate(operator(), [MODEL])
    shown = client.get(PATH, {"purpose": "核对"}).content.decode()
    assert "尚未参加过全市评价" not in shown
    assert present.explained(one.explain(company(0), centre(), MODEL))["score"] in shown


def test_the_page_is_in_english_too() -> None:
    shown = signed_in(Role.CENTRE).get(PATH, {"purpose": "check"}, headers={"accept-language": "en"}).content.decode()
    assert "How the score came about" in shown


def test_a_sole_trader_and_a_type_without_a_model_have_none() -> None:
    client = signed_in(Role.CENTRE)
    for kind, words in (("sole-trader", "不评分、不定级、不排名"), ("law-firm", "没有适用于这一主体类型")):
        Subject.objects.filter(code=CODES[0]).update(type=kind)
        shown = client.get(PATH, {"purpose": "核对"}).content.decode()
        assert words in shown
        assert 'class="score-now"' not in shown
    Subject.objects.filter(code=CODES[0]).update(natural=True)
    assert client.get(PATH, {"purpose": "核对"}).status_code == 404


def test_a_subject_is_found_by_code_or_name_and_no_score_is_shown_on_the_way() -> None:
    client = signed_in(Role.CENTRE)
    assert client.get("/desk/scores", {"q": CODES[0]}).headers["Location"] == PATH
    found = client.get("/desk/scores", {"q": "样例"}).content.decode()
    assert PATH in found
    assert "score-now" not in found
    assert "没有找到主体" in client.get("/desk/scores", {"q": "并无此名"}).content.decode()
    assert not Access.objects.exists()
