"""The whole life of a penalty in a real browser, with a clock that the test moves.

It arrives, its subject is told, asks too early, asks in time; the term runs, the department decides, and portal, score and
the subscribed consumer all show it. Then an objection that is upheld, and one that is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from quanxin.calendar import ZONE
from tests.browser.town import People, Town, town_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def town(chromium: str) -> Iterator[Town]:
    with town_of("city", dt.datetime(2026, 5, 15, 9, tzinfo=ZONE)) as made:
        yield made


def record_of(page: Page, number: str) -> str:
    """The address of a record on the owner's list, by its document number."""
    link = page.locator("article, li, tr").filter(has_text=number).locator("a[href*='/my/records/']").first
    return str(link.get_attribute("href"))


def test_a_penalty_from_its_notice_to_its_repair_everywhere(browser: Browser, town: Town) -> None:
    people = People(browser, town)
    town.at(dt.date(2026, 5, 15), 11)
    start = str(town.ask("/api/v1/changes?since=0")["next"])

    told = people.page("owner", "/my/notices")
    expect(told.get_by_text("信用修复告知书").first).to_be_visible()
    expect(told.get_by_text("2026年8月12日").first).to_be_visible()
    address = record_of(people.page("owner", "/my/records"), "济历罚〔2026〕1号")
    early = people.page("owner", f"{address}/repair")
    expect(early.get_by_text("2026年8月12日").first).to_be_visible()
    expect(early.locator("#committed")).to_have_count(0)

    town.at(dt.date(2026, 9, 1))
    before = people.score()
    form = people.page("owner", f"{address}/repair")
    form.locator("#ask_department").check()
    form.locator("#committed").check()
    form.get_by_role("button", name="提交申请").click()
    form.wait_for_url("**/my/cases/XF*")
    number = form.url.rsplit("/", 1)[1].partition("?")[0]
    people.act("window", number, "forward")
    people.act("decider", number, "accept")
    expect(people.page("owner", f"/my/cases/{number}").get_by_text("2026年9月15日").first).to_be_visible()
    assert "济历罚〔2026〕1号" in people.page("", f"/subject/{town.code}").content()

    town.at(dt.date(2026, 9, 4))
    people.act("decider", number, "grant", tick=True)
    assert "济历罚〔2026〕1号" not in people.page("", f"/subject/{town.code}").content()
    items = town.ask(f"/api/v1/changes?since={start}")
    assert [i["change"] for i in items["items"]][-1] == "repaired"  # type: ignore[index, union-attr]
    town.run("jobs")
    assert people.score() > before
    waiting = people.page("decider", f"/desk/cases/{number}")
    expect(waiting.get_by_text("尚未确认")).to_be_visible()
    town.ask("/api/v1/acknowledgements", {"timepoint": str(items["next"])})
    waiting.reload()
    expect(waiting.get_by_text("尚未确认")).to_have_count(0)
    with people.page("owner", f"/my/cases/{number}") as own, own.expect_download() as download:
        own.locator("a[href$='decision.pdf']").first.click()
    assert Path(str(download.value.path())).read_bytes().startswith(b"%PDF")


def objected(people: People, town: Town, document: str, statement: str) -> str:
    """An objection of the owner's, forwarded and taken up; its number."""
    address = record_of(people.page("owner", "/my/records"), document)
    form = people.page("owner", f"{address}/objection")
    form.locator("#statement").fill(statement)
    form.get_by_role("button", name="提交异议").click()
    form.wait_for_url("**/my/cases/YY*")
    number = form.url.rsplit("/", 1)[1].partition("?")[0]
    expect(people.page("", f"/subject/{town.code}").get_by_text("异议处理中").first).to_be_visible()
    people.act("window", number, "forward")
    people.act("decider", number, "take-up")
    return number


def test_an_objection_that_is_upheld_and_one_that_is_not(browser: Browser, town: Town) -> None:
    people = People(browser, town)
    town.at(dt.date(2026, 6, 1))
    for number in ("2", "3"):
        town.run("penalise", str(town.top / "files"), number)
    start = str(town.ask("/api/v1/changes?since=0&limit=1000")["next"])
    refused = objected(people, town, "济历罚〔2026〕2号", "没有这回事。")
    people.act("decider", refused, "dismiss", reason="现场笔录和照片在案，与决定书一致。")
    own = people.page("owner", f"/my/cases/{refused}")
    expect(own.get_by_text("现场笔录和照片在案").first).to_be_visible()
    assert "异议处理中" not in people.page("", f"/subject/{town.code}").content()

    upheld = objected(people, town, "济历罚〔2026〕3号", "罚款应为0.3万元。")
    page = people.page("decider", f"/desk/cases/{upheld}")
    form = page.locator("#act-correct")
    form.locator("summary").first.click()
    form.locator("[name='item-fine']").fill("0.3")
    form.locator("textarea[name=reason]").fill("经核实，金额录入有误。")
    form.locator("form button.btn").last.click()
    expect(page.locator(".alert-success")).to_be_visible()
    public = people.page("", f"/subject/{town.code}?print=1").content()
    assert "0.3 万元" in public
    assert "异议处理中" not in public
    expect(people.page("owner", f"/my/cases/{upheld}").get_by_text("0.3 万元").first).to_be_visible()
    items = town.ask(f"/api/v1/changes?since={start}")["items"]
    told = [(one["change"], one["version"], (one["payload"] or {}).get("fine")) for one in items]  # type: ignore[attr-defined]
    assert told == [
        ("disputed", 1, "0.500000"), ("settled", 1, "0.500000"),  # the second, which stays as it was
        ("disputed", 1, None), ("superseded", 2, "0.300000"), ("settled", 2, "0.300000"),  # the third, corrected
    ]  # fmt: skip
