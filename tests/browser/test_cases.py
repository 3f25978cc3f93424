"""Cases in a real browser: forwarded, granted, corrected by the pages; every page sound at every width."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site, command, everybody_has_chosen
from tests.browser.test_pages import WIDTHS, findings, overflow, resize

pytestmark = [pytest.mark.browser]
PASSWORD = "七泉映月-Spring-72"
ROOT = Path(__file__).parents[2]
PEOPLE = {
    "wang": [["window"]],
    "decider": [["decider", "--provider", "market-regulation"]],
    "reviewer": [["reviewer"], ["centre"]],
    "auditor": [["auditor"]],
    "boss": [["supervisor"], ["personnel"]],
}


def environment(site: Site) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUANXIN_")}
    return kept | {"QUANXIN_DATA_DIR": str(site.data), "QUANXIN_PASSWORD": PASSWORD}


@pytest.fixture(scope="module")
def cases(site: Site, browser: Browser) -> dict[str, str]:
    """The numbers of cases of the site's subject, and the people who handle them."""
    for name, roles in PEOPLE.items():
        for role in roles:
            command(environment(site), "account", "add", name, "--role", *role)
    everybody_has_chosen(environment(site))
    page = browser.new_page(locale="zh-CN")
    page.goto(site.url("/subject/{code}"))
    subject = page.locator("#subject-name").inner_text()
    page.context.close()
    made = command(environment(site), "-m", "tests.browser.filing", site.code, subject)
    numbers: dict[str, str] = json.loads(made.strip().splitlines()[-1])
    return numbers


@pytest.fixture
def person(browser: Browser, site: Site, cases: dict[str, str]) -> Iterator[Callable[..., Page]]:
    """Sign somebody in and open a page; whatever the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(name: str, path: str, locale: str = "zh-CN") -> Page:
        context = browser.new_context(locale=locale, viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        page.goto(site.url(f"/desk/sign-in?next={quote(path)}"))
        page.locator("input[name=login]").fill(name)
        page.locator("input[name=password]").first.fill(PASSWORD)
        page.locator("main button[type=submit], main form button").first.click()
        page.wait_for_url(f"**{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def look(page: Page, axe: str, name: str) -> None:
    """The page is sound at every width; where SCREENSHOTS names a folder, a picture of each is kept there."""
    shots = os.environ.get("SCREENSHOTS")
    for width in WIDTHS:
        resize(page, width)
        if shots:
            page.screenshot(path=f"{shots}/{name}-{width}.png", full_page=True)
        assert findings(page, axe) == [], (name, width)
        assert overflow(page) == 0, (name, width)
    resize(page, 1440)


def test_the_window_forwards_several_at_once(person: Callable[..., Page], axe: str, cases: dict[str, str]) -> None:
    page = person("wang", "/desk/cases")
    look(page, axe, "queue-window")
    page.get_by_role("button", name="转办所选").click()
    expect(page.get_by_role("status")).to_have_text("已转办 1 件。")
    expect(page.locator("main")).to_contain_text("没有等您办理的办件")


def test_a_repair_is_granted_and_its_document_is_there(
    person: Callable[..., Page], axe: str, cases: dict[str, str]
) -> None:
    page = person("decider", "/desk/cases")
    look(page, axe, "queue-decider")
    page.get_by_role("link", name=cases["accepted"]).click()
    look(page, axe, "case-accepted")
    page.locator("#act-grant summary").click()
    look(page, axe, "case-granting")
    page.get_by_role("button", name="确认：准予修复").click()  # the box must be ticked: the browser says so
    expect(page.get_by_role("status")).to_have_count(0)
    page.get_by_label("已核实义务全部履行").check()
    page.get_by_role("button", name="确认：准予修复").click()
    expect(page.get_by_role("status")).to_have_text("准予修复：已办理。")
    with page.expect_response(lambda answer: "decision.pdf" in answer.url) as answered:
        page.evaluate("fetch(document.querySelector('a[href$=\"decision.pdf\"]').href)")
    assert answered.value.headers["content-type"] == "application/pdf"


def test_an_objection_is_upheld_by_correcting(person: Callable[..., Page], axe: str, cases: dict[str, str]) -> None:
    page = person("decider", f"/desk/cases/{cases['objection']}")
    page.locator("#act-correct summary").click()
    look(page, axe, "case-correcting")
    page.locator("#i-fine").fill("约三千")
    page.locator("#correct-reason").fill("金额录入有误")
    page.get_by_role("button", name="确认：更正记录").click()
    expect(page.get_by_role("alert")).to_contain_text("未通过校验")
    expect(page.locator("#i-fine")).to_have_attribute("aria-invalid", "true")
    look(page, axe, "case-correction-refused")
    page.locator("#i-fine").fill("0.3")
    page.get_by_role("button", name="确认：更正记录").click()
    expect(page.get_by_role("status")).to_have_text("更正记录：已办理。")
    expect(page.locator("ins")).to_contain_text(["0.3 万元"])
    look(page, axe, "case-corrected")


def test_a_case_is_worked_by_the_keyboard_alone(person: Callable[..., Page], cases: dict[str, str]) -> None:
    page = person("decider", f"/desk/cases/{cases['filed']}")
    summary = page.locator("#act-ask summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("请提供缴款凭证原件。")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("要求补充材料：已办理。")
    expect(page.locator(".state")).to_contain_text("期限暂停")


@pytest.mark.parametrize(("name", "path", "shot"), [
    ("reviewer", "/desk/cases?all=1", "queue-all"), ("reviewer", "/desk/consumers", "consumers"),
    ("reviewer", "/desk/begin/shield", "shields"), ("decider", "/desk/notices", "notices"), ("decider", "/desk/", "home"),
    ("auditor", "/desk/audit", "audit"), ("auditor", "/desk/accesses", "accesses"), ("boss", "/desk/reading", "reading"),
])  # fmt: skip
def test_the_pages_are_sound_at_every_width(
    person: Callable[..., Page], axe: str, name: str, path: str, shot: str
) -> None:
    look(person(name, path), axe, shot)


def test_the_granted_case_and_english_are_sound(person: Callable[..., Page], axe: str, cases: dict[str, str]) -> None:
    look(person("reviewer", f"/desk/cases/{cases['granted']}"), axe, "case-granted")
    look(person("decider", f"/desk/cases/{cases['filed']}", locale="en-GB"), axe, "case-english")


def test_a_supervisor_reads_for_a_purpose(person: Callable[..., Page], axe: str, site: Site) -> None:
    page = person("boss", "/desk/reading")
    page.locator("#purpose-supervisor").select_option("supervision")
    page.locator("#code-supervisor").fill(site.code)
    page.locator("main form").first.get_by_role("button").click()
    expect(page.locator("h1")).not_to_have_text("查询档案")
    assert site.code not in page.url
    look(page, axe, "archive")


def test_what_falls_due_is_shown_subscribed_to_and_counted(
    person: Callable[..., Page], axe: str, cases: dict[str, str]
) -> None:
    page = person("decider", "/desk/agenda")
    page.get_by_role("button", name="签发日历地址").click()
    address = page.locator("code.address").inner_text()
    calendar = (
        page.url.partition("/desk/")[0] + urlsplit(address.strip()).path
    )  # the site of the tests is at a port of its own
    assert "BEGIN:VCALENDAR" in page.context.request.get(calendar).text()
    look(page, axe, "agenda")
    page.goto(page.url.replace("/desk/agenda", "/desk/statistics"))
    expect(page.locator("main")).to_contain_text("各状态停留的天数")
    look(page, axe, "statistics")
