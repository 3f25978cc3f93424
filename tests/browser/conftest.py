"""A running platform with a small sample city, and a browser that looks at it.

Invariant: the platform is the real one, made by the commands an operator types, in a data directory of its own that
is removed afterwards. Where there is no Chromium the tests say so and are skipped; anything else that is missing
fails them.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from quanxin.runtime import postgres
from tests import platform, warm

QUANXIN = Path(sys.executable).with_name("quanxin")
ASSETS = Path(__file__).parents[2] / "src/quanxin/web/assets"
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 60.0  # seconds for the server to answer on a busy machine


@dataclass(frozen=True, slots=True)
class Site:
    """The running platform, the code of a subject that has records, and the data directory."""

    address: str
    code: str
    data: Path

    def url(self, path: str) -> str:
        return self.address + path.replace("{code}", self.code)


def everybody_has_chosen(environment: dict[str, str]) -> None:
    """Let the passwords that accounts were given be their owners' own."""
    command(environment, "-m", "tests.browser.chosen")


def command(environment: Mapping[str, str], *words: str) -> str:
    """Run a command as an operator types it and return what it said; fail if it fails."""
    done = warm.run(words, environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _fetch(address: str) -> str:
    with urlopen(address) as answer:  # noqa: S310  (our own server)
        return str(answer.read().decode())


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert server.poll() is None, "quanxin serve ended"
        try:
            _fetch(f"{address}/healthz")
        except URLError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"quanxin serve did not answer within {PATIENCE:.0f} s")


def _penalised_subject(address: str) -> str:
    """The code of the subject that the list of latest penalties begins with."""
    return _fetch(f"{address}/penalties").split('href="/subject/', 1)[1].split('"', 1)[0]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium on this machine: the pages were not looked at (.ci/run installs it)")


@pytest.fixture(scope="session")
def site(chromium: str) -> Iterator[Site]:
    """Set up, fill and serve a platform; needs the browser's assets (``make assets``)."""
    top = Path(tempfile.mkdtemp(prefix="qx-"))
    top.chmod(0o755)
    environment = platform.environment_of(platform.sample(top / "data"))
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


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for all tests here; it is gone before others, whose event loops cannot run beside its own."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open an address in a fresh context; whatever the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str, width: int = 1440, **options: Any) -> Page:
        options = {"locale": "zh-CN", "viewport": {"width": width, "height": 900}} | options
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        page.goto(site.url(path))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, from the lockfile that the portal's assets come from."""
    return (ASSETS / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
