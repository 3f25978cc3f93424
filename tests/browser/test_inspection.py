"""An inspection in a real browser: begun, filled in and signed without a network, sent once when there is one again."""

from __future__ import annotations

import base64
import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from quanxin.calendar import ZONE
from tests.browser.test_pages import WIDTHS, findings, overflow, resize
from tests.browser.town import People, Town, town_of
from tests.city import CODES, NAMES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CONTROLLED = """() => new Promise((done) => {
  if (navigator.serviceWorker.controller) done();
  else navigator.serviceWorker.addEventListener("controllerchange", () => done());
})"""
SIGNED = "async () => (await store.all('drafts')).some((one) => one.signature)"
FIRST_LOAD = 150_000  # bytes of the page with all that it needs


@pytest.fixture(scope="module")
def town(chromium: str) -> Iterator[Town]:
    with town_of("visits", dt.datetime(2026, 6, 1, 9, tzinfo=ZONE)) as made:
        yield made


def look(page: Page, axe: str, name: str) -> None:
    shots = os.environ.get("SCREENSHOTS")
    for width in WIDTHS:
        resize(page, width)
        if shots:
            page.screenshot(path=f"{shots}/inspection-{name}-{width}.png", full_page=True)
        assert findings(page, axe) == [], (name, width)
        assert overflow(page) == 0, (name, width)
    resize(page, 390)


def cut(page: Page, off: bool) -> None:
    """Take the network away, or give it back."""
    page.context.set_offline(off)


def arrive(page: Page, n: int) -> None:
    """Open a task and begin it by the typed code; a wrong code is told."""
    page.get_by_role("button", name=NAMES[n]).click()
    page.get_by_label("企业的统一社会信用代码").fill(CODES[2])
    page.get_by_role("button", name="到场，开始检查").click()
    expect(page.get_by_role("alert")).to_contain_text("不是该企业的代码")
    page.get_by_label("企业的统一社会信用代码").fill(CODES[n])
    page.get_by_role("button", name="到场，开始检查").click()
    expect(page.get_by_label("结果", exact=True)).to_be_visible()


def fill(page: Page, folder: Path) -> None:
    """The form, a photo and one that is none, a signature, the result."""
    for box in page.get_by_role("group").all():
        box.get_by_label("是", exact=True).check()
    photo, none = folder / "photo.jpg", folder / "none.jpg"
    photo.write_bytes(picture(page))
    none.write_bytes(b"no photo")
    page.get_by_label("拍照或选择照片").set_input_files([photo, none])
    expect(page.get_by_role("alert")).to_contain_text("不是照片")
    expect(page.locator(".photos img")).to_have_count(1)
    page.get_by_label("签名人").fill("样例店长")
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    at = pad.bounding_box()
    assert at is not None
    page.mouse.move(at["x"] + 30, at["y"] + 40)
    page.mouse.down()
    page.mouse.move(at["x"] + 160, at["y"] + 110, steps=5)
    page.mouse.up()
    page.get_by_label("结果", exact=True).select_option(label="未发现问题")
    for _ in range(100):  # a canvas takes a while to make its picture, and the draft is kept after it
        if page.evaluate(SIGNED):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the signature is not kept")


def picture(page: Page) -> bytes:
    """A JPEG that the browser itself made, with a place beside it as a phone writes."""
    made = page.evaluate(
        "() => { const c = document.createElement('canvas'); c.width = c.height = 40;"
        " return c.toDataURL('image/jpeg').split(',')[1] }"
    )
    data = base64.b64decode(made)
    place = b"Exif\0\0GPS 36.65,117.12"
    return data[:2] + b"\xff\xe1" + (len(place) + 2).to_bytes(2) + place + data[2:]


def test_an_inspection_without_a_network_is_sent_once_and_published(
    browser: Browser, town: Town, axe: str, tmp_path: Path
) -> None:
    people = People(browser, town)
    first, second = town.said["cases"]
    page = people.page("inspector", "/desk/field/")
    resize(page, 390)
    expect(page.get_by_role("button", name=NAMES[0])).to_be_visible()
    page.evaluate(CONTROLLED)
    page.reload()
    expect(page.locator("#network")).to_have_text("在线")
    loaded = page.evaluate(
        "() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".reduce((sum, one) => sum + one.decodedBodySize, 0)"
    )
    assert 0 < loaded <= FIRST_LOAD
    look(page, axe, "01-tasks")
    colleague = people.page("colleague", "/desk/field/")
    expect(colleague.get_by_role("button", name=NAMES[1])).to_be_visible()

    cut(page, True)
    page.reload()  # there is no network, and the page is there
    expect(page.locator("#network")).to_contain_text("离线")
    arrive(page, 0)
    look(page, axe, "02-form")
    fill(page, tmp_path)
    page.reload()  # a draft outlives the page
    page.get_by_role("button", name=NAMES[0]).click()
    expect(page.get_by_label("签名人")).to_have_value("样例店长")
    page.get_by_role("button", name="提交结果").click()
    expect(page.locator("main")).to_contain_text("已保存在本机")
    look(page, axe, "03-kept")

    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/send") else None)
    cut(page, False)
    expect(page.locator("main")).to_contain_text("已提交：未发现问题")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_role("button", name="返回任务").click()
    expect(page.locator("main")).to_contain_text("已提交：未发现问题")
    assert len(sent) == 1

    # another device, with the same task from before: what it sends later is told, and changes nothing
    colleague.get_by_role("button", name=NAMES[1]).click()
    colleague.get_by_role("button", name="返回任务").click()
    assert town.run("withdraw", second) == "withdrawn"
    cut(colleague, True)
    arrive(colleague, 1)
    for box in colleague.get_by_role("group").all():
        box.get_by_label("是", exact=True).check()
    colleague.get_by_label("没有签名的").fill("现场无人")
    colleague.get_by_label("结果", exact=True).select_option(label="未发现问题")
    colleague.get_by_role("button", name="提交结果").click()
    cut(colleague, False)
    expect(colleague.locator("main")).to_contain_text("任务已撤销")
    look(colleague, axe, "04-told")

    assert page.evaluate("store.all('drafts').then((all) => all.length)") == 0
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") <= 1

    look(people.page("", "/inspections/results"), axe, "05-public")
    expect(people.page("", f"/subject/{town.code}").locator("main")).to_contain_text("食品生产经营者日常监督检查")
    look(people.page("owner", "/my/inspections"), axe, "06-mine")
    mine = people.page("owner", f"/my/inspections/{first}")
    expect(mine.locator("main")).to_contain_text("SD-370100-1")
    look(mine, axe, "07-visit")
    mine.get_by_label("5").check()
    mine.get_by_role("button", name="提交评价").click()
    expect(mine.locator("main")).to_contain_text("5 颗星")
    look(people.page("decider", "/desk/inspections"), axe, "08-desk")
    look(people.page("decider", "/desk/inspections/begin"), axe, "09-begin")
    look(people.page("decider", "/desk/inspections/board"), axe, "10-board")
