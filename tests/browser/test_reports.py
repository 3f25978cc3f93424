"""A report in a real browser: asked for, downloaded, the address of its QR code opened by a stranger, verified."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser, Page, expect

from quanxin.calendar import ZONE
from tests.browser.test_pages import WIDTHS, findings, overflow, resize
from tests.browser.town import People, Town, town_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def town(chromium: str) -> Iterator[Town]:
    with town_of("promises", dt.datetime(2026, 5, 6, 9, tzinfo=ZONE)) as made:
        yield made


def look(page: Page, axe: str, name: str) -> None:
    shots = os.environ.get("SCREENSHOTS")
    for width in WIDTHS:
        resize(page, width)
        if shots:
            page.screenshot(path=f"{shots}/report-{name}-{width}.png", full_page=True)
        assert findings(page, axe) == [], (name, width)
        assert overflow(page) == 0, (name, width)
    resize(page, 1440)


def test_one_asks_downloads_and_a_stranger_verifies(browser: Browser, town: Town, axe: str, tmp_path: Path) -> None:
    people = People(browser, town)
    page = people.page("owner", "/my/reports")
    look(page, axe, "01-asking")
    special = page.locator("section").filter(has=page.get_by_role("heading", name="专项信用报告"))
    special.get_by_role("button", name="申请并出具").click()
    expect(page.get_by_role("alert")).to_contain_text("没有选择领域")
    look(page, axe, "02-wrong")
    special.get_by_label("市场监管").check()
    special.get_by_role("button", name="申请并出具").click()
    expect(page.get_by_role("status")).to_contain_text("已出具")
    look(page, axe, "03-issued")
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载 PDF").click()
    kept = tmp_path / "report.pdf"
    coming.value.save_as(kept)
    said = re.sub(r"\s+", "", "".join(one.extract_text() for one in pypdf.PdfReader(kept).pages))
    number = page.locator(".confirmed .code").inner_text()
    assert number in said
    assert "无违法违规记录" in said
    address = re.search(r"https?://[^\s]+?/verify/" + number, said)
    assert address
    stranger = people.page("", "/verify/" + number)
    expect(stranger.locator("main")).to_contain_text("有效")
    expect(stranger.locator("main")).not_to_contain_text(town.code)
