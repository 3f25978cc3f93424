"""A process beside this one: there as long as this one is.

Invariant: it is started again when it dies, and it is asked to stop when this process stops. That it also ends when this
process is killed is its own to see to: it is told this process's number.
"""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from quanxin.runtime.keeper import Keeper


@contextmanager
def beside(command: Sequence[str], keeper: Keeper, name: str) -> Iterator[None]:
    """Keep ``command`` running within the block; afterwards ask it to stop, and wait until it has."""
    over = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not over.is_set():
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
            running[:] = [child]
            keeper.begun(name, child.pid)
            if over.is_set():
                child.terminate()
            code = child.wait()
            if not over.is_set():
                over.wait(keeper.ended(name, signal.Signals(-code).name if code < 0 else f"exit {code}"))

    thread = threading.Thread(target=keep, name="companion", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        for child in running:
            child.terminate()
        thread.join()
