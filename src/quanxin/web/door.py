"""The door of the site: requests are taken in whole before any thread of the application is given to them.

Invariant: whoever sends or reads slowly holds a connection and nothing else. Headers have a time (the server's), a body has
a size, by the class of its address, a time without a byte, and a least speed; it is kept in memory while it is small and
in a nameless file of the data directory when it is not. Only then does one of a few threads run the application, and it is
free again before the first byte of the answer leaves; files leave by the server itself.

It speaks ASGI to the server and WSGI to Django.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

THREADS = 8  # that run the application, in each process
SILENT = 10.0  # seconds without a byte
GRACE, LEAST = 15.0, 16 << 10  # seconds after which a body has to have come with so many bytes a second
IN_MEMORY = 256 << 10
FROM_ONE = 32  # bodies that one address may be sending at once, to one process

log = logging.getLogger(__name__)


class Refused(Exception):
    """A request that is answered by the door itself."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Gone(Exception):
    """Whoever asked has gone."""


@dataclass(slots=True)
class Answer:
    """What the application answered; ``file`` is the path of a file that the server sends by itself."""

    status: int
    headers: list[tuple[bytes, bytes]]
    pieces: list[bytes] = field(default_factory=list)
    file: str = ""


class Door:
    """An ASGI application around a WSGI one; ``largest(environ)`` says how much a request may bring."""

    def __init__(self, application: Callable[..., Any], largest: Callable[[dict[str, Any]], int], folder: Path) -> None:
        self._application, self._largest, self._folder = application, largest, folder
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="quanxin")
        self._sending: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        loop, environ = asyncio.get_running_loop(), environ_of(scope)
        body: IO[bytes] | None = None
        try:
            body = await self._taken_in(scope, environ, receive)
            environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(environ["quanxin.length"])}
            answer = await loop.run_in_executor(self._threads, self._run, environ)
            await _give(answer, send)
        except Refused as refused:
            await _give(_plain(refused.status), send)
        except Gone:
            return
        finally:
            if body is not None:
                body.close()

    async def _taken_in(self, scope: Scope, environ: dict[str, Any], receive: Receive) -> IO[bytes]:
        """The whole body, to be read from its beginning."""
        told = environ.get("CONTENT_LENGTH", "")
        if told and not (told.isascii() and told.isdecimal() and len(told) < 19):
            raise Refused(400)
        environ["quanxin.length"] = 0
        if (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and told in ("", "0")
            and "HTTP_TRANSFER_ENCODING" not in environ
        ):
            return self._empty()
        sender = (scope.get("client") or ("", 0))[0]
        if self._sending[sender] >= FROM_ONE and not sender.startswith("127."):
            raise Refused(429)
        self._sending[sender] += 1
        body = self._empty()
        try:
            most = await asyncio.get_running_loop().run_in_executor(self._threads, self._largest, environ)
            if int(told or 0) > most:
                raise Refused(413)
            environ["quanxin.length"] = await _read(receive, body, most)
        except BaseException:
            body.close()
            raise
        finally:
            self._sending[sender] -= 1
            if not self._sending[sender]:
                del self._sending[sender]
        body.seek(0)
        return body

    def _empty(self) -> IO[bytes]:
        """Where a body is kept; whoever is given it closes it."""
        return SpooledTemporaryFile(IN_MEMORY, dir=str(self._folder))

    def _run(self, environ: dict[str, Any]) -> Answer:
        """Run the application on a thread; its answer is whole, or a file, when this returns."""
        begun: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], None]:
            begun[:] = [int(status.split(" ", 1)[0]), headers]
            return lambda _data: None

        said: Iterable[bytes] = self._application(environ, start)
        try:
            status, headers = begun
            answer = Answer(status, [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers])
            answer.file = _path_of(said)
            if not answer.file:
                answer.pieces = list(said)
            return answer
        finally:
            if close := getattr(said, "close", None):
                close()


async def _read(receive: Receive, body: IO[bytes], most: int) -> int:
    """Read a body to its end; return its length. Raises ``Refused`` for too much and for too slow a sender."""
    began, length = time.monotonic(), 0
    while True:
        try:
            message = await asyncio.wait_for(receive(), SILENT)
        except TimeoutError:
            raise Refused(408) from None
        if message["type"] == "http.disconnect":
            raise Gone
        piece = message.get("body", b"")
        length += len(piece)
        if length > most:
            raise Refused(413)
        body.write(piece)
        if not message.get("more_body", False):
            return length
        if length < (time.monotonic() - began - GRACE) * LEAST:
            raise Refused(408)


async def _give(answer: Answer, send: Send) -> None:
    """Send an answer. What cannot be sent any more is not: whoever asked has gone."""
    with suppress(OSError, RuntimeError):
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.file:
            await send({"type": "http.response.pathsend", "path": answer.file})
            return
        whole = b"".join(answer.pieces)
        await send({"type": "http.response.body", "body": whole, "more_body": False})


def _path_of(said: Any) -> str:
    """The path of the file that an answer is, from its beginning to its end; "" for any other answer."""
    file = getattr(said, "file_to_stream", None)
    name = getattr(file, "name", None)
    if not getattr(said, "streaming", False) or not isinstance(name, str) or not Path(name).is_file():
        return ""
    return str(Path(name).resolve())


def _plain(status: int) -> Answer:
    words = {400: "Bad Request", 408: "Request Timeout", 413: "Content Too Large", 429: "Too Many Requests"}
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"connection", b"close"),
        (b"cache-control", b"no-store"),
    ]
    if status == 429:
        headers.append((b"retry-after", b"10"))
    zh = {400: "请求有误", 408: "发送太慢，请重试", 413: "内容太大", 429: "同时发送的请求太多，请稍后重试"}
    return Answer(status, headers, [f"{zh[status]} / {words[status]}\n".encode()])


def environ_of(scope: Scope) -> dict[str, Any]:
    """The WSGI environment of a request, without its body.

    A header with an underscore is left out: it would be taken for the one with a hyphen, which a proxy in front sets.
    """
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    path = unquote_to_bytes(scope["raw_path"]) if scope.get("raw_path") else scope["path"].encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"], "SCRIPT_NAME": "", "PATH_INFO": path.partition(b"?")[0].decode("latin-1"),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_NAME": str(server[0]), "SERVER_PORT": str(server[1] or 80), "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]), "REMOTE_PORT": str(client[1]), "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
        "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    for name, value in scope["headers"]:
        if b"_" in name:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        text, joint = value.decode("latin-1"), "; " if key == "HTTP_COOKIE" else ","
        environ[key] = environ[key] + joint + text if key in environ else text
    return environ
