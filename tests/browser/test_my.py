"""An entrepreneur's way in a real browser: a penalty on the name, a guided repair, an objection, a consent, the counter."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from quanxin.calendar import add_months, today
from tests.attachments.making import printed
from tests.browser.conftest import Site, _fetch, command
from tests.browser.my_scene import PASSWORD
from tests.browser.test_pages import WIDTHS, findings, overflow, resize
from tests.city import penalty, write

pytestmark = [pytest.mark.browser]
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Company:
    code: str
    name: str


def environment(site: Site) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUANXIN_")}
    return kept | {"QUANXIN_DATA_DIR": str(site.data)}


def scene(site: Site, *arguments: str) -> None:
    command(environment(site), "-m", "tests.browser.my_scene", *arguments)


@pytest.fixture(scope="module")
def company(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company with a penalty that can be repaired now, one that cannot yet, and one to object to; its representative."""
    code = next(found for found in re.findall(r'href="/subject/(91\w+)"', _fetch(site.url("/penalties"))))
    name = _fetch(site.url(f"/subject/{code}")).split('id="subject-name">', 1)[1].split("<", 1)[0]
    day = today()
    rows = [
        penalty(
            0,
            f"济历罚〔2026〕泉{n}号",
            subject_name=name,
            uscc=code,
            violation=violation,
            decision_date=add_months(day, -months).isoformat(),
            valid_until=add_months(day, 12 - months).isoformat(),
        )
        for n, months, violation in ((71, 4, "占道经营"), (72, 1, "未按规定公示营业执照"), (73, 5, "夜间施工噪声扰民"))
    ]
    path = write(tmp_path_factory.mktemp("rows"), "administrative-penalty", rows)
    words = ("--resource", "administrative-penalty", "--provider", "market-regulation")
    command(environment(site), "intake", str(path), *words)
    scene(site, "prepare", code)
    return Company(code, name)


@pytest.fixture
def person(visit: Callable[..., Page], company: Company) -> Callable[..., Page]:
    def signed_in(name: str, path: str = "/my/", **options: object) -> Page:
        page = visit(f"/desk/sign-in?next={path}", 1440, **options)
        page.locator("#id_login").fill(name)
        page.locator("#id_password").fill(PASSWORD)
        page.locator("main button").first.click()
        page.wait_for_url(f"**{path}")
        return page

    return signed_in


def look(page: Page, axe: str, name: str) -> None:
    """The page is sound at every width; where SCREENSHOTS names a folder, a picture of each is kept there."""
    shots = os.environ.get("SCREENSHOTS")
    for width in WIDTHS:
        resize(page, width)
        if shots:
            page.screenshot(path=f"{shots}/my-{name}-{width}.png", full_page=True)
        assert findings(page, axe) == [], (name, width)
        assert overflow(page) == 0, (name, width)
    resize(page, 1440)


def go(page: Page, site: Site, path: str) -> None:
    page.goto(site.url(path))


