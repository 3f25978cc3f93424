"""From the yearly plan to what everybody can verify, in a real browser: a draw is fixed, made, inspected without a network and
published; what is bad is refused in words, and nothing is done twice."""

from __future__ import annotations

import base64
import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from quanxin.calendar import ZONE
from tests.browser.test_draws import judged
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
WRONG: list[tuple[str, int, list[str], int]] = []  # what pages had against them: all of it is said at the end
FIXED, DRAWN_ON = dt.date(2026, 3, 2), dt.date(2026, 3, 5)
NUMBERS = (("ssq", "2026-03-03", "33 1 2 3 4 5 / 16"), ("dlt", "2026-03-04", "1 2 3 4 35 / 11 12"))


@pytest.fixture(scope="module")
def town(chromium: str) -> Iterator[Town]:
    with town_of("supervised", dt.datetime.combine(FIXED, dt.time(9), ZONE)) as made:
        yield made


def look(page: Page, axe: str, name: str) -> None:
    shots = os.environ.get("SCREENSHOTS")
    for width in WIDTHS:
        resize(page, width)
        if shots:
            page.screenshot(path=f"{shots}/inspection-{name}-{width}.png", full_page=True)
        if (found := findings(page, axe)) or overflow(page):
            WRONG.append((name, width, found, overflow(page)))
    resize(page, 390)


def put(box: Locator, value: str) -> None:
    """Fill an item in as it is filled in."""
    kind = box.evaluate("one => one.type")
    if kind == "checkbox":
        box.check()
    elif kind == "select-one":
        box.select_option(value)
    else:
        box.fill(value)


def do(people: People, name: str, number: str, key: str, **sent: str) -> Page:
    """An act of the desk on a case, with what its form asks for."""
    page = people.page(name, f"/desk/cases/{number}")
    fold = page.locator(f"#act-{key}")
    page.locator(f"#act-{key}, form[action$='/{key}']").first.wait_for()
    if fold.count():
        fold.locator("summary").click()
        for item, value in sent.items():
            put(fold.locator(f"[name={item}]"), value)
        fold.locator("form button.btn").last.click()
    else:
        page.locator(f"form[action$='/{key}'] button").click()
    return page


def done(people: People, name: str, number: str, key: str, **sent: str) -> Page:
    page = do(people, name, number, key, **sent)
    expect(page.locator(".alert-success")).to_be_visible()
    return page


def number_of(page: Page) -> str:
    page.wait_for_url("**/desk/cases/*")
    return page.url.split("/cases/")[1].partition("?")[0]


def cut(page: Page, off: bool) -> None:
    """Take the network away, or give it back."""
    page.context.set_offline(off)


def planned(people: People, axe: str) -> str:
    """The plan of the year with one line, published; its number."""
    clerk = people.page("clerk", "/desk/inspectors/add")
    for item, value in {"name": "检查员九", "card": "SD-370100-9", "card_until": "2026-01-31"}.items():
        put(clerk.locator(f"[name={item}]"), value)
    clerk.get_by_role("button", name="保存").click()
    expect(clerk.locator(".error-summary")).to_contain_text("到期")  # nobody without a card that is valid

    clerk = people.page("clerk", "/desk/begin/inspection-plan")
    clerk.get_by_label("统一社会信用代码").fill(people.town.said["authority"])
    clerk.get_by_role("button", name="查找主体").click()
    clerk.get_by_label("年度").fill("2026")
    clerk.get_by_role("button", name="确认").click()
    number = number_of(clerk)
    clerk = people.page("clerk", f"/desk/plans/{number}")
    clerk.get_by_label("检查事项").select_option(label="产品质量监督抽查")
    clerk.get_by_role("button", name="下一步").click()
    put(clerk.locator("[name=ratio-none]"), "五成")
    clerk.get_by_role("button", name="添加").click()
    expect(clerk.locator(".error-summary")).to_contain_text("0 到 100")
    put(clerk.locator("[name=ratio-none]"), "50")
    look(clerk, axe, "01-line")
    clerk.get_by_role("button", name="添加").click()
    expect(clerk.locator("table")).to_contain_text("50%")
    done(people, "clerk", number, "submit")
    done(people, "leader", number, "approve")
    done(people, "clerk", number, "publish")
    return number


