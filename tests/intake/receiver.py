"""A consumer's server, as notifications meet it: it answers as it is told and keeps what it was sent.

Invariant: it listens on this machine alone and is gone at the end of its test.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext


@dataclass
class Receiver:
    """What came in, and what is answered: ``answers`` one after the other, then 204."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    came: list[tuple[str, Message, bytes]] = field(default_factory=list)
    pause: float = 0.0
    drip: float = 0.0  # seconds between the bytes of an answer
    hold: threading.Event | None = None  # answers wait for it

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def header(self, name: str) -> list[str | None]:
        """One header of everything that came."""
        return [headers[name] for _, headers, _ in self.came]


@contextmanager
def receiver(tls: SSLContext | None = None) -> Iterator[Receiver]:
    """Listen on a free port; requests are served once ``serve`` threads run, that is at once."""
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            state.came.append((self.path, self.headers, body))
            status = state.answers.pop(0) if state.answers else 204
            time.sleep(state.pause)
            if state.hold is not None:
                state.hold.wait(30)
            if state.drip:
                self._drip()
                return
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{state.url}/elsewhere")
            self.end_headers()

        def _drip(self) -> None:
            for byte in b"HTTP/1.0 204 No Content\r\n\r\n":
                try:
                    self.wfile.write(bytes([byte]))
                except OSError:
                    return
                time.sleep(state.drip)

        def log_message(self, *of: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

        def handle_error(self, *of: object) -> None:
            """A client that went away is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
