"""What ``quanxin doctor`` looks at on the machine itself: everything but the database and the pack.

Invariant: looking changes nothing.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import quanxin
from quanxin.runtime import environment
from quanxin.runtime.finding import Check, Finding, attention, ok, problem
from quanxin.runtime.variables import LOG_LEVELS, VARIABLES

_OLDEST_PYTHON = (3, 11)
_GIB = 2**30
_ENOUGH_DISK, _LEAST_DISK = 10 * _GIB, _GIB
LEAST_TO_SERVE = 64 << 20  # bytes without which nothing is served
_ENOUGH_MEMORY = 2 * _GIB
_PORT = 8000
_WHOLE_NUMBERS = (
    "QUANXIN_FEED_DAYS", "QUANXIN_DROP_QUIET_SECONDS", "QUANXIN_KEEP_REFUSED_DAYS", "QUANXIN_ATTACHMENTS_PER_CASE",
    "QUANXIN_ATTACHMENT_ORPHAN_DAYS",
)  # fmt: skip


def python() -> Iterator[Finding]:
    """The interpreter's version."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= _OLDEST_PYTHON:
        yield ok("python", f"Python {version}", f"Python {version}")
    else:
        yield problem(
            "python",
            (f"Python {version} 太旧", f"Python {version} is too old"),
            ("请安装 Python 3.11 或更新版本", "Install Python 3.11 or newer"),
        )


def settings() -> Iterator[Finding]:
    """Variables that look like ours but are not, and values that cannot be used."""
    strange = sorted(name for name in os.environ if name.startswith("QUANXIN_") and name not in VARIABLES)
    for name in strange:
        yield attention(
            "settings",
            (f"环境变量 {name} 不是本系统的设置", f"{name} is no setting of Quanxin"),
            ("请核对拼写，见文档“设置”一页", "Check its spelling against the settings page of the docs"),
        )
    try:
        environment.threads()
        for name in _WHOLE_NUMBERS:
            environment.whole_number(name)
        environment.heartbeat()
        environment.megabytes("QUANXIN_ATTACHMENT_MB")
        environment.hosts("QUANXIN_SOURCE_HOSTS")
        environment.antivirus()
        environment.choice("QUANXIN_WEBHOOK_PRIVATE", "0", "1")
        environment.choice("QUANXIN_STATIC", "manifest", "plain")
        environment.choice("QUANXIN_LOG_LEVEL", *LOG_LEVELS)
    except environment.BadSetting as error:
        yield problem("settings", (error.zh, error.en), ("请改正该环境变量", "Correct that variable"))
    else:
        if not strange:
            yield ok("settings", "环境变量设置有效", "The settings of the environment are valid")


def data_directory() -> Iterator[Finding]:
    """Whether there is a data directory that we may write to, ."""
    place = environment.data_dir()
    if not place.exists():
        yield problem(
            "data-directory",
            (f"数据目录 {place} 还不存在", f"There is no data directory {place} yet"),
            ("请运行 quanxin init（或 make run）", "Run quanxin init (or make run)"),
        )
        return
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        yield problem(
            "data-directory",
            (f"数据目录 {place} 不是可写的目录", f"{place} is not a directory that we may write to"),
            ("请更换 QUANXIN_DATA_DIR，或改用其属主运行", "Choose another QUANXIN_DATA_DIR, or run as its owner"),
        )
        return
    yield ok("data-directory", f"数据目录 {place}，属主 {place.owner()}", f"Data directory {place} of {place.owner()}")


def disk() -> Iterator[Finding]:
    """Free space where the data lies, or will lie."""
    place = environment.data_dir()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    words = (f"{place} 可用空间 {free / _GIB:.1f} GB", f"{free / _GIB:.1f} GB free at {place}")
    if free >= _ENOUGH_DISK:
        yield ok("disk", *words)
    else:
        advice = (
            "请腾出空间，或将 QUANXIN_DATA_DIR 移到更大的磁盘",
            "Free space, or move QUANXIN_DATA_DIR to a larger disk",
        )
        yield (attention if free >= _LEAST_DISK else problem)("disk", words, advice)


class NoRoom(Exception):
    """There is no space to serve with."""

    def __init__(self, place: Path, free: int) -> None:
        self.zh = f"{place} 所在磁盘只剩 {free >> 20} MB：请腾出空间，或将 QUANXIN_DATA_DIR 移到更大的磁盘。"
        self.en = f"{free >> 20} MB are free at {place}: free space, or move QUANXIN_DATA_DIR to a larger disk."
        super().__init__(f"{self.zh}\n{self.en}")


def space() -> int:
    """Free bytes where the data lie."""
    return shutil.disk_usage(environment.data_dir()).free


def room_to_serve() -> None:
    """Raise ``NoRoom`` where the disk is as good as full: the database would stop at the first write."""
    if (free := space()) < LEAST_TO_SERVE:
        raise NoRoom(environment.data_dir(), free)


def memory() -> Iterator[Finding]:
    """Memory of the machine."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    words = (f"内存 {total / _GIB:.1f} GB", f"{total / _GIB:.1f} GB of memory")
    if total >= _ENOUGH_MEMORY:
        yield ok("memory", *words)
    else:
        advice = ("建议至少 2 GB；可将 QUANXIN_ENGINE_MEMORY 调小", "Have 2 GB or more, or lower QUANXIN_ENGINE_MEMORY")
        yield attention("memory", words, advice)


def static_files() -> Iterator[Finding]:
    """Whether the files that browsers need were built into the package."""
    vendor = Path(quanxin.__file__).parent / "web" / "static" / "vendor"
    if any(path.is_file() for path in vendor.rglob("*")):
        yield ok("static-files", "网页静态文件齐备", "The files that browsers need are there")
    else:
        yield problem(
            "static-files",
            ("缺少网页静态文件", "Files that browsers need are missing"),
            ("请运行 make assets", "Run make assets"),
        )


def clock() -> Iterator[Finding]:
    """Whether the law's time zone is known here, and whether the clock shows a time that can be."""
    try:
        here = ZoneInfo("Asia/Shanghai")
    except ZoneInfoNotFoundError:
        words = ("系统没有时区 Asia/Shanghai 的数据", "The time zone Asia/Shanghai is not known here")
        yield problem("clock", words, ("请安装 tzdata", "Install tzdata"))
        return
    now = dt.datetime.now(here)
    installed = dt.datetime.fromtimestamp(Path(quanxin.__file__).stat().st_mtime, here)
    words = (f"北京时间 {now:%Y-%m-%d %H:%M}", f"Beijing time {now:%Y-%m-%d %H:%M}")
    if now >= installed:
        yield ok("clock", *words)
    else:
        late = (f"{words[0]}，早于程序文件的时间", f"{words[1]}, which is before the program was installed")
        yield problem("clock", late, ("请校准系统时间", "Set the machine's clock"))


def port() -> Iterator[Finding]:
    """Whether the web site's port is free, or somebody answers there already."""
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex(("127.0.0.1", _PORT)) == 0
    if taken:
        yield attention(
            "port",
            (f"端口 {_PORT} 已有程序在用（也许泉信正在运行）", f"Port {_PORT} is in use (perhaps by Quanxin itself)"),
            ("如需另开一个，请用 quanxin serve --port", "To run another, use quanxin serve --port"),
        )
    else:
        yield ok("port", f"端口 {_PORT} 空闲", f"Port {_PORT} is free")


CHECKS: tuple[Check, ...] = (python, settings, data_directory, disk, memory, clock, static_files, port)
