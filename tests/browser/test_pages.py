"""Every page in a real browser: axe-core finds nothing, nothing overflows, keyboard and no scripts are enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser]

Visit = Callable[..., Page]

PAGES = {
    "home": "/",
    "search": "/search?q=济南",
    "nothing found": "/search?q=并不存在的名字",
    "one character": "/search?q=泉",
    "subject": "/subject/{code}",
    "subject for printing": "/subject/{code}?print=1",
    "licences": "/licences",
    "penalties": "/penalties",
    "lists": "/lists/",
    "a list": "/lists/judgment-debtors",
    "catalogue": "/catalogue",
    "resource": "/catalogue/administrative-penalty",
    "open data": "/open-data",
    "about": "/about",
    "interface": "/interface",
    "verify a draw": "/draws/verify",
    "not found": "/no-such-page",
}
WIDTHS = (360, 768, 1440)
# Every rule is tried; of those that hold, which are most, nothing is worked out and handed over.
VIOLATIONS = "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)"
REFLOW = 320  # CSS pixels: 1280 at 400 % zoom (WCAG 2.2, 1.4.10)

each_page = pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())


def findings(page: Page, axe: str) -> list[str]:
    """What axe-core objects to, one line each, once colours have stopped moving."""
    # of one that is cancelled meanwhile, ``finished`` rejects
    page.evaluate("Promise.allSettled(document.getAnimations().map((moving) => moving.finished)).then(() => null)")
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    violations: list[dict[str, Any]] = page.evaluate(VIOLATIONS)
    return [f"{v['id']}: {node['html'][:120]}" for v in violations for node in v["nodes"]]


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_axe_sees_a_fault_when_there_is_one(visit: Visit, axe: str) -> None:
    page = visit("/about")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(finding.startswith("button-name") for finding in findings(page, axe))


@each_page
def test_a_page_is_sound_at_every_width_in_both_languages_and_colour_schemes(visit: Visit, axe: str, path: str) -> None:
    """Axe finds nothing, and nothing is wider than the window."""
    page, found = visit(path), {}
    for width in WIDTHS:
        resize(page, width)
        found[width, "light"] = findings(page, axe)
    page.emulate_media(color_scheme="dark")
    found["dark"] = findings(page, axe)
    english = visit(path, 768, locale="en-GB")
    found["en"] = findings(english, axe)
    assert {key: lines for key, lines in found.items() if lines} == {}
    for language, looked_at in (("zh-CN", page), ("en-GB", english)):
        for width in (REFLOW, *WIDTHS):
            resize(looked_at, width)
            assert overflow(looked_at) == 0, (language, width)


def test_the_skip_link_is_first_and_leads_to_the_content(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_subject_is_found_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit("/")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    page.keyboard.type("济南")
    suggestions = page.locator(".suggestions a")
    expect(suggestions.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(suggestions.first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(suggestions.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/subject/*")
    expect(page.locator("#subject-name")).to_be_visible()


def test_escape_closes_the_suggestions_and_keeps_the_words(visit: Visit) -> None:
    page = visit("/")
    page.locator("#q").press_sequentially("济南")
    expect(page.locator(".suggestions a").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".suggestions a")).to_have_count(0)
    expect(page.locator("#q")).to_have_value("济南")


def test_every_focused_element_shows_that_it_is(visit: Visit) -> None:
    page = visit("/subject/{code}")
    for _ in range(25):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            "(() => { const e = document.activeElement, s = getComputedStyle(e.id === 'q' ? e.parentElement : e);"
            "return s.outlineStyle !== 'none' || s.boxShadow !== 'none' })()"
        )
        assert shown, page.evaluate("document.activeElement.outerHTML.slice(0, 120)")


def test_search_and_records_work_without_scripts(visit: Visit) -> None:
    page = visit("/", java_script_enabled=False)
    page.locator("#q").fill("济南")
    page.locator("#q").press("Enter")
    page.locator(".result a").first.click()
    page.wait_for_url("**/subject/*")
    record = page.locator(".record").first
    record.locator("summary").click()
    expect(record.locator(".origin")).to_be_visible()
    expect(page.locator("[data-print]")).to_be_hidden()


def test_no_cookie_is_set_until_a_language_is_chosen(visit: Visit) -> None:
    page = visit("/about")
    assert page.context.cookies() == []
    page.locator(".language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/about")
    assert len(page.context.cookies()) == 1


def test_nothing_moves_for_those_who_asked_for_stillness(visit: Visit) -> None:
    page = visit("/", reduced_motion="reduce")
    page.locator("#q").press_sequentially("济南")
    expect(page.locator(".suggestions a").first).to_be_visible()
    moving = "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).animationName !== 'none').length"
    assert page.evaluate(moving) == 0


def test_a_subjects_page_prints_as_a_document(visit: Visit) -> None:
    page = visit("/subject/{code}?print=1")
    page.emulate_media(media="print")
    for gone in (".main-nav", ".language", ".search-box", ".identity-actions", ".aside"):
        expect(page.locator(gone)).to_be_hidden()
    closing = page.locator("div.only-print")
    expect(closing).to_contain_text("本页面不对信用主体进行评分或等级评定")
    expect(closing).to_contain_text(page.url.partition("?")[0])
    expect(page.locator(".record .origin").first).to_be_visible()


def test_every_request_of_every_page_stays_on_the_site(visit: Visit) -> None:
    page = visit("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/catalogue", "/about"):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path)
    own = "/".join(page.url.split("/", 3)[:3])
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith((own, "data:"))] == []
