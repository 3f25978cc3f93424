"""What the doors ask of everyone: sizes, rates, nothing kept behind signing in, reports, formulas, addresses of hooks."""

from __future__ import annotations

import csv
import io
import ipaddress
import logging

import pytest
from django.conf import settings as configured
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from quanxin.accounts.actors import Role
from quanxin.pages.tables import Table, as_file
from quanxin.runtime.cells import harmless, is_formula
from quanxin.sharing import safe_post
from quanxin.web import limits, throttle
from quanxin.web.limits import Rate
from quanxin.web.throttle import Buckets, network_of
from tests.access.test_matrix import routes
from tests.desk.people import signed_in

pytestmark = pytest.mark.django_db
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.77"}


def test_every_address_refuses_what_is_too_large_from_whom_nobody_knows() -> None:
    client = Client(raise_request_exception=False)
    body = b"x" * (limits.SMALL + 1)
    kinds = (
        "application/x-www-form-urlencoded",
        "application/json",
        "multipart/form-data; boundary=b",
        "application/x-ndjson",
    )
    for name, path, view in [*routes(), ("", "/nothing/here", None)]:
        if getattr(view, "reads_its_form", False):
            continue  # asks who is signed in before it reads anything
        for kind in kinds:
            answer = client.post(path, body, content_type=kind)
            assert answer.status_code == 413, f"{name} {kind} {answer.status_code}"
            problem = answer.headers["Content-Type"].startswith("application/problem+json")
            assert problem == path.startswith("/api/"), name


def test_whoever_is_signed_in_may_send_a_form_and_not_seventeen_megabytes() -> None:
    client = signed_in(Role.CENTRE)
    client.raise_request_exception = False
    for name, path, view in routes():
        if getattr(view, "reads_its_form", False) or name in ("desk:upload", "desk:sign-out", "accounts:end-session"):
            continue
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
            answer = client.post(path, b"a=" + b"x" * (17 << 20), content_type=kind)
            assert answer.status_code == 413, f"{name} {kind} {answer.status_code}"


def test_packed_bodies_and_lengths_that_are_none_are_refused() -> None:
    client = Client(raise_request_exception=False)
    assert (
        client.post(
            "/account/sign-in", b"x", content_type="text/plain", headers={"content-encoding": "gzip"}
        ).status_code
        == 415
    )
    assert (
        client.post("/api/v1/token", b"x", content_type="text/plain", headers={"content-encoding": "gzip"}).status_code
        == 415
    )
    assert client.post("/language", {"a": "b"}, CONTENT_LENGTH="-1").status_code == 400


def test_a_bucket_fills_again_and_their_number_is_bounded() -> None:
    clock = [0.0]
    buckets, rate = Buckets(most=10, clock=lambda: clock[0]), Rate("tries", 6)
    assert [buckets.take(rate, "a") for _ in range(7)] == [0] * 6 + [10]
    assert buckets.take(rate, "b") == 0
    clock[0] = 10.0
    assert [buckets.take(rate, "a") for _ in range(2)] == [0, 10]
    for n in range(1000):
        buckets.take(rate, f"n{n}")
    assert len(buckets._kept) == 10


@pytest.mark.parametrize(("path", "method", "rate"), [
    ("/search?q=a", "get", limits.SEARCHES), ("/search/suggestions?q=a", "get", limits.SEARCHES),
    ("/account/sign-in", "post", limits.SIGN_INS), ("/api/v1/token", "post", limits.TOKENS), ("/nothing", "get", limits.PAGES),
    ("/csp-report", "post", limits.REPORTS), ("/open-data/2026-01-01/x.csv", "get", limits.DOWNLOADS),
])  # fmt: skip
def test_an_address_that_asks_too_often_waits(
    path: str, method: str, rate: Rate, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(throttle, "_buckets", Buckets(clock=lambda: 0.0))
    client = Client(raise_request_exception=False)
    throttle._buckets._kept[(rate.name, "203.0.113.77")] = (1.0, 0.0)  # one is left
    first, second = (getattr(client, method)(path, **ELSEWHERE) for _ in range(2))
    assert first.status_code != 429
    assert second.status_code == 429
    assert int(second.headers["Retry-After"]) >= 1
    assert getattr(client, method)(path, REMOTE_ADDR="203.0.113.78").status_code != 429  # somebody else
    if path.startswith("/api/"):
        assert second.json()["code"] == "rate-exceeded"
    else:
        assert "请求过于频繁" in second.content.decode()
    settings.TRUSTED_PROXIES = 1
    through = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "9.9.9.9, 203.0.113.77"}
    assert getattr(client, method)(path, **through).status_code == 429


