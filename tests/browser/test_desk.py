"""A clerk's way in a real browser: sign in, hand in a file, read the receipt, put a row right, see the page."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, command, everybody_has_chosen
from tests.browser.test_pages import WIDTHS, findings, overflow, resize
from tests.city import penalty, write

pytestmark = [pytest.mark.browser]
PASSWORD = "七泉映月-Spring-72"


@pytest.fixture(scope="module")
def clerk(site: Site) -> str:
    """The market regulator's clerk, who helps out at the credit centre."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUANXIN_")}
    environment |= {"QUANXIN_DATA_DIR": str(site.data), "QUANXIN_PASSWORD": PASSWORD}
    for role in (["intake", "--provider", "market-regulation"], ["steward"], ["centre"]):
        command(environment, "account", "add", "clerk", "--role", *role)
    everybody_has_chosen(environment)
    return "clerk"


@pytest.fixture
def signed_in(visit: Callable[..., Page], clerk: str, site: Site) -> Callable[..., Page]:
    def open_page(path: str, width: int = 1440, **options: object) -> Page:
        page = visit("/desk/sign-in?next=/desk/upload", width, **options)
        page.get_by_label("用户名").fill(clerk)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.locator("h1")).to_have_text("报送文件")
        if path != "/desk/upload":
            page.goto(page.url.replace("/desk/upload", path.replace("{code}", site.code)))
        return page

    return open_page


def about(site: Site, name: str, number: str, **changes: str) -> dict[str, str | None]:
    """A penalty of the site's subject."""
    category = "个体工商户" if site.code.startswith("92") else "法人及非法人组织"
    return penalty(0, number, subject_name=name, uscc=site.code, subject_category=category, **changes)


def test_from_file_to_page(
    signed_in: Callable[..., Page], visit: Callable[..., Page], site: Site, tmp_path: Path, axe: str
) -> None:
    name = visit("/subject/{code}").locator("#subject-name").inner_text()
    rows = [about(site, name, "济历罚〔2026〕泉1号"), about(site, name, "济历罚〔2026〕泉2号", fine="五千")]
    page = signed_in("/desk/upload")
    page.get_by_label("目录资源").select_option("market-regulation/administrative-penalty")
    page.get_by_label("文件", exact=True).set_input_files(write(tmp_path, "administrative-penalty", rows))
    page.get_by_role("button", name="提交").click()
    expect(page.locator("h1")).to_contain_text("回执", timeout=60_000)
    assert page.locator(".buckets dd").all_inner_texts() == ["2", "1", "0", "0", "1", "0"]
    assert findings(page, axe) == []
    page.get_by_role("link", name="更正第 3 行").click()
    amount = page.locator("#f-fine")
    expect(amount).to_have_value("五千")
    expect(amount).to_have_attribute("aria-invalid", "true")
    assert findings(page, axe) == []
    amount.fill("0.5")
    page.get_by_role("button", name="更正并重放").click()
    expect(page.get_by_role("status")).to_have_text("更正的行已入库。")
    expect(page.locator("main")).to_contain_text("没有未入库的行。")
    shown = visit("/subject/{code}").locator("main")
    expect(shown).to_contain_text("济历罚〔2026〕泉1号")
    expect(shown).to_contain_text("济历罚〔2026〕泉2号")


def test_a_template_is_offered_for_the_chosen_resource(signed_in: Callable[..., Page]) -> None:
    page = signed_in("/desk/upload")
    page.get_by_label("目录资源").select_option("market-regulation/administrative-penalty")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 XLSX 模板").click()
    assert download.value.suggested_filename == "administrative-penalty.xlsx"


