"""The web server: granian, whose processes are kept as ``runtime.keeper`` says.

Invariant: no end of a web process ends the site. granian itself gives up where one dies twice within seconds, or stops
altogether; its loop is replaced by ours, which waits longer each time and goes on.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from granian._internal import load_target
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from quanxin.runtime.keeper import Keeper, keep_on

APPLICATION = "quanxin.web.asgi:application"
HEADERS_WITHIN = 10_000  # milliseconds in which a request's headers have to have come
CONNECTIONS = 8192  # at once, to each process; most only wait, for a sender, a reader or the next request
_TICK = 0.5  # seconds between looks at what died


class Server(MPServer):
    """granian with a loop that outlives every death of its processes."""

    def __init__(self, keeper: Keeper, host: str, port: int, workers: int, logs: dict[str, Any]) -> None:
        super().__init__(
            APPLICATION,
            address=host,
            port=port,
            interface=Interfaces.ASGINL,
            workers=workers,
            log_access=False,
            log_level=LogLevels.warning,
            log_dictconfig=_spoken_by(logs),
            websockets=False,
            backlog=CONNECTIONS,
            backpressure=CONNECTIONS,
            http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN),
        )
        self._keeper = keeper

    def run(self) -> None:
        """Serve until asked to stop."""
        self.serve(target_loader=partial(_load, os.getpid(), self._keeper.place), wrap_loader=False)

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        """Start again what died, when its pause is over, and nothing else."""
        due: dict[int, float] = {}
        self._note()
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(_TICK)
            self.main_loop_interrupt.clear()
            while self.interrupt_children:
                index = self.interrupt_children.pop(0)
                how = _how(self.wrks[index].inner.exitcode)
                due[index] = time.monotonic() + self._keeper.ended(_name(index), how)
            for index in [index for index, at in due.items() if at <= time.monotonic()]:
                del due[index]
                self._respawn_workers([index], spawn_target, target_loader)
                self._note()
            if self.reload_signal:  # SIGHUP: one after the other is replaced, and the site answers meanwhile
                self._reload(spawn_target, target_loader)  # type: ignore[no-untyped-call]
                self._note()

    def _note(self) -> None:
        for worker in self.wrks:
            self._keeper.begun(_name(worker.idx), worker.inner.pid or 0)


def _name(index: int) -> str:
    return f"web-{index + 1}"


def _how(code: int | None) -> str:
    """How a process ended, from its exit code."""
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit {code}"


def _load(keeper: int, place: Path) -> Callable[..., Any]:
    """In a web process: the application, and a thread that minds what becomes of the keeper."""
    threading.Thread(target=keep_on, args=(keeper, place), name="keeper", daemon=True).start()
    loaded: Callable[..., Any] = load_target(APPLICATION)
    return loaded


def _spoken_by(logs: dict[str, Any]) -> dict[str, Any]:
    """granian's lines in the form of all others."""
    own = {"handlers": ["stderr"], "propagate": False}
    loggers = {"_granian": dict(own), "granian.access": dict(own)}
    return {"formatters": logs["formatters"], "handlers": logs["handlers"], "loggers": loggers}
