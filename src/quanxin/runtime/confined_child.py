"""The helper that forks a process for each piece of risky work: ``python -m quanxin.runtime.confined_child MODULE…``.

Invariant: it has one thread and imports the named modules once, so that a fork is cheap and safe; each child has bounded
memory, time and files, is alone in its group, and ends with its parent. The helper ends when its standard input does.

For each piece of work a socket comes in over standard input. The helper answers with the child's number, the child with
one line of JSON, and the helper at last with how the child ended.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import pickle
import resource
import select
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_MOST = 1 << 16


def main() -> None:
    """Import, then fork for whoever asks, until nobody is left to ask."""
    asked = socket.socket(fileno=os.dup(0))
    for name in sys.argv[1:]:
        importlib.import_module(name)
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's is for the one who asks
    running: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([asked.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, _MOST)
            _reap(running)
        if asked.fileno() in ready:
            message, sent, _, _ = socket.recv_fds(asked, 1, 2)
            if not message:
                return
            _fork(sent, running)


def _fork(sent: list[int], running: dict[int, socket.socket]) -> None:
    line = socket.socket(fileno=sent[0])
    number = os.fork()
    if not number:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            for other in running.values():
                other.close()
            _work(line, sent[1:])
            status = 0
        finally:
            os._exit(status)
    running[number] = line
    _say(line, {"number": number})
    for descriptor in sent[1:]:
        os.close(descriptor)


def _reap(running: dict[int, socket.socket]) -> None:
    while running:
        number, status = os.waitpid(-1, os.WNOHANG)
        if not number:
            return
        with running.pop(number) as line:
            _say(line, {"ended": os.waitstatus_to_exitcode(status)})


def _work(line: socket.socket, descriptors: list[int]) -> None:
    """Read what is to be done, do it, say what came of it."""
    with line.makefile("rb") as incoming:
        function, arguments, limits = pickle.load(incoming)  # noqa: S301  # nosec B301  # from the process that we belong to
    module, _, name = function.partition(":")
    work = getattr(importlib.import_module(module), name)
    _bound(**limits)
    try:
        said: dict[str, Any] = {"answer": work(*descriptors, *arguments)}
    except MemoryError:
        said = {"short": "memory"}
    except BaseException:
        said = {"failed": traceback.format_exc()}
    _say(line, said)


def _bound(*, memory: int, seconds: int, written: int, processes: int | None) -> None:
    """What this process may take; ``memory`` is beyond what it has already.

    It is the memory that can be written to: address space that threads and allocators set aside without using it may be
    several times as much.
    """
    memory += int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # the first is told by a signal, the second kills
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if processes is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))


def _say(line: socket.socket, what: dict[str, Any]) -> None:
    try:
        line.sendall(json.dumps(what).encode() + b"\n")
    except OSError:  # nobody listens any more
        return


if __name__ == "__main__":
    main()
