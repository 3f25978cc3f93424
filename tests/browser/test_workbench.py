"""A modeller's way in a real browser: propose an edition, have another approve it, compare, hold it against the year after.

Invariant: the city is small and its own, for its pack is amended after it was evaluated, as a city's is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from quanxin.runtime import postgres
from tests.browser.conftest import (
    QUANXIN,
    Site,
    _free_port,
    _penalised_subject,
    _wait_for,
    command,
    everybody_has_chosen,
)
from tests.browser.test_pages import WIDTHS, findings, overflow, resize

pytestmark = [pytest.mark.browser]
PASSWORD = "七泉映月-Spring-72"
PACKS = Path(__file__).parents[2] / "packs"
MODEL = "public-enterprise"
BEFORE, AFTER = "{below: 2, points: -25, reason: {zh: 折算后1次", "{below: 2, points: -45, reason: {zh: 折算后1次"
PEOPLE = {"modeller": (["modeller"], ["centre"]), "approver": (["approver"],)}
PATIENCE = 120_000  # milliseconds for a study on a busy machine


@pytest.fixture(scope="module")
def city(chromium: str) -> Iterator[Site]:
    """A city that was evaluated by one edition, and whose pack has since got another."""
    top = Path(tempfile.mkdtemp(prefix="qx-"))
    top.chmod(0o755)
    shutil.copytree(PACKS, top / "packs")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUANXIN_")}
    environment |= {
        "QUANXIN_DATA_DIR": str(top / "data"),
        "QUANXIN_PACK": str(top / "packs/jinan"),
        "QUANXIN_SECOND_FACTOR": "optional",
    }

    def run(*arguments: str, **more: str) -> None:
        command(environment | more, *arguments)

    run("demo", "--subjects", "300", "--seed", "3")
    for name, roles in PEOPLE.items():
        for role in roles:
            run("account", "add", name, "--role", *role, QUANXIN_PASSWORD=PASSWORD)
    everybody_has_chosen(environment)
    rules = top / "packs/jinan/models" / f"{MODEL}.yaml"
    text = rules.read_text(encoding="utf-8")
    assert text.count(BEFORE) == 1
    rules.write_text(text.replace(BEFORE, AFTER), encoding="utf-8")
    port = _free_port()
    server = subprocess.Popen([QUANXIN, "serve", "--port", str(port), "--workers", "1"], env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, server)
        yield Site(address, _penalised_subject(address), top / "data")
    finally:
        server.terminate()
        server.wait(timeout=30)
        postgres.stop(top / "data")
        shutil.rmtree(top)


@pytest.fixture
def person(browser: Browser, city: Site) -> Iterator[Callable[..., Page]]:
    """Sign somebody in; whatever the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def signed_in(name: str, locale: str = "zh-CN") -> Page:
        context = browser.new_context(locale=locale, viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto(f"{city.address}/desk/sign-in?next=/desk/models")
        page.locator("#id_login").fill(name)
        page.locator("#id_password").fill(PASSWORD)
        page.locator("main .btn-primary").click()
        page.wait_for_url("**/desk/models")
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert [c for c in complaints if "status of 422" not in c] == []


def look(page: Page, axe: str, name: str) -> None:
    """The page is sound at every width; where SCREENSHOTS names a folder, a picture of each is kept there."""
    shots = os.environ.get("SCREENSHOTS")
    for width in WIDTHS:
        resize(page, width)
        page.wait_for_timeout(400)  # for the charts to follow the width
        if shots:
            page.screenshot(path=f"{shots}/{name}-{width}.png", full_page=True)
        assert findings(page, axe) == [], (name, width)
        assert overflow(page) == 0, (name, width)
    resize(page, 1440)


def charts(page: Page) -> list[str]:
    """The kinds of the charts that were drawn, each on a canvas with something on it."""
    page.wait_for_function("[...document.querySelectorAll('[data-chart]')].every((p) => p.dataset.drawn)")
    drawn: list[str] = page.eval_on_selector_all(
        "[data-chart] canvas", "all => all.map(c => c.parentElement.parentElement.dataset.drawn)"
    )
    return drawn


def test_from_proposal_to_comparison_back_test_and_file(person: Callable[..., Page], axe: str) -> None:
    modeller, approver = person("modeller"), person("approver")
    look(modeller, axe, "models")
    modeller.get_by_role("link", name="企业公共信用综合评价（泉信模型）", exact=True).click()
    modeller.locator("details.indicator summary").first.click()
    look(modeller, axe, "model")

    modeller.get_by_role("link", name="提出启用").click()
    expect(modeller.locator("main")).to_contain_text("分档")
    modeller.get_by_label("理由（必填）").fill("多次处罚的分值偏低，按年度评估意见调整")
    modeller.get_by_role("button", name="下一步").click()
    look(modeller, axe, "propose")
    modeller.get_by_role("button", name="确认提出").click()
    expect(modeller.locator("main")).to_contain_text("等待审批人决定")
    edition = modeller.url

    modeller.get_by_role("button", name="试算并比较").click()
    expect(modeller.locator("main")).to_contain_text("等级变动矩阵", timeout=PATIENCE)
    assert charts(modeller) != []
    modeller.locator("h2", has_text="得分分布").scroll_into_view_if_needed()
    look(modeller, axe, "comparison")
    with modeller.expect_download() as download:
        modeller.get_by_role("link", name="下载 XLSX：等级变动矩阵").click()
    assert download.value.suggested_filename.startswith(MODEL)
    assert download.value.path().read_bytes()[:2] == b"PK"

    approver.goto(edition)
    approver.get_by_label("审批意见（必填）").fill("同意，自下一次评价起施行")
    look(approver, axe, "edition")
    approver.get_by_role("button", name="批准", exact=True).click()
    approver.get_by_role("button", name="确认批准").click()
    expect(approver.locator(".tag-good")).to_have_text("在用")

    modeller.get_by_role("link", name="查询变动的主体").click()
    modeller.get_by_label("查询目的（必填）").fill("核对调整后的降级主体")
    modeller.get_by_label("变动", exact=True).select_option("score")
    modeller.get_by_role("button", name="查询").click()
    expect(modeller.locator("main")).to_contain_text("行政处罚次数")
    look(modeller, axe, "movers")


def test_a_grade_of_a_year_ago_is_held_against_the_lists_since(person: Callable[..., Page], axe: str) -> None:
    page = person("modeller")
    page.goto(page.url.replace("/desk/models", f"/desk/models/{MODEL}/back-test"))
    look(page, axe, "back-test-form")
    page.get_by_label("评价或版本").select_option(index=page.locator("#after option").count() - 1)
    page.get_by_role("button", name="开始回测").click()
    expect(page.locator("main")).to_contain_text("各等级的命中率", timeout=PATIENCE)
    assert "rates" in charts(page)
    look(page, axe, "back-test")
    page.goto(page.url.split("/desk/")[0] + f"/desk/models/{MODEL}/runs")
    assert charts(page) == ["bars"]
    look(page, axe, "runs")


def test_the_workbench_is_complete_in_english_and_by_keyboard(person: Callable[..., Page], axe: str) -> None:
    page = person("modeller", "en-GB")
    page.goto(page.url + f"/{MODEL}/compare")
    expect(page.locator("h1")).to_have_text("Compare two evaluations")
    page.locator("#before").focus()
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") in ("before-day", "before-known")
    look(page, axe, "compare-form-en")
    page.locator("#before").select_option(index=1)
    page.locator("#after").select_option(index=page.locator("#after option").count() - 1)
    page.get_by_role("button", name="Compare").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Migration of grades", timeout=PATIENCE)
    look(page, axe, "comparison-en")
    text = page.locator("main").inner_text()
    assert "Population stability index" in text
    assert "变动" not in text
