"""The state of a subject: that of the latest fact that tells of one, for who may see it, on its page and in lists."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts import operator
from quanxin.archive import judgements, standing, viewers
from quanxin.archive.queries import archive_of
from quanxin.archive.shapes import State
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import find
from tests.city import CODES, hand_in, registration

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 1)


def number(n: int) -> int:
    found = find(CODES[n])
    assert found is not None
    return found.pk


def ended(n: int, state: str, day: str) -> dict[str, str | None]:
    name = registration(n)["subject_name"]
    return {"subject_name": name, "uscc": CODES[n], "state": state, "decision_date": day}


def state(n: int, **asked: object) -> State | None:
    return archive_of(number(n), viewers.PUBLIC, **asked).subject.state  # type: ignore[arg-type]


def enrol(folder: Path, *rows: dict[str, str | None]) -> None:
    hand_in(folder, "enterprise-registration", rows, name=f"register{len(list(folder.iterdir()))}.csv")


def test_the_latest_fact_of_any_resource_tells_the_state(tmp_path: Path) -> None:
    enrol(tmp_path, *(registration(n, state="存续", approval_date="2020-03-02") for n in range(3)))
    rows = [ended(0, "吊销", "2024-05-06"), ended(0, "注销", "2025-01-02"), ended(1, "吊销", "2019-01-02")]
    hand_in(tmp_path, "enterprise-deregistration", rows)
    told = {n: state(n) for n in range(3)}
    assert [(s.value, s.since, s.tone) for s in told.values() if s] == [
        ("注销", dt.date(2025, 1, 2), "warn"),
        ("存续", dt.date(2020, 3, 2), "good"),
        ("存续", dt.date(2020, 3, 2), "good"),
    ]
    assert standing.states_of([number(n) for n in range(3)], viewers.PUBLIC) == {number(n): told[n] for n in range(3)}
    then = state(0, valid_on=dt.date(2024, 12, 31))
    assert then is not None
    assert (then.value, then.since, then.tone) == ("吊销", dt.date(2024, 5, 6), "seal")


def test_a_row_that_tells_no_state_changes_none_and_a_day_of_foundation_stands_in(tmp_path: Path) -> None:
    enrol(tmp_path, registration(0), registration(1, state="歇业"))
    assert state(0) is None
    paused = state(1)
    assert paused is not None
    assert (paused.value, paused.since) == ("歇业", dt.date(2015, 6, 1))


def test_a_fact_of_a_later_day_tells_nothing_of_an_earlier_one(tmp_path: Path) -> None:
    enrol(tmp_path, registration(0, state="歇业", approval_date="2020-03-02"))
    assert state(0, valid_on=dt.date(2018, 1, 1)) is None
    assert state(0, valid_on=dt.date(2020, 3, 2)) is not None


def test_what_was_merged_into_a_subject_tells_of_it_too(tmp_path: Path) -> None:
    enrol(tmp_path, registration(0, state="存续", approval_date="2020-03-02"), registration(1))
    hand_in(tmp_path, "enterprise-deregistration", [ended(1, "注销", "2025-01-02")])
    kept, other = (Subject.objects.get(pk=number(n)) for n in (0, 1))
    judgements.merge(operator(), kept, other, reason="同一主体")
    found = standing.states_of([number(0)], viewers.PUBLIC)
    assert found[number(0)] == state(0)
    assert found[number(0)].value == "注销"


def test_the_page_and_the_search_show_state_foundation_and_address(tmp_path: Path) -> None:
    enrol(tmp_path, registration(0, state="存续", approval_date="2020-03-02", address="样例路1号"))
    hand_in(tmp_path, "enterprise-deregistration", [ended(0, "注销", "2025-01-02")])
    page = Client().get(f"/subject/{CODES[0]}").content.decode()
    for shown in ("注销", "自 2025年1月2日", "2015年6月1日", "样例路1号"):
        assert shown in page
    found = Client().get("/search?q=甲样例机械").content.decode()
    assert "自 2025年1月2日" in found
    english = Client(headers={"accept-language": "en"}).get("/search?q=甲样例机械").content.decode()
    assert "deregistered" in english
