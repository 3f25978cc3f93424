"""A commitment in a real browser: its text, its signature, what it is found to be, its breach and its repair."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from quanxin.calendar import ZONE
from tests.accounts.people import code_of
from tests.browser.test_account import confirm, with_authenticator
from tests.browser.test_pages import WIDTHS, findings, overflow, resize
from tests.browser.town import People, Town, town_of
from tests.browser.travelling import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BROKEN = "济市监违〔2026〕1号"


@pytest.fixture(scope="module")
def town(chromium: str) -> Iterator[Town]:
    with town_of("promises", dt.datetime(2026, 5, 6, 9, tzinfo=ZONE)) as made:
        yield made


def look(page: Page, axe: str, name: str) -> None:
    shots = os.environ.get("SCREENSHOTS")
    for width in WIDTHS:
        resize(page, width)
        if shots:
            page.screenshot(path=f"{shots}/promise-{name}-{width}.png", full_page=True)
        assert findings(page, axe) == [], (name, width)
        assert overflow(page) == 0, (name, width)
    resize(page, 1440)


def offer(people: People, town: Town, matter: str) -> Page:
    """The form of an offer, filled in and sent."""
    page = people.page("decider", "/desk/commitments/offer/approval")
    page.get_by_label("承诺人的统一社会信用代码").fill(town.code)
    page.get_by_label("承诺事由").fill(matter)
    page.get_by_label("本单位统一社会信用代码").fill(town.said["authority"])
    page.get_by_label("已核对").check()
    page.get_by_role("button", name="出具承诺书").click()
    return page


def fill(page: Page, act: str, **said: str) -> None:
    """Fill in the form of an act of the desk, and do it."""
    form = page.locator(f"#act-{act}")
    form.locator("summary").click()
    for key, text in said.items():
        box = form.locator(f"[name={key}]")
        if box.evaluate("one => one.tagName") == "SELECT":
            box.select_option(text)
        else:
            box.fill(text)
    form.locator("form button.btn").last.click()
    expect(page.locator(".alert-success")).to_be_visible()


def test_a_commitment_from_its_text_to_its_breach_and_repair(browser: Browser, town: Town, axe: str) -> None:
    people = People(browser, town)
    town.at(dt.date(2026, 5, 6))
    look(people.page("", "/commitments"), axe, "01-portal")
    look(people.page("", "/commitments/approval"), axe, "02-text")
    look(people.page("", "/commitments/tax-filing"), axe, "03-drawn")
    look(people.page("decider", "/desk/commitments/offer"), axe, "04-texts")
    look(people.page("decider", "/desk/commitments/offer/approval"), axe, "05-offer")
    page = offer(people, town, "食品经营许可")
    page.wait_for_url("**/desk/cases/CN*")
    number = page.url.rsplit("/", 1)[1].partition("?")[0]
    look(page, axe, "06-offered")

    look(people.page("owner", f"/my/cases/{number}"), axe, "07-asked")
    page = people.page("owner", f"/my/commitments/{number}")
    expect(page.locator("main")).to_contain_text("还没有第二步验证")
    secret = town.run("authenticator", "owner")
    page.reload()
    digest = page.locator(".digest").first.inner_text()
    look(page, axe, "08-text-to-sign")
    page.get_by_label("六位动态口令").fill("000000")
    page.get_by_role("button", name="我已读完全文，签署").click()
    expect(page.get_by_role("alert")).to_contain_text("口令不正确")
    look(page, axe, "09-wrong-code")
    page.get_by_label("六位动态口令").fill(code_of(secret))
    page.get_by_role("button", name="我已读完全文，签署").click()
    expect(page.locator("#signed")).to_be_visible()
    assert page.locator(".digest").last.inner_text() == digest
    look(page, axe, "10-signed")
    assert town.run("no_authenticator", "owner") == 1
    english = browser.new_context(locale="en-GB", storage_state=page.context.storage_state()).new_page()
    english.goto(page.url)
    look(english, axe, "11-signed-english")
    english.context.close()

    fill(people.page("decider", f"/desk/cases/{number}"), "grant", decision_number="济市监许〔2026〕1号")
    look(people.page("owner", "/my/commitments"), axe, "12-mine")
    look(people.page("owner", f"/my/commitments/{number}"), axe, "13-in-force")
    expect(people.page("", "/commitments").locator("main")).to_contain_text("食品经营许可")

    town.at(dt.date(2026, 7, 7))  # the day of the check has passed
    page = people.page("decider", "/desk/commitments/checks")
    expect(page.locator("tr.late").first).to_be_visible()
    look(page, axe, "14-checks")
    look(people.page("decider", "/desk/commitments?overdue=1"), axe, "15-list")
    desk = f"/desk/cases/{number}"
    said = {"duty": "conditions-met", "finding": "not-met", "reason": "没有留样柜"}
    fill(people.page("decider", desk), "check", **said)
    fill(people.page("decider", desk), "order", duty="conditions-met", reason="请在期限内配齐留样柜")
    page = people.page("owner", f"/my/cases/{number}")
    look(page, axe, "16-ordered")
    page.locator("textarea[name=reason]").fill("已经订购，尚未到货。")
    page.get_by_role("button", name="说明情况").click()
    expect(page.get_by_role("status")).to_contain_text("已收到")
    town.at(dt.date(2026, 7, 29))
    found = {"document_number": BROKEN, "performance": "全部未履行", "unperformed": "没有留样柜", "pursued": "撤销许可"}
    fill(people.page("decider", desk), "find-breached", **found, reason="期满仍未配齐")
    look(people.page("owner", f"/my/cases/{number}"), axe, "17-breached")
    expect(people.page("", f"/subject/{town.code}").locator("main")).to_contain_text(BROKEN)
    look(people.page("decider", "/desk/commitments/statistics"), axe, "18-figures")

    page = offer(people, town, "药品经营许可")
    expect(page.get_by_role("alert")).to_contain_text("尚未修复")
    expect(page.get_by_role("alert")).to_contain_text("完成信用修复")
    look(page, axe, "19-excluded")

    record = people.page("owner", "/my/records").locator("article, li, tr").filter(has_text=BROKEN)
    address = str(record.locator("a[href*='/my/records/']").first.get_attribute("href"))
    form = people.page("owner", f"{address}/repair")
    form.locator("#ask_department").check()
    form.locator("#committed").check()
    form.get_by_role("button", name="提交申请").click()
    form.wait_for_url("**/my/cases/XF*")
    repair = form.url.rsplit("/", 1)[1].partition("?")[0]
    people.act("window", repair, "forward")
    people.act("decider", repair, "accept")
    people.act("decider", repair, "grant", tick=True)
    expect(people.page("", f"/subject/{town.code}").locator("main")).not_to_contain_text(BROKEN)
    offer(people, town, "药品经营许可").wait_for_url("**/desk/cases/CN*")


def test_a_passkey_signs_what_is_made_of_the_digest(browser: Browser, town: Town) -> None:
    """At a name and not at an address, which passkeys belong to."""
    people = People(browser, town)
    page = offer(people, town, "医疗器械经营许可")
    page.wait_for_url("**/desk/cases/CN*")
    number = page.url.rsplit("/", 1)[1].partition("?")[0]
    here = town.address.replace("127.0.0.1", "localhost")
    own = browser.new_context(locale="zh-CN").new_page()
    with_authenticator(own)
    own.goto(f"{here}/account/sign-in?next=/account/")
    own.get_by_label("用户名").fill("owner")
    own.get_by_label("密码", exact=True).fill(PASSWORD)
    own.get_by_role("button", name="登录", exact=True).click()
    own.get_by_role("link", name="添加通行密钥").click()
    confirm(own)
    own.get_by_label("名称（便于区分）").fill("办公电脑")
    own.get_by_role("button", name="添加").click()
    expect(own.locator("h1")).to_have_text("备用码")
    own.goto(f"{here}/my/commitments/{number}")
    own.get_by_role("button", name="用通行密钥签署").click()
    expect(own.locator("#signed")).to_be_visible()
    expect(own.locator("main")).to_contain_text("通行密钥确认")
    own.context.close()
