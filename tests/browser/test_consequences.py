"""What follows, in a real browser: a listing with its hearing, a restraint, a check that finds it, a repair, and everywhere it is
clear; lists to be checked that are refused in words."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from quanxin.calendar import ZONE
from quanxin.checks.errors import WORDINGS
from quanxin.demo.city import code_of
from quanxin.intake.errors import IntakeError
from tests.browser.test_pages import WIDTHS, findings, overflow, resize
from tests.browser.town import People, Town, town_of
from tests.checks.test_lists import FAULTS, as_csv
from tests.city import CODES, NAMES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ITEM, ENDING = "procurement-qualification", "fiscal-project-funds"
LAST = dt.date(2027, 8, 31)  # the last day of the item that ends
SAID = {**IntakeError.wordings, **WORDINGS}


@pytest.fixture(scope="module")
def town(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    rules = ending(tmp_path_factory.mktemp("rules") / "ending")
    with town_of("consequences", dt.datetime(2026, 5, 6, 9, tzinfo=ZONE), QUANXIN_PACK=str(rules)) as made:
        yield made


def ending(folder: Path) -> Path:
    """The rules as they are, but for an item of finance that ends."""
    (folder / "check-items").mkdir(parents=True)
    head = 'name: ending\ntitle: {zh: 样例规则, en: sample rules}\nregion: "370100"\nextends: jinan\n'
    (folder / "pack.yaml").write_text(head, encoding="utf-8")
    item = Path(__file__).parents[2] / "packs" / "shandong" / "check-items" / f"{ENDING}.yaml"
    said, ends = item.read_text(encoding="utf-8"), f", until: {LAST}}}"
    assert said.count("in_force: {from: 2020-10-01}") == 1
    changed = said.replace("in_force: {from: 2020-10-01}", "in_force: {from: 2020-10-01" + ends)
    (folder / "check-items" / item.name).write_text(changed, encoding="utf-8")
    return folder


def look(page: Page, axe: str, name: str) -> None:
    shots = os.environ.get("SCREENSHOTS")
    for width in WIDTHS:
        resize(page, width)
        if shots:
            page.screenshot(path=f"{shots}/consequence-{name}-{width}.png", full_page=True)
        assert findings(page, axe) == [], (name, width)
        assert overflow(page) == 0, (name, width)
    resize(page, 1440)


def fill(page: Page, act: str, **said: str) -> None:
    """Fill in the form of an act of the desk, and do it."""
    form = page.locator(f"#act-{act}")
    form.locator("summary").click()
    for key, text in said.items():
        form.locator(f"[name={key}]").fill(text)
    form.locator("form button.btn").last.click()
    expect(page.locator(".alert-success")).to_be_visible()


def answer(people: People, number: str, text: str) -> None:
    page = people.page("owner", f"/my/cases/{number}")
    page.locator("textarea[name=reason]").fill(text)
    page.get_by_role("button", name="陈述、申辩").click()
    expect(page.get_by_role("status")).to_be_visible()


def begun(page: Page) -> str:
    page.wait_for_url("**/desk/cases/**")
    return page.url.rsplit("/", 1)[1].partition("?")[0]


def listed(people: People, town: Town, axe: str) -> None:
    """The company is proposed for the list, told, heard and listed."""
    town.at(dt.date(2026, 5, 6))
    page = people.page("finance", "/desk/begin/list-entry")
    page.locator("#whose").fill(town.code)
    page.get_by_role("button", name="查找主体").click()
    page.locator("[name=list]").select_option("procurement-severe")
    page.locator("[name=facts]").fill("提供虚假材料谋取中标。")
    page.locator("[name=legal_basis]").fill("政府采购法第七十七条")
    look(page, axe, "01-proposal")
    page.get_by_role("button", name="确认").click()
    number = begun(page)
    fill(page, "tell", reason="事实、理由和依据")
    answer(people, number, "请从轻。")
    town.at(dt.date(2026, 5, 18))
    said = {"document_number": "济财采〔2026〕1号", "decision_date": "2026-05-18", "authority_name": "济南市财政局"}
    fill(people.page("finance", f"/desk/cases/{number}"), "enter", reason="意见不成立", **said)
    look(people.page("", "/lists/procurement-severe"), axe, "02-public-list")
    expect(people.page("", "/lists/procurement-severe").locator("main")).to_contain_text(NAMES[0])


def restrained(people: People, town: Town, axe: str) -> str:
    """The department finds what it must apply, proposes it, tells, hears and applies."""
    town.run("jobs")
    page = people.page("finance", "/desk/measures/due")
    look(page, axe, "03-due")
    row = page.locator("tr", has_text="禁止参加政府采购活动")
    row.get_by_role("button", name="提出").click()
    look(page, axe, "04-propose")
    page.locator("#facts").fill("列入政府采购严重违法失信行为记录名单。")
    page.locator("main form button.btn-primary").click()
    number = begun(page)
    fill(page, "tell", reason="政府采购法第七十七条")
    answer(people, number, "没有意见。")
    fill(people.page("finance", f"/desk/cases/{number}"), "apply", reason="依法实施")
    look(people.page("owner", "/my/measures"), axe, "05-mine")
    look(people.page("finance", "/desk/measures/board"), axe, "06-board")
    return number


def checked(people: People, code: str) -> Page:
    """The result of a check of one."""
    page = filled_in(people, code, ITEM)
    page.locator("section", has=page.locator("#of-one")).locator("button.btn-primary").click()
    return page


def filled_in(people: People, code: str, item: str) -> Page:
    """The form of a check of one, not yet sent."""
    page = people.page("finance", f"/desk/checks/begin?item={item}")
    form = page.locator("section", has=page.locator("#of-one"))
    form.locator("[name=item]").select_option(item)
    form.locator("[name=case_ref]").fill("JN-2026-1")
    form.locator("[name=words]").fill("办公设备采购")
    form.locator("[name=code]").fill(code)
    return page


def expired(people: People, town: Town, axe: str) -> None:
    """A form that was filled in on an item's last day and sent on the next is refused in words; the item is offered no more."""
    town.at(LAST, 23, 50)
    page = filled_in(people, town.code, ENDING)
    town.at(LAST + dt.timedelta(days=1), 0, 5)
    page.locator("section", has=page.locator("#of-one")).locator("button.btn-primary").click()
    expect(page.locator("[role=alert]")).to_contain_text("不再施行，不能据此核查")
    expect(page.locator("#one-case_ref")).to_have_value("JN-2026-1")
    look(page, axe, "12-expired")
    new = people.page("finance", "/desk/checks/begin")
    expect(new.locator("#one-item")).not_to_contain_text("财政性资金项目申报核查")


