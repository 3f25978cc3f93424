"""Asking clamd about a file, by its INSTREAM command.

Invariant: a file is clean only when the scanner said so; whatever else it says or fails to say in time, it did not
answer. The scanner reads a stream and never a path.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

SECONDS = 30.0  # for the whole of one file
_CHUNK = 1 << 16
_LONGEST_ANSWER = 4096
_FOUND = re.compile(r"^stream: (.+) FOUND$")


class NoAnswer(Exception):
    """The scanner cannot be reached, is too slow, or says something that is no verdict."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """Where clamd listens: a socket's path, or a host and a port."""

    address: str | tuple[str, int]

    def __str__(self) -> str:
        return self.address if isinstance(self.address, str) else ":".join(map(str, self.address))

    def virus(self, path: Path) -> str:
        """The name of the virus that is in a file, "" if it is clean; ``NoAnswer`` otherwise."""
        deadline = time.monotonic() + SECONDS
        try:
            with self._connected(deadline) as session, path.open("rb") as file:
                _send(session, b"zINSTREAM\0", deadline)
                while chunk := file.read(_CHUNK):
                    _send(session, struct.pack(">I", len(chunk)) + chunk, deadline)
                _send(session, b"\0\0\0\0", deadline)
                return _verdict(_answer(session, deadline))
        except (OSError, ValueError) as error:
            raise NoAnswer(str(error) or type(error).__name__) from error

    def answers(self) -> bool:
        """Whether the scanner is there and says so."""
        deadline = time.monotonic() + 5
        try:
            with self._connected(deadline) as session:
                _send(session, b"zPING\0", deadline)
                return _answer(session, deadline) == "PONG"
        except (OSError, ValueError, NoAnswer):
            return False

    def _connected(self, deadline: float) -> socket.socket:
        if isinstance(self.address, tuple):
            return socket.create_connection(self.address, timeout=_left(deadline))
        session = socket.socket(socket.AF_UNIX)
        try:
            session.settimeout(_left(deadline))
            session.connect(self.address)
        except BaseException:
            session.close()
            raise
        return session


def scanner() -> Scanner | None:
    """The scanner of this installation, if there is one."""
    return Scanner(settings.ANTIVIRUS) if settings.ANTIVIRUS else None


def _send(session: socket.socket, data: bytes, deadline: float) -> None:
    session.settimeout(_left(deadline))
    session.sendall(data)


def _answer(session: socket.socket, deadline: float) -> str:
    """What is said up to the closing zero."""
    said = b""
    while not said.endswith(b"\0"):
        session.settimeout(_left(deadline))
        piece = session.recv(_LONGEST_ANSWER)
        said += piece
        if not piece or len(said) > _LONGEST_ANSWER:
            raise NoAnswer(f"the answer broke off: {said[:80]!r}")
    return said[:-1].decode("utf-8", "replace")


def _verdict(said: str) -> str:
    if said == "stream: OK":
        return ""
    found = _FOUND.match(said)
    if found is None:
        raise NoAnswer(said[:200])
    return found[1][:128]


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise NoAnswer("it takes too long")
    return left
