"""What the page of a subject shows, and what it refuses to show."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from quanxin.archive.shapes import CHAPTERS, RecordView
from quanxin.web.views import subject as page
from tests.web.stand_ins import CODE, archive, penalty


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that serves an archive of the given records and fetches the subject's page."""

    def fetch(*records: RecordView, query: str = "", language: str = "zh-hans") -> str:
        monkeypatch.setattr(page, "find", lambda code: SimpleNamespace(pk=1, code=CODE, natural=False))
        monkeypatch.setattr(page, "archive_of", lambda subject, viewer: archive(*records))
        answer = Client(headers={"accept-language": language}).get(f"/subject/{CODE}{query}")
        assert answer.status_code == 200
        return answer.content.decode()

    return fetch


def test_an_unknown_code_is_not_found_and_the_page_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "find", lambda code: None)
    answer = Client(headers={"accept-language": "zh-hans"}).get("/subject/91370100MA00000000")
    assert answer.status_code == 404
    assert 'role="search"' in answer.content.decode()


def test_a_natural_person_has_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "find", lambda code: SimpleNamespace(pk=1, code=CODE, natural=True))
    monkeypatch.setattr(page, "archive_of", lambda *_: pytest.fail("the archive of a person was read"))
    assert Client().get(f"/subject/{CODE}").status_code == 404


def test_an_old_number_or_another_spelling_leads_to_the_subjects_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "find", lambda code: SimpleNamespace(pk=1, code=CODE, natural=False))
    answer = Client().get(f"/subject/{CODE.lower()}")
    assert (answer.status_code, answer["Location"]) == (302, f"/subject/{CODE}")


def test_all_chapters_of_the_report_are_there_in_its_order_and_empty_ones_say_so(show: Any) -> None:
    text = show(penalty())
    headings = re.findall(r'<h2 id="(\w+)-title"><span class="chapter-no">(.)、', text)
    assert headings == list(zip(CHAPTERS, "一二三四五六七八九", strict=True))
    assert text.count("查询期内无相关信息") == len(CHAPTERS) - 1


def test_the_page_says_that_it_neither_scores_nor_grades(show: Any) -> None:
    assert "本页面不对信用主体进行评分或等级评定" in show()


def test_a_record_shows_its_source_basis_batch_and_last_day(show: Any) -> None:
    text = show(penalty())
    for wanted in ("济南市市场监督管理局", "《行政处罚法》第四十八条", "B-1", "2026年11月18日", "2026年3月10日 12:00"):
        assert wanted in text


def test_a_records_text_is_escaped(show: Any) -> None:
    text = show(penalty())
    assert "&lt;责令改正&gt;" in text
    assert "<责令改正>" not in text


def test_an_empty_public_item_is_a_dash(show: Any) -> None:
    assert re.search(r'<div class="blank"><dt>备注</dt><dd>— —</dd></div>', show(penalty()))


@pytest.mark.parametrize(("mark", "words"), [("disputed", "异议处理中"), ("repaired", "已修复")])
def test_marks_of_objection_and_repair_are_shown(show: Any, mark: str, words: str) -> None:
    assert words in show(penalty(marks=(mark,)))
    assert words not in show(penalty())


def test_a_record_past_its_own_period_says_so(show: Any) -> None:
    assert "已过有效期" in show(penalty(state="expired"))


def test_former_names_and_old_numbers_are_shown(show: Any) -> None:
    text = show()
    assert "济南老泉机械厂" in text
    assert "至 2016年5月2日" in text
    assert "370100200012345" in text


def test_a_long_chapter_is_paged_by_twenty_and_nothing_is_lost(show: Any) -> None:
    records = [penalty(n) for n in range(1, 46)]
    pages = [show(*records, query=f"?chapter=administrative&page={n}") for n in (1, 2, 3)]
    found = [re.findall(r'id="record-(\d+)"', text) for text in pages]
    assert [len(one) for one in found] == [20, 20, 5]
    assert [int(n) for one in found for n in one] == list(range(1, 46))


def test_a_page_number_counts_for_its_own_chapter_only(show: Any) -> None:
    records = [penalty(n) for n in range(1, 46)]
    assert 'id="record-1"' in show(*records, query="?chapter=honours&page=2")


def test_the_printable_version_holds_every_record_unfolded(show: Any) -> None:
    text = show(*(penalty(n) for n in range(1, 46)), query="?print=1")
    assert text.count("<details open>") == 45


def test_the_timeline_is_a_list_newest_first_with_machine_readable_days(show: Any) -> None:
    first, second = penalty(1, event_date=dt.date(2020, 1, 2)), penalty(2, event_date=dt.date(2024, 3, 4))
    timeline = show(first, second).partition('<ol class="timeline">')[2]
    assert re.findall(r'datetime="([\d-]+)"', timeline) == ["2024-03-04", "2020-01-02"]


def test_the_page_is_complete_in_english(show: Any) -> None:
    text = show(penalty(marks=("disputed",)), language="en")
    for wanted in (
        '<html lang="en">',
        "Under objection",
        "3.2 × 10,000 CNY",
        "18 November 2026",
        "No information in the period",
    ):
        assert wanted in text
    assert "查询期内无相关信息" not in text