def handed_in(people: People, name: str, content: bytes) -> Page:
    """The page of a list that was handed in."""
    page = people.page("finance", f"/desk/checks/begin?item={ITEM}")
    form = page.locator("section", has=page.locator("#of-list"))
    form.locator("[name=item]").select_option(ITEM)
    form.locator("[name=case_ref]").fill("JN-2026-2")
    form.locator("[name=words]").fill("办公设备采购")
    form.locator("[name=file]").set_input_files([{"name": name, "mimeType": "text/csv", "buffer": content}])
    form.locator("button.btn-primary").click()
    return page


def test_from_a_listing_to_its_repair(browser: Browser, town: Town, axe: str) -> None:
    people = People(browser, town)
    listed(people, town, axe)
    restrained(people, town, axe)
    page = checked(people, town.code)
    expect(page.locator("main")).to_contain_text("可以限制")
    look(page, axe, "07-restricted")
    expired(people, town, axe)
    town.at(dt.date(2027, 9, 1))
    page = people.page("owner", "/my/records?chapter=negative")
    page.locator("main a[href*='/my/records/']").first.click()
    look(page, axe, "08-record")
    page.get_by_role("link", name="申请修复").click()
    page.get_by_role("checkbox", name="请").first.check()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.locator("main form button.btn-primary").last.click()
    page.wait_for_url("**/my/cases/**")
    number = page.url.rsplit("/", 1)[1].partition("?")[0]
    people.act("window", number, "forward")
    people.act("finance", number, "accept")
    people.act("finance", number, "grant", tick=True)
    town.run("jobs")
    expect(people.page("owner", "/my/measures").locator("main")).to_contain_text("已解除")
    expect(people.page("", "/lists/procurement-severe").locator("main")).not_to_contain_text(NAMES[0])
    expect(checked(people, town.code).locator("main")).to_contain_text("未见记录")
    look(people.page("finance", "/desk/measures/applied"), axe, "09-applied")


def test_a_list_with_a_fault_is_refused_in_words_and_nothing_of_it_is_checked(
    browser: Browser, town: Town, axe: str
) -> None:
    people = People(browser, town)
    town.at(dt.date(2027, 9, 2))
    for code, content in FAULTS.items():
        whole = content.getvalue()
        page = handed_in(people, "名单.xlsx" if whole.startswith(b"PK") else "名单.csv", whole)
        town.run("jobs")
        page.reload()
        expect(page.locator("main")).to_contain_text(SAID[code].zh.partition("{")[0])
        look(page, axe, f"10-{code}")
    rows = [(CODES[1], ""), (code_of("91", "370102", 999), "某公司"), (CODES[1], "再次")]
    page = handed_in(people, "d.csv", as_csv(rows).getvalue())
    town.run("jobs")
    page.reload()
    for words in ("未见记录", "查无此主体", "重复行"):
        expect(page.locator("main")).to_contain_text(words)
    look(page, axe, "11-results")
