"""Whichever process of a site is killed, it is started again alone, and the site answers meanwhile."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from quanxin.runtime import keeper, postgres
from quanxin.runtime.finding import State
from quanxin.runtime.keeper import AlreadyServed, Keeper
from tests import platform, warm
from tests.intake.processes import until
from tests.intake.test_serve import free_port

WITHIN = 2.0  # seconds in which the site answers, whatever was killed


def state_of(data_dir: Path, port: int) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((data_dir / keeper.FOLDER / f"serving-{port}.json").read_text())
    except (OSError, ValueError):
        return {"processes": {}}
    return told


def pid_of(data_dir: Path, port: int, name: str) -> int:
    return int(state_of(data_dir, port)["processes"].get(name, {"pid": 0})["pid"])


def asked(port: int, path: str = "/about") -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def answers(port: int, path: str = "/penalties") -> bool:
    return asked(port, path)[0] == 200


def health(port: int) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(asked(port, "/healthz")[1])
    except ValueError:
        return {}
    return told


class Site:
    """A site with two web processes, a worker and a database of its own, and the log of all of them."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.port, self.log = data_dir, free_port(), data_dir.parent / "log"
        self.env = platform.environment_of(data_dir, QUANXIN_STATIC="plain", QUANXIN_HEARTBEAT_SECONDS="2")
        self.begin()

    def begin(self) -> None:
        with self.log.open("ab") as log:
            words = ("serve", "--port", str(self.port), "--workers", "2")
            self.main = warm.start(words, self.env, group=True, out=log, err=log)
        until(lambda: self.pid("web-2") > 0 and answers(self.port), "the site")
        until(lambda: health(self.port).get("status") == "ok", "the worker")

    def pid(self, name: str) -> int:
        return pid_of(self.data_dir, self.port, name)

    def kill(self, name: str) -> None:
        """Kill one process; the site answers within seconds, and the process is there again."""
        before = self.pid(name)
        os.kill(before, signal.SIGKILL)
        self.answers_soon()
        until(lambda: self.pid(name) not in (0, before) and keeper.alive(self.pid(name)), f"{name} again", 30)

    def answers_soon(self) -> None:
        began = time.monotonic()
        until(lambda: answers(self.port), "an answer", WITHIN * 5)
        assert time.monotonic() - began < WITHIN


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    tmp_path.chmod(0o755)
    made = Site(platform.empty(tmp_path / "data"))
    first = made.main
    try:
        yield made
    finally:
        for main in (first, made.main):
            with suppress(ProcessLookupError):
                os.killpg(main.pid, signal.SIGKILL)
            main.wait()
        postgres.stop(made.data_dir)


@pytest.mark.slow
def test_each_process_that_is_killed_comes_back_and_the_site_answers_meanwhile(site: Site) -> None:
    for name in ("web-1", "worker", keeper.DATABASE, "web-2"):
        site.kill(name)
    until(lambda: health(site.port).get("status") == "ok", "all to be well again", 30)
    told = {found.words[1].split(" ")[0]: found for found in _findings(site.data_dir)}
    assert {"web-1", "web-2", "worker", keeper.DATABASE} <= set(told)
    assert all(
        found.state is State.ATTENTION and "SIGKILL" in found.words[1]
        for found in told.values()
        if "web" in found.words[0]
    )
    lines = [json.loads(line) for line in site.log.read_text().splitlines() if line.startswith("{")]
    assert sum("it is started again" in line["message"] for line in lines) == 4
    text = asked(site.port, "/metrics")[1].decode()
    assert f'quanxin_process_starts_total{{process="{site.port}/worker"}} 2.0' in text
    assert 'quanxin_jobs_total{outcome="done"' in text, "the worker's figures are not among those of the site"

    orphans = [site.pid(name) for name in ("web-1", "web-2")]
    site.main.kill()
    site.main.wait()
    site.answers_soon()
    assert any("is gone" in found.words[1] for found in _findings(site.data_dir))
    site.begin()
    until(lambda: not any(map(keeper.alive, orphans)), "the processes of the former keeper to make room", 60)
    site.answers_soon()
    site.main.terminate()
    assert site.main.wait(30) == 0
    assert list(keeper.told(site.data_dir)) == []


def _findings(data_dir: Path) -> list[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUANXIN_DATA_DIR", str(data_dir))
        return list(keeper.processes())


def test_pauses_grow_while_a_process_keeps_dying_and_are_forgotten_when_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(keeper.time, "time", lambda: clock[0])
    kept = Keeper(1, tmp_path)

    def dies_after(seconds: float, pid: int) -> float:
        kept.begun("web-1", pid)
        clock[0] += seconds
        return kept.ended("web-1", "SIGKILL")

    assert [dies_after(1, pid) for pid in range(1, 10)] == [0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert dies_after(keeper.CALM, 11) == 0
    assert len(state_of(tmp_path, 1)["processes"]["web-1"]["ends"]) == 10


def test_a_port_that_is_served_already_is_refused_in_words(tmp_path: Path) -> None:
    place = tmp_path / keeper.FOLDER / "serving-8000.json"
    place.parent.mkdir()
    place.write_text(json.dumps({"pid": os.getppid()}))
    with pytest.raises(AlreadyServed, match=str(os.getppid())):
        Keeper(8000, tmp_path)
    place.write_text(json.dumps({"pid": 2**22 + 1}))
    Keeper(8000, tmp_path)
