"""One's own account in a real browser: a passkey from its making to signing in with it, an authenticator, every page."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.people import PASSWORD, code_of
from tests.browser.conftest import Site, command, everybody_has_chosen
from tests.browser.test_pages import WIDTHS, findings, overflow, resize

pytestmark = [pytest.mark.browser]


def account(site: Site, name: str, *, chosen: bool = True) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QUANXIN_")}
    environment |= {"QUANXIN_DATA_DIR": str(site.data), "QUANXIN_PASSWORD": PASSWORD}
    command(environment, "account", "add", name, "--role", "centre")
    if chosen:
        everybody_has_chosen(environment)
    return name


def here(site: Site, path: str) -> str:
    """An address by name: passkeys belong to a domain, which an IP address is not."""
    return site.url(path).replace("127.0.0.1", "localhost")


def sign_in(page: Page, site: Site, name: str, path: str = "/account/") -> None:
    page.goto(here(site, f"/account/sign-in?next={path}"))
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def confirm(page: Page) -> None:
    expect(page.locator("h1")).to_have_text("确认是您本人")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="确认").click()


def with_authenticator(page: Page, **options: object) -> None:
    """Plug a virtual authenticator into the browser, as its developer tools do."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
                **options,
            }
        },
    )


def test_a_one_time_password_opens_its_change_alone(visit: Callable[..., Page], site: Site, axe: str) -> None:
    name, page = account(site, "newcomer", chosen=False), visit("/")
    sign_in(page, site, name, "/desk/scores")
    expect(page.locator("h1")).to_have_text("修改密码")
    for width in WIDTHS:
        resize(page, width)
        assert overflow(page) == 0, width
        assert findings(page, axe) == []
    page.goto(here(site, "/desk/"))
    expect(page.locator("h1")).to_have_text("修改密码")
    for own, left in ((PASSWORD, "修改密码"), ("泉城路九号-Autumn-31", "账号与安全")):
        page.get_by_label("现在的密码").fill(PASSWORD)
        page.get_by_label("新密码", exact=True).fill(own)
        page.get_by_label("再输入一次新密码").fill(own)
        page.get_by_role("button", name="修改", exact=True).click()
        expect(page.locator("h1")).to_have_text(left)
    page.goto(here(site, "/desk/scores"))
    expect(page.locator("h1")).to_have_text("主体得分")


def test_a_passkey_is_added_and_signs_in_by_itself(visit: Callable[..., Page], site: Site, axe: str) -> None:
    name = account(site, "passkey-owner")
    page = visit("/")
    with_authenticator(page)
    sign_in(page, site, name)
    page.get_by_role("link", name="添加通行密钥").click()
    confirm(page)
    expect(page.locator("h1")).to_have_text("添加通行密钥")
    assert findings(page, axe) == []
    page.get_by_label("名称（便于区分）").fill("办公电脑")
    page.get_by_role("button", name="添加").click()
    expect(page.locator("h1")).to_have_text("备用码")
    assert page.locator(".codes code").count() == 10
    page.get_by_role("link", name="回到账号与安全").click()
    expect(page.locator("main")).to_contain_text("办公电脑")
    page.get_by_role("button", name="退出 ·").click()
    page.goto(here(site, "/account/sign-in?next=/desk/scores"))
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.locator("h1")).to_have_text("主体得分")
    page.goto(here(site, "/account/"))
    expect(page.locator("#sign-ins + p + div tbody tr").first).to_contain_text("通行密钥")
    page.get_by_role("button", name="退出 ·").click()
    sign_in(page, site, name)  # by the password it is the second step
    expect(page.locator("h1")).to_have_text("第二步验证")
    assert findings(page, axe) == []
    page.get_by_role("button", name="改用通行密钥").click()
    expect(page.locator("h1")).to_have_text("账号与安全")
    page.get_by_role("link", name="移除 办公电脑").click()
    confirm(page)
    page.get_by_role("button", name="确认移除").click()
    expect(page.get_by_role("status")).to_have_text("通行密钥已移除。")
    expect(page.locator("main")).not_to_contain_text("办公电脑")


def test_a_browser_that_gives_no_answer_is_told_of_in_words(visit: Callable[..., Page], site: Site) -> None:
    page = visit("/")
    with_authenticator(page, isUserVerified=False)
    page.goto(here(site, "/account/sign-in"))
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_role("alert")).to_contain_text("浏览器没有完成验证", timeout=30_000)


def test_an_authenticator_is_set_up_and_asked_for(visit: Callable[..., Page], site: Site, axe: str) -> None:
    name = account(site, "totp-owner")
    page = visit("/")
    sign_in(page, site, name)
    page.get_by_role("link", name="启用动态口令").click()
    confirm(page)
    assert findings(page, axe) == []
    secret = page.locator(".secret").inner_text()
    page.get_by_label("应用显示的六位口令").fill("000000")
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_role("alert")).to_contain_text("不正确")
    assert page.locator(".secret").inner_text() == secret
    page.get_by_label("应用显示的六位口令").fill(code_of(secret))
    page.get_by_role("button", name="启用").click()
    expect(page.locator("h1")).to_have_text("备用码")
    page.get_by_role("button", name="退出 ·").click()
    sign_in(page, site, name)
    page.get_by_label("动态口令或备用码").fill(code_of(secret))
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("h1")).to_have_text("账号与安全")


@pytest.mark.parametrize("path", ["/account/", "/account/password", "/account/totp", "/account/keys/add"])
def test_the_pages_are_sound_at_every_width_and_without_a_mouse(
    visit: Callable[..., Page], site: Site, axe: str, path: str
) -> None:
    page = visit("/")
    sign_in(page, site, account(site, "wide"), path)
    if path.endswith(("totp", "add")):
        confirm(page)
    for width in WIDTHS:
        resize(page, width)
        assert findings(page, axe) == [], width
        assert overflow(page) == 0, width


def test_the_page_to_sign_in_is_sound_at_every_width(visit: Callable[..., Page], site: Site, axe: str) -> None:
    page = visit("/desk/sign-in")
    for width in WIDTHS:
        resize(page, width)
        assert findings(page, axe) == [], width
        assert overflow(page) == 0, width
    page.get_by_label("用户名").focus()
    page.keyboard.type("nobody")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("用户名或密码不正确")
    assert findings(page, axe) == []


def test_the_pages_are_whole_in_english(visit: Callable[..., Page], site: Site) -> None:
    page = visit("/", locale="en-GB")
    page.goto(here(site, "/account/sign-in"))
    page.get_by_label("User name").fill(account(site, "english"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(here(site, "/account/"))
    expect(page.locator("h1")).to_have_text("Account and security")
    expect(page.locator("main")).to_contain_text("Signed in")
