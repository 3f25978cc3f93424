"""Risky work in a process of its own, with bounded memory, time and disk.

Invariant: whatever the work does to its process, the caller gets its answer or ``Ended``, within the time; the process
and its group are gone afterwards. What comes back is JSON, never an object.
"""

from __future__ import annotations

import atexit
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Literal

_HELPER = "quanxin.runtime.confined_child"
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "HOME")  # of the environment: no secret
_START = 120.0  # seconds within which a helper has begun, however busy the machine is
_PIECE = 1 << 16
_ANSWER = 1 << 28

Reason = Literal["memory", "time", "killed"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a piece of work may take: bytes of memory, seconds of the processor (and ``patience`` times as many by the
    clock), bytes of one file that it writes; ``processes`` that its account may have (None: no limit)."""

    memory: int
    seconds: int
    written: int
    processes: int | None = None

    @property
    def patience(self) -> float:
        """Seconds by the clock: a busy machine takes longer."""
        return 3.0 * self.seconds


class Ended(Exception):
    """The process ended without an answer, for want of memory or time or by a signal."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Failed(Exception):
    """The work raised what it should not have; the message is its traceback."""


class Helper:
    """A helper process with modules imported, started at the first piece of work and again when it died."""

    def __init__(self, *modules: str) -> None:
        self._modules = modules
        self._door = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._owner = 0
        atexit.register(self._stop)

    def run(self, function: str, arguments: Sequence[Any], limits: Limits, *, files: Sequence[int] = ()) -> Any:
        """What ``function`` ("module:name") returns, as JSON, given the numbers of ``files`` and the arguments.

        Raises ``Ended`` if its process could not answer and ``Failed`` if it raised.
        """
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._ask([theirs.fileno(), *files])
            answer = _Conversation(ours)
            try:
                answer.begin(limits.patience)
                ours.sendall(pickle.dumps((function, list(arguments), asdict(limits))))
                ours.shutdown(socket.SHUT_WR)
                return answer.end()
            except TimeoutError as error:
                raise Ended("time") from error
            except (BrokenPipeError, ConnectionResetError) as error:
                raise Ended("killed") from error
            finally:
                answer.kill()

    def start(self) -> None:
        """Start the helper now, so that the first piece of work need not wait for it."""
        with self._door:
            self._started()

    def _ask(self, descriptors: list[int]) -> None:
        with self._door:
            for _ in range(2):
                try:
                    socket.send_fds(self._started(), [b"w"], descriptors)
                except OSError:  # it died since: once more, with a new one
                    self._stop()
                else:
                    return
        raise Ended("killed")

    def _started(self) -> socket.socket:
        """The line to a helper of this very process: a fork has its own."""
        if self._line is not None and self._owner == os.getpid() and self._process and self._process.poll() is None:
            return self._line
        self._stop()
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-I", "-m", _HELPER, *self._modules]
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, env=kept)
        self._line, self._owner = ours, os.getpid()
        return ours

    def _stop(self) -> None:
        """Let go of the helper, which then ends; it is waited for if it is ours."""
        if self._line is not None:
            self._line.close()
        if self._process is not None and self._owner == os.getpid():
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
        self._line = self._process = None


class _Conversation:
    """What comes back over the line of a piece of work."""

    def __init__(self, line: socket.socket) -> None:
        self._line, self._until = line, time.monotonic() + _START
        self._number = 0
        self._over = False
        self._rest = b""

    def begin(self, patience: float) -> None:
        """Wait for the number of the child; from then on it has ``patience`` seconds."""
        self._number = int(self._next()["number"])
        self._until = time.monotonic() + patience

    def end(self) -> Any:
        """The answer, once the child has ended."""
        said = self._next()
        if "ended" in said:
            self._over = True
            raise Ended("time" if said["ended"] == -signal.SIGXCPU else "killed")
        self._over = "ended" in self._next()
        if "short" in said:
            raise Ended("memory")
        if "failed" in said:
            raise Failed(said["failed"])
        return said["answer"]

    def kill(self) -> None:
        """End the child with whatever it started, unless its end was told."""
        if self._number and not self._over:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._number, signal.SIGKILL)

    def _next(self) -> dict[str, Any]:
        while b"\n" not in self._rest:
            self._line.settimeout(max(self._until - time.monotonic(), 0.001))
            piece = self._line.recv(_PIECE)
            if not piece or len(self._rest) > _ANSWER:
                raise Ended("killed")
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        try:
            found: dict[str, Any] = json.loads(line)
        except ValueError as error:  # it was killed while it answered
            raise Ended("killed") from error
        return found