def drawn(people: People, town: Town, axe: str, plan: str) -> str:
    """A draw of the plan's line, from the frozen frame to what was drawn; its number."""
    clerk = people.page("clerk", f"/desk/cases/{plan}")
    clerk.get_by_role("button", name=re.compile("抽取项目")).click()
    clerk.get_by_role("button", name="确认").click()  # the line is chosen already
    number = number_of(clerk)
    frozen = done(people, "clerk", number, "freeze")
    expect(frozen.locator("section", has=frozen.locator("#left-out"))).to_contain_text(NAMES[2])  # it is closed
    second = people.page("reviewer", f"/desk/cases/{number}")
    second.locator("#act-second-commit summary").click()
    second.get_by_role("button", name="生成一个秘密").click()
    secret = str(second.get_by_role("link", name="保存秘密").get_attribute("href")).partition(",")[2]
    put(second.locator("#act-second-commit [name=party]"), "信用中心")
    second.get_by_role("button", name="确认").click()
    expect(second.locator(".alert-success")).to_be_visible()
    sources = {"source": "ssq", "drawn_on": "2026-03-03", "other_source": "dlt", "other_on": "2026-03-04"}
    done(people, "clerk", number, "commit", **sources)

    town.at(DRAWN_ON)
    wrong = do(people, "clerk", number, "enter-randomness", source="ssq", drawn_on="2026-03-04", numbers=NUMBERS[0][2])
    expect(wrong.locator(".error-summary")).to_contain_text("不能用")
    typing = wrong.locator("#act-enter-randomness")
    expect(typing.get_by_role("status")).to_be_empty()
    put(typing.locator("[name=drawn_on]"), "2026-03-03")
    put(typing.locator("[name=numbers]"), "33 1 2 3 4 4 / 16")
    expect(typing.get_by_role("status")).to_contain_text("不是")  # said before anything is sent
    for source, on, numbers in NUMBERS:
        done(people, "clerk", number, "enter-randomness", source=source, drawn_on=on, numbers=numbers)
    done(people, "other", number, "confirm-randomness", compared="1")
    done(people, "reviewer", number, "reveal", secret=secret)
    made = done(people, "clerk", number, "draw")
    look(made, axe, "02-drawn")
    told = people.page("", f"/inspections/draws/{number}")
    expect(told.get_by_role("link", name="selected.csv")).to_have_count(0)
    look(told, axe, "03-promised")
    done(people, "clerk", number, "assign", from_day="2026-03-05", to_day="2026-03-31")
    return number


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
    for _ in range(600):  # a canvas takes a while to make its picture, and the draft is kept after it
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


def looked_at_again(page: Page, axe: str, n: int) -> None:
    """A correction is ordered, and the same page says that it was made."""
    page.reload()
    arrive(page, n)
    for box in page.get_by_role("group").all():
        box.get_by_label("是", exact=True).check()
    page.get_by_label("没有签名的").fill("现场无人")
    page.get_by_label("结果", exact=True).select_option(label="发现问题，责令改正")
    page.get_by_label("改正期限").fill("2026-03-31")
    page.get_by_label(re.compile("公示")).fill("标签不全")
    page.get_by_role("button", name="提交结果").click()
    expect(page.locator("main")).to_contain_text("已提交：发现问题已责令改正")
    page.get_by_role("button", name="返回任务").click()
    task = page.get_by_role("button", name=NAMES[n])
    expect(task).to_contain_text("待复查")
    expect(task).to_contain_text("2026-03-31")
    task.click()
    look(page, axe, "07-again")
    page.get_by_label("结果", exact=True).select_option(label="复查确认改正")
    page.get_by_label("复查日期").fill("2026-03-06")
    page.get_by_label(re.compile("复查情况")).fill("标签已补全")
    page.get_by_label("没有签名的").fill("现场无人")
    page.get_by_role("button", name="提交结果").click()
    expect(page.get_by_role("button", name=NAMES[n])).to_have_count(0)


