"""A scanner that speaks clamd's protocol over a real socket, and knows one virus."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from types import TracebackType
from typing import Literal

# The test text that every scanner knows, in halves so that none finds it here.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

Mood = Literal["well", "silent", "cut", "cut while reading", "too large", "babble", "trickle"]


class Clamd:
    """``mood`` says how it behaves; ``seen`` are the files that were sent to it whole."""

    def __init__(self, path: str | None = None) -> None:
        self.mood: Mood = "well"
        self.seen: list[bytes] = []
        self.stopped = threading.Event()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    outer._serve(self.request)

        class Tcp(socketserver.ThreadingTCPServer):
            daemon_threads = True

        class Unix(socketserver.ThreadingUnixStreamServer):
            daemon_threads = True

        self._server: socketserver.BaseServer
        self.address: str | tuple[str, int]
        if path:
            self._server, self.address = Unix(path, Handler), path
        else:
            self._server = Tcp(("127.0.0.1", 0), Handler)
            self.address = ("127.0.0.1", self._server.socket.getsockname()[1])

    def __enter__(self) -> Clamd:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, session: socket.socket) -> None:
        if self.mood == "cut":
            return
        if self.mood == "silent":
            self.stopped.wait(60)
            return
        command = self._until_zero(session)
        if command == b"PING":
            session.sendall(b"PONG\0")
            return
        assert command == b"INSTREAM"
        data = b""
        while size := struct.unpack(">I", self._exactly(session, 4))[0]:
            data += self._exactly(session, size)
            if self.mood == "cut while reading":
                return
            if self.mood == "too large":
                session.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.seen.append(data)
        found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
        if self.mood == "trickle":
            for byte in found:
                session.sendall(bytes((byte,)))
                self.stopped.wait(0.3)
            return
        session.sendall(b"x" * 10000 if self.mood == "babble" else found)

    @staticmethod
    def _exactly(session: socket.socket, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = session.recv(size - len(data))
            if not piece:
                raise ConnectionError
            data += piece
        return data

    def _until_zero(self, session: socket.socket) -> bytes:
        data = b""
        while not data.endswith(b"\0"):
            data += self._exactly(session, 1)
        return data[1:-1]
