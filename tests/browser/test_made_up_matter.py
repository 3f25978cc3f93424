"""A matter that is YAML alone, in a real browser: begun, told, answered, decided, looked at again, and public.

Every page on the way is sound at every width; where SCREENSHOTS names a folder, a picture of each is kept there.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from quanxin.calendar import ZONE
from tests.attachments.making import printed
from tests.browser.test_pages import WIDTHS, findings, overflow, resize
from tests.browser.town import ROOT, People, Town, town_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PACK = ROOT / "tests/casework/made_up"
# How much each border of a box stands out from what is around it (WCAG 2.2, 1.4.11), the least of the page.
BORDERS = """async () => {
  await Promise.allSettled(document.getAnimations().map((moving) => moving.finished));
  const parts = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((c) => c / 255).map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const around = (node) => {
    for (let one = node.parentElement; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor, alpha = parts(colour)[3];
      if (alpha === undefined || alpha > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const boxes = [...document.querySelectorAll("main .form-control, main .form-select, main .form-check-input:not(:checked)")];
  return Math.min(...boxes.map((box) => {
    const [a, b] = [light(getComputedStyle(box).borderTopColor), light(around(box))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  }));
}"""


@pytest.fixture(scope="module")
def town(chromium: str) -> Iterator[Town]:
    with town_of("matter", dt.datetime(2026, 5, 6, 9, tzinfo=ZONE), QUANXIN_PACK=str(PACK)) as made:
        yield made


def look(page: Page, axe: str, name: str) -> None:
    shots = os.environ.get("SCREENSHOTS")
    for width in WIDTHS:
        resize(page, width)
        if shots:
            page.screenshot(path=f"{shots}/matter-{name}-{width}.png", full_page=True)
        assert findings(page, axe) == [], (name, width)
        assert overflow(page) == 0, (name, width)
    resize(page, 1440)


def begun(people: People, town: Town, axe: str) -> str:
    """The department registers the duty; the number of its case."""
    page = people.page("decider", "/desk/cases")
    page.get_by_role("link", name="新建办件").click()
    look(page, axe, "01-begin")
    page.get_by_role("link", name="养护责任履行").click()
    page.get_by_label("统一社会信用代码").fill(town.code)
    page.get_by_role("button", name="查找主体").click()
    page.get_by_role("button", name="确认：登记").click()
    expect(page.get_by_role("alert")).to_contain_text("请选择：哪一条记录")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("哪一条记录")).to_be_focused()
    look(page, axe, "02-begin-refused")
    page.get_by_label("哪一条记录").select_option(index=1)
    page.get_by_role("button", name="确认：登记").click()
    expect(page.get_by_role("status")).to_contain_text("登记：已办理。")
    look(page, axe, "03-registered")
    return page.url.rsplit("/", 1)[1].partition("?")[0]


def test_a_matter_of_yaml_from_its_beginning_to_the_public_page(browser: Browser, town: Town, axe: str) -> None:
    people = People(browser, town)
    town.at(dt.date(2026, 5, 6))
    number = begun(people, town, axe)
    own, desk = f"/my/cases/{number}", f"/desk/cases/{number}"
    look(people.page("owner", own), axe, "04-in-force")

    town.at(dt.date(2026, 6, 30), 18)  # nobody looked, and the day has come
    town.at(dt.date(2026, 7, 2))
    told = people.page("owner", "/my/notices")
    expect(told.get_by_text("养护责任逾期").first).to_be_visible()
    look(people.page("owner", "/my/"), axe, "05-asked")
    page = people.page("owner", own)
    expect(page.locator("#asked")).to_be_visible()
    look(page, axe, "06-overdue")
    page.get_by_label("为什么没有按期履行").fill(" ")
    page.get_by_role("button", name="说明情况").click()
    expect(page.get_by_role("alert")).to_contain_text("请写明理由")
    look(page, axe, "07-answer-refused")
    page.get_by_label("为什么没有按期履行").fill("连日暴雨，无法施工。")
    page.get_by_role("button", name="说明情况").click()
    expect(page.get_by_role("status")).to_contain_text("说明情况：已收到")
    look(page, axe, "08-answered")

    queue = people.page("reviewer", "/desk/cases")
    expect(queue.locator("main")).to_contain_text(number)
    look(queue, axe, "09-queue")
    page = people.page("reviewer", desk)
    page.locator("#act-find-breached summary").click()
    page.get_by_label("理由").fill("暴雨之前已有一个月。")
    page.get_by_role("button", name="确认：认定违约").click()
    expect(page.get_by_role("status")).to_have_text("认定违约：已办理。")
    look(page, axe, "10-breached")
    page.get_by_role("link", name="案卷（可打印）").click()
    look(page, axe, "11-file")
    page.emulate_media(media="print")
    expect(page.locator(".main-nav")).to_be_hidden()

    page = people.page("owner", own)
    expect(page.locator("#again")).to_be_visible()
    look(page, axe, "12-decided")
    page.get_by_label("理由").fill("暴雨从五月就开始了。")
    page.get_by_role("button", name="申请复核").click()
    page.wait_for_url("**/my/cases/YF*")
    again = page.url.rsplit("/", 1)[1]
    look(page, axe, "13-second-look")
    expect(people.page("reviewer", f"/desk/cases/{again}").locator("#act-uphold")).to_have_count(0)
    page = people.page("second", f"/desk/cases/{again}")
    page.locator("#act-uphold summary").click()
    page.get_by_label("理由").fill("降雨记录从六月开始。")
    page.get_by_role("button", name="确认：维持原认定").click()
    expect(page.get_by_role("status")).to_have_text("维持原认定：已办理。")
    look(people.page("owner", f"/my/cases/{again}"), axe, "14-upheld")

    public = people.page("", f"/subject/{town.code}")
    expect(public.locator("main")).to_contain_text("养护责任")
    expect(public.locator("main")).to_contain_text("违约")
    look(public, axe, "15-public")


def test_a_party_begins_a_matter_by_its_form_and_takes_it_back(
    browser: Browser, town: Town, axe: str, tmp_path: Path
) -> None:
    people = People(browser, town)
    town.at(dt.date(2026, 7, 6))
    page = people.page("owner", "/my/begin")
    look(page, axe, "20-begin")
    page.get_by_role("link", name="申请指导").click()
    look(page, axe, "21-form")
    assert page.evaluate(BORDERS) >= 3
    page.get_by_label("路段长度（公里）").fill("很长")
    page.get_by_role("button", name="申请指导").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(4)
    expect(page.get_by_label("路段长度（公里）")).to_have_value("很长")
    assert page.evaluate(BORDERS) >= 3
    look(page, axe, "22-form-refused")
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(BORDERS) >= 3
    look(page, axe, "23-form-refused-dark")
    page.emulate_media(color_scheme="light")
    page.get_by_label("希望哪一天来").fill("2026-07-20")
    page.get_by_label("地点").fill("经十路与舜耕路路口")
    page.get_by_label("路段长度（公里）").fill("1.5")
    page.get_by_label("有安全隐患").check()
    page.get_by_label("要解决什么问题").fill("树根拱起路面。")
    photo = tmp_path / "现场照片.pdf"
    photo.write_bytes(printed())
    page.get_by_label("上传材料").set_input_files(photo)
    page.get_by_role("button", name="先上传，再继续填写").click()
    expect(page.locator(".papers")).to_contain_text("现场照片.pdf")
    expect(page.get_by_label("地点")).to_have_value("经十路与舜耕路路口")
    look(page, axe, "24-form-filled")
    page.get_by_role("button", name="申请指导").click()
    page.wait_for_url("**/my/cases/YZ*")
    expect(page.get_by_role("status")).to_contain_text("申请指导：已收到")
    look(page, axe, "25-begun")
    english = browser.new_context(locale="en-GB", storage_state=page.context.storage_state()).new_page()
    english.goto(page.url)
    look(english, axe, "26-begun-english")
    english.goto(f"{town.address}/my/begin")
    english.context.close()
    page.get_by_role("link", name="撤回").click()
    look(page, axe, "27-check")
    page.get_by_role("button", name="确认撤回").click()
    expect(page.locator(".page-head")).to_contain_text("已撤回")
    look(page, axe, "28-taken-back")