def test_a_batch_taken_back_is_shown_no_more(
    signed_in: Callable[..., Page], visit: Callable[..., Page], site: Site, tmp_path: Path
) -> None:
    name = visit("/subject/{code}").locator("#subject-name").inner_text()
    row = about(site, name, "济历罚〔2026〕泉9号")
    page = signed_in("/desk/upload")
    page.get_by_label("目录资源").select_option("market-regulation/administrative-penalty")
    page.get_by_label("文件", exact=True).set_input_files(write(tmp_path, "administrative-penalty", [row]))
    page.get_by_role("button", name="提交").click()
    expect(page.locator("h1")).to_contain_text("回执", timeout=60_000)
    expect(visit("/subject/{code}").locator("main")).to_contain_text("泉9号")
    page.locator("summary").click()
    page.get_by_label("撤回理由").fill("错传文件")
    page.get_by_role("button", name="确认撤回整批").click()
    expect(page.locator("main")).to_contain_text("整批撤回。")
    expect(visit("/subject/{code}").locator("main")).not_to_contain_text("泉9号")


def test_a_file_that_is_none_is_returned_in_words(signed_in: Callable[..., Page], tmp_path: Path) -> None:
    page = signed_in("/desk/upload")
    page.get_by_label("目录资源").select_option("market-regulation/administrative-penalty")
    page.get_by_label("文件", exact=True).set_input_files(
        {"name": "x.csv", "mimeType": "text/csv", "buffer": b"%PDF-1.7"}
    )
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("PDF", timeout=60_000)
    expect(page.get_by_role("link", name="重新提交")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/desk/",
        "/desk/upload",
        "/desk/batches",
        "/desk/records",
        "/desk/forms",
        "/desk/entry/market-regulation/administrative-penalty",
        "/desk/unlinked",
        "/desk/decisions",
        "/desk/checks",
        "/desk/checks/begin",
        "/desk/checks/statistics",
        "/desk/consumers",
    ],
)
def test_the_desk_is_sound_at_every_width(signed_in: Callable[..., Page], axe: str, path: str) -> None:
    page = signed_in(path)
    for width in WIDTHS:
        resize(page, width)
        assert findings(page, axe) == [], width
        assert overflow(page) == 0, width


def test_nobody_else_gets_in(visit: Callable[..., Page], axe: str) -> None:
    page = visit("/desk/batches")
    expect(page.locator("h1")).to_have_text("登录工作台")
    assert findings(page, axe) == []
    for _ in range(6):
        page.get_by_label("用户名").fill("nobody")
        page.get_by_label("密码").fill("wrong")
        page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("15 分钟")


def test_a_steward_links_what_waits(signed_in: Callable[..., Page], axe: str) -> None:
    page = signed_in("/desk/unlinked")
    page.locator("td a").first.click()
    for width in WIDTHS:
        resize(page, width)
        assert findings(page, axe) == [], width
        assert overflow(page) == 0, width
    page.locator("summary", has_text="不予关联").click()
    page.get_by_label("理由（必填）").last.fill("非本市主体")
    page.get_by_role("button", name="确认不予关联").click()
    expect(page.get_by_role("status")).to_contain_text("已生效")
    page.get_by_role("link", name="查看或撤销").click()
    page.locator("summary").first.click()
    page.get_by_label("撤销理由（必填）").first.fill("认错了")
    page.get_by_role("button", name="确认撤销决定").first.click()
    expect(page.locator("h2").first).to_contain_text("已撤销")


def test_a_clerk_withdraws_a_record(signed_in: Callable[..., Page], site: Site, axe: str) -> None:
    page = signed_in("/desk/records")
    page.get_by_label("统一社会信用代码或注册号").fill(site.code)
    page.get_by_role("button", name="查找").click()
    for width in WIDTHS:
        resize(page, width)
        assert findings(page, axe) == [], width
        assert overflow(page) == 0, width
    page.locator("td a", has_text="行政处罚").first.click()
    for width in WIDTHS:
        resize(page, width)
        assert findings(page, axe) == [], width
        assert overflow(page) == 0, width
    page.get_by_label("决定已被撤销").check()
    page.get_by_label("理由（必填）").fill("行政复议决定撤销原处罚")
    page.get_by_role("button", name="确认撤销记录").click()
    expect(page.get_by_role("status")).to_contain_text("记录已撤销")