def test_whose_an_address_is() -> None:
    assert network_of("203.0.113.9") == network_of("::ffff:203.0.113.9") == "203.0.113.9"
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:9::9") == "2001:db8:1:2::/64"
    assert network_of("127.0.0.1") is network_of("::1") is None
    assert network_of("nonsense") == "unknown"


def test_nothing_behind_signing_in_is_kept() -> None:
    client, wrong = signed_in(Role.AUDITOR), []
    for name, path, _view in routes():
        answer = client.get(path)
        if answer.headers.get("Cache-Control") != "private, no-store":
            wrong.append(name)
    assert wrong == []
    public = Client().get("/about")
    assert "no-store" not in public.headers.get("Cache-Control", "")


def test_reports_of_the_policy_are_small_masked_and_kept_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    policy = Client().get("/about").headers
    assert "report-uri /csp-report" in policy["Content-Security-Policy"]
    assert 'csp="/csp-report"' in policy["Reporting-Endpoints"]
    sent = [
        {
            "body": {
                "effectiveDirective": "script-src\nforged",
                "documentURL": "https://x.example/my/a?number=37010219800615001X",
                "blockedURL": "https://evil.example/13853119876?q=secret",
            }
        }
    ] * 50
    client = Client(enforce_csrf_checks=True)
    with caplog.at_level(logging.WARNING, "quanxin.web.views.telling"):
        assert client.post("/csp-report", sent, content_type="application/json").status_code == 204
    said = [r.getMessage() for r in caplog.records if r.name == "quanxin.web.views.telling"]
    assert len(said) == 3
    assert not any(part in line for line in said for part in ("secret", "number=", "13853119876", "\n"))
    assert client.post("/csp-report", b"x" * (limits.REPORT + 1), content_type="application/json").status_code == 413
    for junk in (b"", b"[" * 9000, b"{}", b"[1, null]", b'{"csp-report": {"document-uri": ["x"]}}'):
        assert client.post("/csp-report", junk, content_type="application/csp-report").status_code in (204, 400)


def test_where_weaknesses_are_reported(settings: Settings) -> None:
    assert Client().get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    said = Client().get("/.well-known/security.txt").content.decode()
    assert said.startswith("Contact: mailto:security@example.org\nExpires: ")


def test_https_brings_strict_transport() -> None:
    import os
    import subprocess
    import sys

    code = (
        "from quanxin import settings as s; print(s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    )
    env = {**os.environ, "QUANXIN_HTTPS": "1"}
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    assert told.split() == ["31536000", "True", "True"]


@pytest.mark.parametrize("text", [
    "=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1+1", "－1－1", "＠SUM(A1)", " =1", "\u200b=1",
    "﹢1+1", "﹣x", "﹦x", "﹫x", "\u3000＝1",
])  # fmt: skip
def test_no_text_in_a_table_is_a_formula(text: str) -> None:
    assert is_formula(text)
    made = as_file(Table("t", "表", ["=头"], [[text]]), "csv", "t").content.decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(made, newline=""))
    assert (header[0], row[0]) == ("'=头", f"'{text}")


@pytest.mark.parametrize("text", ["", "济南", "-1.5", "+3", "2026-01-01", "a=1", "（-）"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("address", [
    "fec0::1", "::8.8.8.8", "64:ff9b:1::808:808", "3fff::1", "2001:db8::1", "2001:20::1", "5f00::1", "192.88.99.1", "198.18.0.1",
    "240.0.0.1", "192.0.0.9", "ff0e::1", "fe80::1%eth0", "100.127.255.255", "2002:a9fe:a9fe::", "4000::1",
])  # fmt: skip
def test_only_public_unicast_may_be_notified(address: str) -> None:
    assert not safe_post.is_public(ipaddress.ip_address(address))


def test_only_ports_that_are_allowed_may_be_notified(settings: Settings) -> None:
    assert safe_post.locate("https://8.8.8.8:8443/").port == 8443
    for port in (22, 25, 80, 5432, 6379, 9200):
        with pytest.raises(safe_post.Undeliverable):
            safe_post.locate(f"https://8.8.8.8:{port}/")
    settings.WEBHOOK_PORTS = frozenset({9443})
    assert safe_post.locate("https://8.8.8.8:9443/").port == 9443


def test_a_limit_is_declared_for_every_address() -> None:
    request = RequestFactory().post("/", data=b"", content_type="application/json")
    assert limits.for_request(request) == limits.SMALL
    for name, path, _view in routes():
        for known in (True, False):
            assert 0 < limits.largest(path, "application/json", known=known) <= configured.UPLOAD_MB << 20, name
    assert limits.largest(reverse("desk:upload"), "multipart/form-data", known=False) == limits.SMALL
