"""What every answer of the portal has in common: headers, languages, no cookies, help where something is wrong."""

from __future__ import annotations

from unittest import mock

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from quanxin.web.middleware import HEADERS


@pytest.mark.parametrize("address", ["/robots.txt", "/no-such-page", "/manifest.webmanifest"])
def test_every_answer_carries_the_security_headers(address: str) -> None:
    answer = Client().get(address)
    assert {name: answer[name] for name in HEADERS} == HEADERS


def test_the_content_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = dict(rule.split(" ", 1) for rule in HEADERS["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["img-src"] == "'self' data:"
    assert {policy[kind] for kind in ("script-src", "style-src", "connect-src", "form-action")} == {"'self'"}


def test_no_page_sets_a_cookie_unasked() -> None:
    assert not Client().get("/no-such-page").cookies


def test_the_language_follows_the_browser_and_chinese_comes_first() -> None:
    assert b'<html lang="zh-CN">' in Client().get("/no-such-page").content
    assert b'<html lang="en">' in Client(headers={"accept-language": "en-GB,en"}).get("/no-such-page").content


def test_choosing_a_language_is_remembered_in_a_cookie_and_leads_back() -> None:
    client = Client(headers={"accept-language": "zh-CN"})
    answer = client.post(reverse("portal:language"), {"language": "en", "next": "/about?x=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/about?x=1")
    assert b'<html lang="en">' in client.get("/no-such-page").content


def test_the_language_switch_leads_to_no_other_site() -> None:
    answer = Client().post(reverse("portal:language"), {"language": "en", "next": "https://example.org/"})
    assert "example.org" not in answer["Location"]


def test_a_missing_page_offers_the_search() -> None:
    answer = Client(headers={"accept-language": "zh-CN"}).get("/no-such-page")
    assert answer.status_code == 404
    assert 'role="search"' in answer.content.decode()


@override_settings(ALLOWED_HOSTS=["example.org"])
def test_a_foreign_host_name_is_refused_with_a_page() -> None:
    answer = Client(headers={"host": "elsewhere.example", "accept-language": "zh-CN"}).get("/robots.txt")
    assert answer.status_code == 400
    assert "这个请求无法理解" in answer.content.decode()


def test_a_failure_of_ours_is_a_page_that_needs_no_database() -> None:
    client = Client(raise_request_exception=False, headers={"accept-language": "zh-CN"})
    with mock.patch("quanxin.web.views.system.reverse", side_effect=RuntimeError):
        answer = client.get("/robots.txt")
    assert answer.status_code == 500
    assert "平台出了问题" in answer.content.decode()
    assert "RuntimeError" not in answer.content.decode()


def test_robots_may_read_pages_but_not_walk_the_search() -> None:
    assert "Disallow: /search\n" in Client().get("/robots.txt").content.decode()


def test_the_old_favicon_address_leads_to_the_mark() -> None:
    answer = Client().get("/favicon.ico")
    assert answer.status_code == 302
    assert answer["Location"].endswith(".svg")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_portal_only_reads(method: str) -> None:
    for name in ("home", "search", "licences", "penalties", "catalogue", "open-data", "about", "health"):
        assert getattr(Client(), method)(reverse(f"portal:{name}")).status_code == 405