def test_from_the_penalty_to_the_decision(
    person: Callable[..., Page], site: Site, company: Company, axe: str, tmp_path: Path
) -> None:
    page = person("boss")
    expect(page.locator("h1")).to_have_text(company.name)
    look(page, axe, "home")
    go(page, site, "/my/notices")
    look(page, axe, "notices")
    go(page, site, "/my/records?chapter=negative")
    look(page, axe, "records")
    page.get_by_role("article").filter(has_text="泉72号").get_by_role("link").first.click()
    look(page, axe, "record-early")
    page.get_by_role("link", name="要满足什么、准备什么").click()
    look(page, axe, "too-early")

    go(page, site, "/my/records?chapter=negative")
    page.get_by_role("article").filter(has_text="泉71号").get_by_role("link", name="申请修复").click()
    proof = tmp_path / "缴款凭证.pdf"
    proof.write_bytes(printed())
    page.get_by_label("上传证明").set_input_files(proof)
    page.get_by_role("button", name="先上传，再继续填写").click()
    expect(page.locator(".papers")).to_contain_text("缴款凭证.pdf")
    look(page, axe, "repair")
    page.get_by_label("我已阅读，并作出以上承诺").check()
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/my/cases/*")
    expect(page.locator(".next")).to_contain_text("信用中心在")
    look(page, axe, "case-filed")
    address = page.url
    for _ in range(3):
        scene(site, "advance")
    page.goto(address)
    expect(page.locator("#asked")).to_be_visible()
    look(page, axe, "case-asked")
    page.get_by_label("说明（必填）").fill("已重新拍照上传，金额0.5万元。")
    page.get_by_label("上传材料").set_input_files(proof)
    page.get_by_role("button", name="补充材料").click()
    expect(page.locator(".next")).to_contain_text("作出决定")
    scene(site, "advance")
    page.goto(address)
    expect(page.locator(".page-head")).to_contain_text("已准予修复")
    look(page, axe, "case-granted")
    go(page, site, "/my/cases")
    look(page, axe, "cases")


def test_an_objection_without_scripts_and_by_keyboard(person: Callable[..., Page], site: Site, axe: str) -> None:
    page = person("boss", java_script_enabled=False)
    go(page, site, "/my/records?chapter=negative")
    page.get_by_role("article").filter(has_text="泉73号").get_by_role("link").first.click()
    page.get_by_role("link", name="提出异议").focus()
    page.keyboard.press("Enter")
    page.locator("#statement").focus()
    page.keyboard.type("当晚没有施工，处罚对象有误。")
    page.get_by_role("button", name="提交异议").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/cases/*")
    address = page.url
    for _ in range(3):
        scene(site, "advance")
    page.goto(address)
    expect(page.locator("#again")).to_be_visible()
    seen = person("boss", address.removeprefix(site.address))
    look(seen, axe, "case-dismissed")


def test_forms_pages_and_lists_of_one_s_own(person: Callable[..., Page], site: Site, axe: str) -> None:
    page = person("boss", "/my/consents")
    look(page, axe, "consents")
    go(page, site, "/my/consents/give/financing-operations")
    page.get_by_label("授权给哪家机构（必填）").select_option("spring-bank")
    page.get_by_label("水费、电费、燃气费缴纳信息").check()
    page.get_by_label("到哪一天为止（含当天，必填）").fill(add_months(today(), 6).isoformat())
    look(page, axe, "give")
    page.get_by_role("button", name="我已阅读全文，同意授权").click()
    expect(page.locator("h1")).to_have_text("泉城样例银行")
    look(page, axe, "consent")
    page.get_by_role("link", name="撤销授权").click()
    look(page, axe, "revoke")
    page.get_by_role("button", name="确认撤销").click()
    expect(page.locator(".page-head")).to_contain_text("已撤销")
    helper = person("helper", "/my/acting")
    helper.get_by_role("button", name="取代办码").click()
    code = helper.locator(".agent-code").inner_text()
    look(helper, axe, "agent-code")
    go(page, site, "/my/agents")
    page.get_by_label("代理人的代办码（必填）").fill(code)
    page.get_by_label("申请修复").check()
    page.get_by_label("委托的理由（必填）").fill("委托会计代办")
    page.get_by_role("button", name="委托", exact=True).click()
    expect(page.locator("#live").locator("..")).to_contain_text("李会计")
    look(page, axe, "agents")
    go(page, site, "/my/readings")
    look(page, axe, "readings")
    go(page, site, "/my/records?chapter=negative")
    page.get_by_role("article").filter(has_text="泉72号").get_by_role("link").first.click()
    page.get_by_role("link", name="提出异议").click()
    look(page, axe, "objection")
    go(page, site, "/my/score")
    look(page, axe, "score")

    go(helper, site, "/my/acting")
    look(helper, axe, "acting")
    helper.get_by_role("button", name="切换").click()
    expect(helper.locator(".acting")).to_contain_text("您正在代")
    look(helper, axe, "agent-home")
    go(helper, site, "/my/consents")
    look(helper, axe, "refused")


def test_the_counter_acts_for_who_came(person: Callable[..., Page], site: Site, company: Company, axe: str) -> None:
    page = person("counter", "/desk/window")
    look(page, axe, "window")
    page.get_by_label("单位：统一社会信用代码").fill(company.code)
    page.get_by_label("来访人姓名和身份（必填）").fill("样例人，法定代表人")
    page.get_by_label("核验了什么证件（必填）").fill("营业执照副本和身份证原件")
    page.get_by_role("button", name="开始办理").click()
    expect(page.locator(".acting-window")).to_contain_text(f"窗口模式：为 {company.name} 办理")
    look(page, axe, "counter-home")
    page.get_by_role("button", name="结束办理").click()
    page.wait_for_url("**/desk/window")


def test_the_pages_are_whole_in_english_and_on_paper(person: Callable[..., Page], site: Site, axe: str) -> None:
    page = person("boss", locale="en-GB")
    look(page, axe, "home-en")
    go(page, site, "/my/records?chapter=negative")
    page.get_by_role("article").filter(has_text="泉72号").get_by_role("link").first.click()
    look(page, axe, "record-en")
    page.emulate_media(media="print")
    expect(page.locator(".main-nav")).to_be_hidden()
    expect(page.get_by_role("link", name="Object", exact=True)).to_be_hidden()
    if shots := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{shots}/my-print.png", full_page=True)
    page.emulate_media(media="screen", color_scheme="dark")
    look(page, axe, "record-dark")
