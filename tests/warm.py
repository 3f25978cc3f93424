"""Commands of ``quanxin`` that begin warm: forks of a process that has imported what a command imports.

Invariant: a command is the real one, with its own arguments, environment, folder, signals and end, in a process of its own;
the imports, and the reading of the checkout's pack, which take some four seconds of a processor, are those of the process
it is forked from. There is one of those for each environment, for settings are read from it once; it has one thread and no
connection, and ends with the tests. A pack of a test's own is read by the command.

Tests of how a command *starts* (``quanxin serve`` of the site, the README's tour, ``runtime/test_boot``) do not use it.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
_MOST = 1 << 20
_KEPT = 3  # processes to be forked from; of more, the one that was not used for longest ends
_kept: dict[tuple[tuple[str, str], ...], tuple[subprocess.Popen[bytes], socket.socket]] = {}


class Command:
    """A command that runs, as ``subprocess.Popen`` tells of one."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.pid = int(self._said() or 0)
        self.returncode: int | None = None
        assert self.pid, "what commands are forked from has ended"

    def _said(self) -> str:
        """The next line of the process that waits for the command; "" if it is gone."""
        text = b""
        while not text.endswith(b"\n"):
            if not (piece := self._line.recv(1)):
                break
            text += piece
        return text.decode()

    def poll(self) -> int | None:
        """How it ended, if it has."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, a signal as a negative number; ``subprocess.TimeoutExpired`` if it has not by then."""
        if self.returncode is None:
            self._line.settimeout(timeout)
            try:
                said = self._said()
            except (TimeoutError, BlockingIOError) as error:
                raise subprocess.TimeoutExpired("quanxin", timeout or 0) from error
            assert said, "the process that waited for a command has ended"
            self._line.close()
            self.returncode = int(said)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def start(
    words: Sequence[str],
    env: Mapping[str, str],
    *,
    cwd: Path | None = None,
    group: bool = False,
    out: IO[bytes] | int | None = None,
    err: IO[bytes] | int | None = None,
) -> Command:
    """Start ``quanxin`` with such arguments, a module (``-m`` first) or a program (``-c``); with ``group`` it leads a process
    group of its own."""
    ours, theirs = socket.socketpair()
    asked = {"words": [*words], "cwd": str(cwd or Path.cwd()), "group": group}
    with theirs, open(os.devnull, "rb") as nothing:  # noqa: PTH123  # os.devnull is no path of ours
        sent = [theirs.fileno(), nothing.fileno(), *(_number(f, n) for f, n in ((out, 1), (err, 2)))]
        socket.send_fds(_line_to(env), [json.dumps(asked).encode()], sent)
    return Command(ours)


def run(
    words: Sequence[str], env: Mapping[str, str], *, cwd: Path | None = None, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run ``quanxin``, a module (``-m`` first) or a program (``-c``), to its end, and what it said."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        command = start(words, env, cwd=cwd, out=out, err=err)
        try:
            status = command.wait(timeout)
        except subprocess.TimeoutExpired:
            command.kill()
            raise
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode())
    return subprocess.CompletedProcess(["quanxin", *words], status, *said)


def _number(file: IO[bytes] | int | None, own: int) -> int:
    return own if file is None else file if isinstance(file, int) else file.fileno()


def _line_to(env: Mapping[str, str]) -> socket.socket:
    """The line to the process that commands with this environment are forked from."""
    env = {name: value for name, value in env.items() if name != "PYTEST_CURRENT_TEST"}
    key = tuple(sorted(env.items()))
    if (found := _kept.pop(key, None)) is None or found[0].poll() is not None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.warm"]
            found = subprocess.Popen(command, env=env, cwd=ROOT, stdin=theirs.fileno()), ours
    _kept[key] = found
    while len(_kept) > _KEPT:
        _end(_kept.pop(next(iter(_kept))))
    return found[1]


def _end(kept: tuple[subprocess.Popen[bytes], socket.socket]) -> None:
    kept[1].close()
    kept[0].wait(30)


@atexit.register
def _end_all() -> None:
    while _kept:
        _end(_kept.popitem()[1])


def _serve(asked: socket.socket) -> bool:
    """Fork for whoever asks; return True in each process that is to be a command, False when nobody is left to ask."""
    while True:
        message, sent, _, _ = socket.recv_fds(asked, _MOST, 4)
        if not message:
            return False
        if not os.fork():
            asked.close()
            if _begin(json.loads(message), sent):
                return True
        for descriptor in sent:
            os.close(descriptor)


def _begin(asked: dict[str, object], sent: list[int]) -> bool:
    """Be the command (True) of a process that tells of its pid and its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    line, *standard = sent
    if number := os.fork():
        for descriptor in standard:
            os.close(descriptor)
        os.write(line, f"{number}\n".encode())
        _, status = os.waitpid(number, 0)
        os.write(line, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    for target, descriptor in enumerate(standard):
        os.dup2(descriptor, target)
    for descriptor in sent:
        os.close(descriptor)
    os.chdir(str(asked["cwd"]))
    if asked["group"]:
        os.setsid()
    sys.argv[:] = ["quanxin", *asked["words"]]  # type: ignore[misc]  # a list of texts
    return True


def _imported() -> None:
    """Import what a command imports and read the pack that nothing changes; no connection is made, no database started."""
    from quanxin.cli.main import app  # noqa: F401
    from quanxin.runtime import boot

    boot.setup(database=False)
    _read_pack()
    gc.collect()
    gc.freeze()  # what is shared stays shared


def _read_pack() -> None:
    from django.conf import settings

    from quanxin import policy

    if str(settings.PACK) in {place.name for place in (ROOT / "packs").iterdir()}:
        policy.load(ROOT / "packs" / settings.PACK)


def _main() -> None:
    asked = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks after those that wait
    _imported()
    command = _serve(asked)
    gc.unfreeze()  # what is frozen at the end of a process counts as leaked
    if not command:
        return
    if sys.argv[1:2] == ["-c"]:
        del sys.argv[0]
        exec(compile(sys.argv.pop(1), "<a test's program>", "exec"), {"__name__": "__main__"})  # noqa: S102
    elif sys.argv[1:2] == ["-m"]:
        del sys.argv[:2]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        from quanxin.cli.main import main

        main()


if __name__ == "__main__":
    _main()
