"""A platform with a clock that a test moves, and the people who use it in a browser of their own.

Invariant: the platform is the real one; whatever was started is ended, and its data removed.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, BrowserContext, Page, expect

from quanxin.calendar import ZONE
from quanxin.runtime import postgres
from tests import platform
from tests.browser.conftest import _free_port, _wait_for
from tests.browser.travelling import CLOCK, PASSWORD

ROOT = Path(__file__).parents[2]
PATIENCE = 15_000  # milliseconds for a page on a busy machine


@dataclass
class Town:
    """The platform, its clock, and what its people and machines need."""

    address: str
    top: Path
    hands: subprocess.Popen[str]
    code: str = ""
    token: str = ""
    said: dict[str, Any] = field(default_factory=dict)

    def at(self, day: dt.date, hour: int = 10, minute: int = 0) -> None:
        """Let it be a moment, and the jobs of that moment be done."""
        self.clock.write_text(dt.datetime.combine(day, dt.time(hour, minute), ZONE).isoformat())
        self.run("jobs")

    @property
    def clock(self) -> Path:
        return self.top / "clock"

    def run(self, *asked: str) -> Any:
        """What the process beside the server answers, when it did what was asked at the moment of the clock."""
        assert self.hands.stdin is not None
        assert self.hands.stdout is not None
        self.hands.stdin.write(json.dumps(asked) + "\n")
        self.hands.stdin.flush()
        return json.loads(self.hands.stdout.readline())

    def ask(self, path: str, body: dict[str, str] | None = None) -> dict[str, object]:
        """What the interface answers to the consumer."""
        data = json.dumps(body).encode() if body else None
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        with urlopen(Request(self.address + path, data=data, headers=headers)) as answer:  # noqa: S310
            return dict(json.loads(answer.read()))

    def sign_in(self, client: list[str]) -> None:
        pair = base64.b64encode(":".join(client).encode()).decode()
        asked = Request(  # noqa: S310
            f"{self.address}/api/v1/token",
            data=b"grant_type=client_credentials",
            headers={"Authorization": f"Basic {pair}"},
        )
        with urlopen(asked) as answer:  # noqa: S310
            self.token = json.loads(answer.read())["access_token"]


@contextmanager
def town_of(build: str, begins: dt.datetime, **settings: str) -> Iterator[Town]:
    """A town that ``travelling`` builds by a name, on a day, under settings of its own."""
    top = Path(tempfile.mkdtemp(prefix="qx-"))
    top.chmod(0o755)
    own = {"QUANXIN_STATIC": "plain", CLOCK: str(top / "clock")} | settings
    environment = platform.environment_of(platform.empty(top / "data"), **own)
    clock = top / "clock"
    clock.write_text(begins.isoformat())
    (top / "files").mkdir()
    command, port = [sys.executable, "-m", "tests.browser.travelling"], _free_port()
    hands = subprocess.Popen(
        command, env=environment, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    made = Town(f"http://127.0.0.1:{port}", top, hands)
    made.said = made.run(build, str(top / "files"))
    made.code = made.said["code"]
    server = subprocess.Popen([*command, str(port)], env=environment, cwd=ROOT)
    try:
        _wait_for(made.address, server)
        if "client" in made.said:
            made.sign_in(made.said["client"])
        yield made
    finally:
        server.terminate()
        server.wait(timeout=30)
        hands.communicate(timeout=30)  # it ends when nothing more is asked
        postgres.stop(top / "data")
        shutil.rmtree(top)


class People:
    """Signed-in people, each in a browser of their own."""

    def __init__(self, browser: Browser, town: Town) -> None:
        self.browser, self.town = browser, town
        self.known: dict[str, BrowserContext] = {}

    def page(self, name: str, path: str) -> Page:
        """A page as somebody sees it ("" for a passer-by), who signs in where their session has ended."""
        if name not in self.known:
            self.known[name] = self.browser.new_context(locale="zh-CN")
            self.known[name].set_default_timeout(PATIENCE)
        page = self.known[name].new_page()
        page.goto(self.town.address + path)
        if "/sign-in" in page.url:
            page.locator("input[name=login]").fill(name)
            page.locator("input[name=password]").fill(PASSWORD)
            page.get_by_role("button", name="登录", exact=True).click()
        return page

    def act(self, name: str, number: str, act: str, *, reason: str = "", tick: bool = False) -> Page:
        """An act of the desk on a case."""
        page = self.page(name, f"/desk/cases/{number}")
        form = page.locator(f"#act-{act}")
        form.locator("summary").click()
        if tick:
            form.get_by_role("checkbox").check()
        if reason:
            form.locator("textarea[name=reason]").fill(reason)
        form.locator("form button.btn").last.click()
        expect(page.locator(".alert-success")).to_be_visible()
        return page

    def score(self) -> float:
        """What stands as the company's score on its own page."""
        return float(self.page("owner", "/my/score").locator(".score-now").first.inner_text().split()[0])
