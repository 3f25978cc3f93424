"""Finding a subject: by code, by name, and what is said when nothing is found."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from quanxin.archive.shapes import State
from quanxin.policy.model import Text
from quanxin.subjects.search import Hit, SearchPage
from quanxin.web.views import search as page
from tests.web.stand_ins import CODE, StandInPack

NAMES = [f"济南第{n}泉眼有限公司" for n in range(1, 51)]

ENDED = State("注销", Text(zh="注销", en="deregistered"), dt.date(2025, 1, 2), "ended")


@pytest.fixture(autouse=True)
def register(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A register of fifty enterprises; returns the list of names that were searched for."""
    asked: list[str] = []

    def search_names(text: str, *, limit: int = 20, offset: int = 0) -> SearchPage:
        asked.append(text)
        found = [
            Hit(n, CODE if n == 0 else f"code-{n}", name, "济南旧名厂" if n == 1 else None, "enterprise", "370102")
            for n, name in enumerate(NAMES)
            if text in name or (n == 1 and text in "济南旧名厂")
        ][offset : offset + limit + 1]
        return SearchPage(offset + len(found), len(found) <= limit, tuple(found[:limit]))

    monkeypatch.setattr(page, "search_names", search_names)
    monkeypatch.setattr(page, "find", lambda code: SimpleNamespace(code=CODE) if code.upper() == CODE else None)
    monkeypatch.setattr(page, "current_pack", StandInPack)
    monkeypatch.setattr(page, "states_of", lambda _subjects, _viewer: {2: ENDED})
    return asked


def get(query: dict[str, str], path: str = "/search") -> Any:
    return Client(headers={"accept-language": "zh-CN"}).get(path, query)


@pytest.mark.parametrize("code", [CODE, CODE.lower(), f"  {CODE} "])
def test_a_known_code_leads_straight_to_its_subject(code: str) -> None:
    answer = get({"q": code})
    assert (answer.status_code, answer["Location"]) == (302, f"/subject/{CODE}")


def test_an_unknown_code_is_explained() -> None:
    text = get({"q": "91370100MA00000000"}).content.decode()
    assert "没有找到" in text
    assert "18 位" in text


def test_hits_show_name_code_type_and_division_with_the_query_marked() -> None:
    text = get({"q": "第3泉"}).content.decode()
    assert "济南<mark>第3泉</mark>眼有限公司" in text
    for wanted in ("code-2", "企业", "历下区", "共 1 个主体", "注销", "自 2025年1月2日"):
        assert wanted in text


def test_a_hit_by_a_former_name_shows_that_name() -> None:
    text = get({"q": "旧名"}).content.decode()
    assert "济南第2泉眼有限公司" in text
    assert "曾用名 济南<mark>旧名</mark>厂" in text


def test_all_pages_together_show_every_hit_once() -> None:
    shown: list[str] = []
    address: str | None = "/search?q=济南"
    while address:
        text = Client().get(address).content.decode()
        shown += re.findall(r'<h2><a href="/subject/([^"]+)"', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = f"/search{following[1]}".replace("&amp;", "&") if following else None
    assert len(shown) == len(set(shown)) == len(NAMES)


def test_a_page_beyond_the_end_leads_back_to_the_first() -> None:
    answer = get({"q": "济南", "page": "9"})
    assert answer.status_code == 302
    assert "page" not in answer["Location"]


def test_one_character_is_not_searched_for_and_the_page_says_why(register: list[str]) -> None:
    assert "请至少输入两个字" in get({"q": "泉"}).content.decode()
    assert register == []


def test_an_empty_query_explains_what_can_be_asked(register: list[str]) -> None:
    assert "任意两个字" in get({}).content.decode()
    assert register == []


def test_nothing_found_gives_advice_and_repeats_the_words_safely() -> None:
    text = get({"q": "<i>无</i>"}).content.decode()
    assert "可以试试" in text
    assert "&lt;i&gt;无&lt;/i&gt;" in text
    assert "<i>无" not in text


def test_results_are_not_for_search_engines() -> None:
    assert '<meta name="robots" content="noindex">' in get({"q": "济南"}).content.decode()


def test_suggestions_are_a_fragment_of_a_few_links() -> None:
    text = get({"q": "济南"}, "/search/suggestions").content.decode()
    assert len(re.findall('<a href="/subject/', text)) == page.SUGGESTIONS
    assert "<html" not in text


def test_no_suggestions_are_an_empty_fragment() -> None:
    assert get({"q": "并无"}, "/search/suggestions").content.decode().strip() == ""
