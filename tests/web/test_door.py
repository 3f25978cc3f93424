"""The door: a slow or boundless sender holds a connection, never a thread; what comes through is what was sent."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from quanxin.web import door
from quanxin.web.door import Door, environ_of

MOST = 1000


def scope(
    method: str = "POST", path: bytes = b"/x", headers: Iterable[tuple[bytes, bytes]] = (), client: str = "203.0.113.9"
) -> Any:
    return {
        "type": "http",
        "method": method,
        "raw_path": path,
        "path": path.decode(),
        "query_string": b"a=1",
        "scheme": "http",
        "http_version": "1.1",
        "headers": list(headers),
        "client": (client, 1234),
        "server": ("localhost", 8000),
    }


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start("200 OK", [("X-Length", environ["CONTENT_LENGTH"]), ("X-Thread", threading.current_thread().name)])
    return [body]


def made(tmp_path: Path, application: Callable[..., Any] = echo) -> Door:
    return Door(application, lambda _environ: MOST, tmp_path)


async def ask(
    the_door: Door, asked: Any, pieces: Iterable[tuple[float, bytes]], ends: bool = True
) -> list[dict[str, Any]]:
    """Send pieces of a body, each after a while; return what was answered."""
    coming, said = iter(pieces), list[dict[str, Any]]()

    async def receive() -> dict[str, Any]:
        for wait, piece in coming:
            await asyncio.sleep(wait)
            return {"type": "http.request", "body": piece, "more_body": True}
        if not ends:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await the_door(asked, receive, send)
    return said


def test_a_body_arrives_whole_with_its_length(tmp_path: Path) -> None:
    start, body = asyncio.run(ask(made(tmp_path), scope(), [(0, b"a" * 300), (0, b"b" * 300)]))
    assert start["status"] == 200
    assert (b"x-length", b"600") in start["headers"]
    assert body["body"] == b"a" * 300 + b"b" * 300


@pytest.mark.parametrize("told", [[], [(b"content-length", b"5000")], [(b"content-length", b"12")]])
def test_more_than_its_address_takes_is_refused_however_long_it_says_it_is(tmp_path: Path, told: Any) -> None:
    counted = list[int]()

    def pieces() -> Iterable[tuple[float, bytes]]:
        while True:  # for ever
            counted.append(100)
            yield 0, b"x" * 100

    (start, _body) = asyncio.run(ask(made(tmp_path), scope(headers=told), pieces()))
    assert start["status"] == 413
    assert sum(counted) <= MOST + 100


def test_a_length_that_is_none_is_refused(tmp_path: Path) -> None:
    for told in (b"-1", b"1e3", "１".encode(), b"9" * 30):
        (start, _body) = asyncio.run(ask(made(tmp_path), scope(headers=[(b"content-length", told)]), []))
        assert start["status"] == 400


def test_slow_senders_are_ended_and_hold_no_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "SILENT", 2)
    monkeypatch.setattr(door, "GRACE", 3)
    monkeypatch.setattr(door, "FROM_ONE", 1000)
    the_door = made(tmp_path)

    async def many() -> tuple[list[Any], int]:
        silent = [asyncio.create_task(ask(the_door, scope(), [(0, b"a")], ends=False)) for _ in range(200)]
        drip = [asyncio.create_task(ask(the_door, scope(), [(0.1, b"a")] * 600)) for _ in range(200)]
        await asyncio.sleep(0.1)
        good = await ask(the_door, scope(), [(0, b"good")])
        waiting = sum(not task.done() for task in (*silent, *drip))
        assert good[0]["status"] == 200
        return [s[0]["status"] for s in await asyncio.gather(*silent, *drip)], waiting

    ends, waiting = asyncio.run(many())
    assert set(ends) == {408}
    assert waiting == 400  # all of them, and there are 8 threads


def test_one_address_sends_so_many_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "SILENT", 0.5)
    the_door = made(tmp_path)

    async def many() -> list[int]:
        asked = [ask(the_door, scope(), [(0, b"a")], ends=False) for _ in range(door.FROM_ONE + 5)]
        asked.append(ask(the_door, scope(client="198.51.100.7"), [(0, b"a")]))
        return [s[0]["status"] for s in await asyncio.gather(*asked)]

    statuses = asyncio.run(many())
    assert statuses.count(429) == 5
    assert statuses[-1] == 200
    assert not the_door._sending


def test_headers_cannot_be_made_to_look_like_a_proxy_s() -> None:
    environ = environ_of(scope("GET", b"/a%20b", [
        (b"x_forwarded_for", b"1.1.1.1"), (b"x-forwarded-for", b"2.2.2.2"), (b"x-forwarded-for", b"3.3.3.3"),
        (b"cookie", b"a=1"), (b"cookie", b"b=2"),
    ]))  # fmt: skip
    assert environ["HTTP_X_FORWARDED_FOR"] == "2.2.2.2,3.3.3.3"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["PATH_INFO"] == "/a b"
    assert environ["REMOTE_ADDR"] == "203.0.113.9"


def test_whoever_goes_away_leaves_nothing(tmp_path: Path) -> None:
    the_door, called = made(tmp_path), list[str]()

    async def gone() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            called.append(message["type"])

        await the_door(scope(), receive, send)

    asyncio.run(gone())
    assert called == []
    assert not the_door._sending
    assert list(tmp_path.iterdir()) == []
