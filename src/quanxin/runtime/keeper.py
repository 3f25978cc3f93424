"""Who keeps the processes of a site running, and what became of them.

Invariant: a process that dies is started again, alone: at once the first time, after pauses that grow while it keeps dying.
Each end is in the log and in a small file, which ``quanxin doctor`` and ``/metrics`` read. Where the keeper itself is killed,
the web processes go on answering until another keeper has taken its place.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from quanxin.runtime import environment, postgres
from quanxin.runtime.cluster import DatabaseError
from quanxin.runtime.finding import Finding, attention, ok

FOLDER = "run"  # of the data directory: what lives only as long as processes do
DATABASE = "database"  # the name by which the PostgreSQL of the package is told
LONGEST, CALM = 60.0, 60.0  # seconds: the longest pause; a process that lived so long begins anew with none
RECENT = 3600.0  # seconds within which an end is worth a word
_LOOK, _TAKING_OVER = 0.25, 15.0  # seconds between looks at the database; that a new keeper is given to begin

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Kept:
    """A process that is kept running."""

    pid: int = 0
    since: float = 0.0
    starts: int = 0
    hasty: int = 0  # ends one soon after the other
    ends: list[float] = field(default_factory=list)  # when, the latest ten
    how: str = ""


class AlreadyServed(DatabaseError):
    """Another keeper serves this port of this data directory."""


class Keeper:
    """Remembers the processes of one site and says after what pause one that died is started again."""

    def __init__(self, port: int, data_dir: Path | None = None) -> None:
        self.place = (data_dir or environment.data_dir()) / FOLDER / f"serving-{port}.json"
        if (other := _read(self.place)) and other["pid"] != os.getpid() and alive(other["pid"]):
            raise AlreadyServed(
                f"端口 {port} 已由进程 {other['pid']} 提供服务：请先停止它。\n"
                f"Port {port} is served by process {other['pid']} already: stop that first."
            )
        self._port, self._since, self._lock = port, time.time(), threading.Lock()
        self._kept: dict[str, Kept] = {}
        self._write()

    def begun(self, name: str, pid: int) -> None:
        """Note that a process runs."""
        with self._lock:
            kept = self._kept.setdefault(name, Kept())
            if kept.pid != pid:
                kept.pid, kept.since, kept.starts = pid, time.time(), kept.starts + 1
            self._write()

    def ended(self, name: str, how: str) -> float:
        """Note that a process ended though nobody asked it to; return the seconds to wait before it is started again."""
        with self._lock:
            kept, now = self._kept.setdefault(name, Kept()), time.time()
            kept.hasty = 0 if now - kept.since >= CALM else kept.hasty + 1
            pause = 0.0 if kept.hasty <= 1 else min(LONGEST, 2.0 ** (kept.hasty - 2))
            kept.ends, kept.how = [*kept.ends[-9:], now], how
            self._write()
        _log.warning("%s (process %s) ended: %s; it is started again in %.0f s", name, kept.pid, how, pause)
        return pause

    def watch_database(self, over: threading.Event) -> None:
        """Start our own PostgreSQL again whenever it crashed, until ``over``; one that was stopped on purpose stays so."""
        data_dir = environment.data_dir()
        if environment.value("QUANXIN_DATABASE_URL"):
            return
        self.begun(DATABASE, postgres.pid(data_dir) or 0)
        while not over.wait(_LOOK):
            if not postgres.crashed(data_dir):
                continue
            over.wait(self.ended(DATABASE, "it crashed"))
            try:
                postgres.ensure(data_dir)
                self.begun(DATABASE, postgres.pid(data_dir) or 0)
            except DatabaseError:
                _log.exception("the database crashed and does not start")

    def over(self) -> None:
        """The site was stopped as it should be: nothing is left to tell."""
        self.place.unlink(missing_ok=True)

    def _write(self) -> None:
        told = {"pid": os.getpid(), "port": self._port, "since": self._since}
        processes = {name: asdict(kept) for name, kept in self._kept.items()}
        try:
            environment.replace(self.place, json.dumps(told | {"processes": processes}))
        except OSError as error:  # a full disk must not end the site
            _log.warning("what became of the processes cannot be written down: %s", error)


@contextmanager
def database_watched(keeper: Keeper) -> Iterator[None]:
    """Within the block a PostgreSQL of our own that crashed is started again."""
    over = threading.Event()
    thread = threading.Thread(target=keeper.watch_database, args=(over,), name="database", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def keep_on(keeper: int, place: Path) -> None:
    """In a web process: once its keeper is gone, go on answering until another keeper serves the port, then stop."""
    while os.getppid() == keeper:
        time.sleep(1)
    _log.warning("the keeper, process %s, is gone: this process answers until another keeper serves its port", keeper)
    while True:
        time.sleep(1)
        now = _read(place)
        if now and now["pid"] != keeper and alive(now["pid"]) and time.time() - now["since"] > _TAKING_OVER:
            os.kill(os.getpid(), signal.SIGTERM)
            return


def told(data_dir: Path | None = None) -> Iterator[dict[str, Any]]:
    """What the keepers of this data directory wrote down of their processes, each with whether it is alive."""
    for place in sorted(((data_dir or environment.data_dir()) / FOLDER).glob("serving-*.json")):
        if found := _read(place):
            yield found | {"alive": alive(found["pid"])}


def processes() -> Iterator[Finding]:
    """Whether the processes of the site run, and whether any of them died of late."""
    for site in told():
        port, now = site["port"], time.time()
        if not site["alive"]:
            words = (f"端口 {port} 的主进程 {site['pid']} 已不在", f"The keeper of port {port}, {site['pid']}, is gone")
            yield attention("processes", words, ("请再次运行 quanxin serve", "Run quanxin serve again"))
            continue
        died = {name: [at for at in kept["ends"] if now - at < RECENT] for name, kept in site["processes"].items()}
        for name in (name for name, ends in died.items() if ends):
            count, how = len(died[name]), site["processes"][name]["how"]
            yield attention(
                "processes",
                (
                    f"{name} 一小时内退出 {count} 次（{how}），已重新启动",
                    f"{name} died {count} times within an hour ({how})",
                ),
                ("请查看日志中此前的内容", "Read what the log says before it"),
            )
        if not any(died.values()):
            names = "、".join(site["processes"])
            yield ok("processes", f"端口 {port}：{names} 正常", f"Port {port}: {', '.join(site['processes'])} run")


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    except OSError:  # no /proc here
        return True
    return state[:1] != ["Z"]


def _read(place: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
