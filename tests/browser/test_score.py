"""A representative's way in a real browser: sign in, see the score, open a bar, suppose a repair; the centre's too."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, command, everybody_has_chosen
from tests.browser.test_pages import REFLOW, WIDTHS, findings, overflow, resize

pytestmark = [pytest.mark.browser]
PASSWORD = "七泉映月-Spring-72"


@pytest.fixture(scope="module")
def company(site: Site) -> str:
    """The code of an enterprise with a penalty, for which ``owner`` stands; ``centre`` is of the credit centre."""
    with urlopen(site.url("/penalties")) as answer:  # noqa: S310  (our own server)
        code = re.findall(r'href="/subject/(91\w{16})"', answer.read().decode())[0]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUANXIN_")}
    environment |= {"QUANXIN_DATA_DIR": str(site.data), "QUANXIN_PASSWORD": PASSWORD}
    for words in (
        ["account", "add", "owner"],
        ["people", "bind", "owner", "--subject", code, "--reason", "核验授权书"],
        ["account", "add", "centre", "--role", "centre"],
    ):
        command(environment, *words)
    everybody_has_chosen(environment)
    return code


@pytest.fixture
def sign_in(visit: Callable[..., Page], company: str) -> Callable[..., Page]:
    def open_page(who: str, path: str, **options: object) -> Page:
        page = visit(f"/desk/sign-in?next={path}", **options)
        page.get_by_label("用户名").fill(who)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(f"**{path}")
        return page

    return open_page


def test_from_signing_in_to_a_supposed_repair(sign_in: Callable[..., Page], company: str) -> None:
    page = sign_in("owner", "/my/")
    expect(page.locator(".code").first).to_have_text(company)
    page.get_by_role("link", name="本单位得分").first.click()
    shown = float(page.locator(".score-now strong").inner_text())
    bars = page.locator(".waterfall > li")
    points = [float(text) for text in bars.locator(".bar-points").all_inner_texts()]
    assert sum(points) == pytest.approx(shown)
    fallen = bars.filter(has=page.locator(".bar-down")).filter(has=page.locator(".evidence")).first
    expect(fallen.locator(".evidence").first).to_be_hidden()
    fallen.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(fallen.locator(".evidence").first).to_be_visible()
    expect(fallen.locator(".evidence").first).to_contain_text("来源单位")
    page.get_by_role("group", name="假设下列记录已经修复").get_by_role("checkbox").first.check()
    page.get_by_role("button", name="试算").click()
    rows = page.locator("#supposed tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text(f"{shown:.2f}")
    expect(page.locator("#past")).to_have_text("历次变化")
    page.goto(page.url.partition("?")[0])
    assert float(page.locator(".score-now strong").inner_text()) == shown


def test_the_organisation_sees_that_the_centre_looked_and_what_for(sign_in: Callable[..., Page], company: str) -> None:
    page = sign_in("centre", "/desk/scores")
    page.get_by_label("代码或名称").fill(company)
    page.get_by_role("button", name="查找").click()
    expect(page.locator(".score-now")).to_have_count(0)
    page.get_by_label("目的（必填）").fill("核对招标资格")
    page.get_by_role("button", name="查看得分").click()
    expect(page.locator(".score-now")).to_be_visible()
    row = sign_in("owner", "/my/readings").get_by_role("row").filter(has_text="核对招标资格")
    expect(row).to_contain_text("信用中心")


@pytest.mark.parametrize(("who", "path"), [("owner", "/my/"), ("owner", "/my/score"), ("centre", "/desk/scores")])
def test_the_pages_are_sound_at_every_width(sign_in: Callable[..., Page], axe: str, who: str, path: str) -> None:
    page = sign_in(who, path)
    for width in (*WIDTHS, REFLOW):
        resize(page, width)
        assert overflow(page) <= 0, f"{path} at {width}"
    for bar in page.locator(".waterfall summary").all():
        bar.click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert findings(page, axe) == []


def test_the_score_prints_with_what_stands_behind_it(sign_in: Callable[..., Page]) -> None:
    page = sign_in("owner", "/my/score")
    page.emulate_media(media="print")
    expect(page.locator(".evidence").first).to_be_visible()
    expect(page.get_by_role("button", name="试算")).to_be_hidden()
    assert overflow(page) <= 0