def test_a_draw_is_promised_made_inspected_without_a_network_and_verified_by_a_stranger(
    browser: Browser, town: Town, axe: str, tmp_path: Path
) -> None:
    people = People(browser, town)
    number = drawn(people, town, axe, planned(people, axe))
    case = people.page("clerk", f"/desk/cases/{number}")
    n = next(n for n in (0, 1) if case.locator("section", has=case.locator("#selected")).get_by_text(NAMES[n]).count())
    first = str(
        case.locator("section", has=case.locator("#selected")).locator("td a").get_attribute("href")
    ).rpartition("/")[2]
    second, other = town.run("lead", str(1 - n)), 1 - n
    page = people.page("inspector", "/desk/field/")
    resize(page, 390)
    expect(page.get_by_role("button", name=NAMES[n])).to_be_visible()
    page.evaluate(CONTROLLED)
    page.reload()
    expect(page.locator("#network")).to_have_text("在线")
    loaded = page.evaluate(
        "() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".reduce((sum, one) => sum + one.decodedBodySize, 0)"
    )
    assert 0 < loaded <= FIRST_LOAD
    look(page, axe, "04-tasks")
    colleague = people.page("colleague", "/desk/field/")
    expect(colleague.get_by_role("button", name=NAMES[other])).to_be_visible()

    cut(page, True)
    page.reload()  # there is no network, and the page is there
    expect(page.locator("#network")).to_contain_text("离线")
    arrive(page, n)
    look(page, axe, "05-form")
    fill(page, tmp_path)
    page.reload()  # a draft outlives the page
    page.get_by_role("button", name=NAMES[n]).click()
    expect(page.get_by_label("签名人")).to_have_value("样例店长")
    page.get_by_role("button", name="提交结果").click()
    expect(page.locator("main")).to_contain_text("已保存在本机")
    look(page, axe, "06-kept")

    sent: list[str] = []

    def lost(route: Route) -> None:
        """The result arrives, and the answer to the first sending does not."""
        first = not sent
        if first:
            route.fetch()
            route.abort()
        else:
            route.continue_()
        sent.append(route.request.url)

    page.route("**/send", lost)
    cut(page, False)
    for _ in range(100):
        if len(sent) > 1:
            break
        page.wait_for_timeout(100)
        if sent:
            page.evaluate("dispatchEvent(new Event('online'))")  # it sends the same again
    expect(page.locator("main")).to_contain_text("已提交：未发现问题")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_role("button", name="返回任务").click()
    expect(page.locator("main")).to_contain_text("已提交：未发现问题")
    assert len(sent) == 2

    # another device, with the same task from before: what it sends later is told, and changes nothing
    colleague.get_by_role("button", name=NAMES[other]).click()
    colleague.get_by_role("button", name="返回任务").click()
    assert town.run("withdraw", second) == "withdrawn"
    cut(colleague, True)
    arrive(colleague, other)
    for box in colleague.get_by_role("group").all():
        box.get_by_label("是", exact=True).check()
    colleague.get_by_label("没有签名的").fill("现场无人")
    colleague.get_by_label("结果", exact=True).select_option(label="未发现问题")
    colleague.get_by_role("button", name="提交结果").click()
    cut(colleague, False)
    expect(colleague.locator("main")).to_contain_text("任务已撤销")
    look(colleague, axe, "07-told")
    town.run("lead", str(other))
    looked_at_again(colleague, axe, other)

    assert page.evaluate("store.all('drafts').then((all) => all.length)") == 0
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") <= 1

    expect(people.page("", f"/subject/{CODES[n]}").locator("main")).to_contain_text("产品质量监督抽查")
    look(people.page(f"owner-{n}", "/my/inspections"), axe, "08-mine")
    mine = people.page(f"owner-{n}", f"/my/inspections/{first}")
    expect(mine.locator("main")).to_contain_text("SD-370100-1")
    look(mine, axe, "09-visit")
    mine.get_by_label("5").check()
    mine.get_by_role("button", name="提交评价").click()
    expect(mine.locator("main")).to_contain_text("5 颗星")
    look(people.page(f"owner-{n}", "/my/classes"), axe, "10-class")
    frames = people.page(f"owner-{n}", "/my/draws")
    expect(frames.locator("main")).to_contain_text(f"none|{CODES[n]}|product-quality")
    look(frames, axe, "10-frames")
    for name, place in (("11-desk", ""), ("12-begin", "/begin"), ("13-board", "/board")):
        look(people.page("clerk", f"/desk/inspections{place}"), axe, name)
    verified(people, axe, number)


def verified(people: People, axe: str, number: str) -> None:
    """The draw is published, and a stranger makes it again from its files."""
    done(people, "clerk", number, "finish")
    done(people, "clerk", number, "publish")
    people.town.run("jobs")
    results = people.page("", f"/inspections/results?draw={number}")
    expect(results.locator("tbody tr")).to_have_count(1)  # sent twice, taken once
    look(results, axe, "14-results")
    for name, place in (("15-items", "items"), ("16-plans", "plans"), ("17-draws", "draws")):
        look(people.page("", f"/inspections/{place}"), axe, name)
    told = people.page("", f"/inspections/draws/{number}")
    look(told, axe, "18-draw")
    links = {one.inner_text(): str(one.get_attribute("href")) for one in told.locator("#files ~ ul a").all()}
    fetched = {name: told.request.get(people.town.address + place).body() for name, place in links.items()}
    files = {name: body for name, body in fetched.items() if name.endswith((".json", ".csv"))}
    digest = told.locator("dd", has_text=re.compile("^[0-9a-f]{64}$")).last.inner_text()
    assert sum("回执" in name for name in links) == 2, "the commitment and the outcome lie in the log"
    verify = people.page("", "/draws/verify")
    names, faults = judged(verify, files, digest)
    assert (len(names), faults) == (1, set())
    look(verify, axe, "19-verified")
    assert WRONG == []
    assert judged(verify, files | {"frame.csv": files["frame.csv"].replace(b"none|", b"none|9", 1)}, digest)[1]
