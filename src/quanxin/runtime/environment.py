"""What the environment variables of Quanxin say, each read in one way.

Invariant: a ``QUANXIN_`` variable that is not in ``VARIABLES`` is read nowhere, and each one in it has a default, a
meaning in both languages and a page in the docs. Reading a value has no side effect, except that a secret that nobody
set is made once, when it is first needed, and kept in the data directory with access for its owner alone.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import quanxin
from quanxin.runtime.durable import sync
from quanxin.runtime.variables import VARIABLES

_MOST_HEARTBEAT = 15  # seconds; the jobs of workers that died are given back every twice as many


class BadSetting(Exception):
    """A variable has a value that cannot be used; ``zh`` and ``en`` say which and why."""

    hint = hint_en = ""

    def __init__(self, where: str, zh: str, en: str) -> None:
        super().__init__(f"{where}：{zh}/ {en}")
        self.zh, self.en = f"{where}：{zh}", f"{where}: {en}"


def value(name: str) -> str:
    """The value of a declared variable, or its default; an undeclared name is a ``KeyError``."""
    return VARIABLES[name].value()


def choice(name: str, *allowed: str) -> str:
    """The value of a variable that must be one of ``allowed``; ``BadSetting`` otherwise."""
    given = value(name)
    if given not in allowed:
        options = "、".join(allowed)
        raise BadSetting(f"{name}={given}", f"只能是 {options}。", f"must be one of {', '.join(allowed)}.")
    return given


def whole_number(name: str) -> int:
    """The value of a variable that must be a whole number from 1; ``BadSetting`` otherwise."""
    given = value(name)
    if not given.isdecimal() or int(given) < 1:
        raise BadSetting(f"{name}={given}", "应为正整数。", "must be a whole number from 1.")
    return int(given)


def heartbeat() -> int:
    """Seconds between signs of life of a worker; ``BadSetting`` if there are too many."""
    seconds = whole_number("QUANXIN_HEARTBEAT_SECONDS")
    if seconds > _MOST_HEARTBEAT:
        most = _MOST_HEARTBEAT
        raise BadSetting(f"QUANXIN_HEARTBEAT_SECONDS={seconds}", f"最多 {most}。", f"{most} at most.")
    return seconds


def hosts(name: str) -> frozenset[str]:
    """The value of a variable like ``db.example.org:5432,10.1.2.3:3306``: hosts in lower case, each with its port."""
    given = [part.strip().lower() for part in value(name).split(",") if part.strip()]
    for one in given:
        host, _, port = one.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536 or set(host) & set("/*@ "):
            raise BadSetting(f"{name}={one}", "应如 db.example.org:5432。", "must be like db.example.org:5432.")
    return frozenset(given)


def megabytes(name: str) -> dict[str, int]:
    """The value of a variable like ``10,court-ruling=20``: a limit for each key, "" for all others; 1 to 100 each."""
    limits: dict[str, int] = {}
    for part in value(name).split(","):
        key, told, limit = part.strip().rpartition("=")
        if (key in limits) or (told and not key) or not limit.isdecimal() or not 1 <= int(limit) <= 100:
            limits = {}
            break
        limits[key] = int(limit)
    if "" not in limits:
        raise BadSetting(
            f"{name}={value(name)}",
            "应如 10 或 10,court-ruling=20，每项 1—100。",
            "must be like 10 or 10,court-ruling=20, 1 to 100.",
        )
    return limits


def ports(name: str) -> frozenset[int]:
    """The variable as port numbers, separated by commas. Raises ``BadSetting`` for anything else."""
    given = [part.strip() for part in value(name).split(",")]
    if not all(part.isascii() and part.isdecimal() and 0 < int(part[:6]) < 65536 for part in given):
        raise BadSetting(
            f"{name}={value(name)}", "应为端口号，以逗号分隔。", "must be port numbers, separated by commas."
        )
    return frozenset(map(int, given))


def contact(name: str) -> str:
    """The variable as a mailto: or https: address of one line, or "". Raises ``BadSetting`` for anything else."""
    given = value(name)
    if given and not re.fullmatch(r"(mailto:[^\s@]+@[^\s@]+|https://\S+)", given):
        raise BadSetting(f"{name}={given}", "应以 mailto: 或 https:// 开头。", "must begin with mailto: or https://.")
    return given


def antivirus() -> str | tuple[str, int] | None:
    """Where clamd listens, as a path or as host and port; None without one; ``BadSetting`` for anything else."""
    given = value("QUANXIN_ANTIVIRUS")
    if not given:
        return None
    product, _, address = given.partition(":")
    host, _, port = address.rpartition(":")
    if product == "clamd" and address.startswith("/"):
        return address
    if product == "clamd" and host and port.isdecimal() and 0 < int(port) < 65536:
        return host.strip("[]"), int(port)
    raise BadSetting(
        f"QUANXIN_ANTIVIRUS={given}",
        "应为 clamd:/路径/套接字 或 clamd:主机:端口。",
        "must be clamd:/path/to/socket or clamd:host:port.",
    )


def threads() -> int:
    """Threads for the checking engine; ``BadSetting`` unless a whole number from 1."""
    return whole_number("QUANXIN_ENGINE_THREADS") if value("QUANXIN_ENGINE_THREADS") else os.cpu_count() or 1


def checkout() -> Path | None:
    """The root of the source checkout this code runs from, or None when it is installed as a wheel."""
    root = Path(quanxin.__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "src" / "quanxin").is_dir() else None


def data_dir() -> Path:
    """The data directory as an absolute path with links resolved, whether or not it exists yet."""
    given = value("QUANXIN_DATA_DIR")
    if given:
        return Path(given).expanduser().resolve()
    root = checkout()
    return root / "var" if root else Path("~/.local/share/quanxin").expanduser().resolve()


def log_handler() -> dict[str, str]:
    """Where the log goes, as ``logging`` describes a handler: a file that another program may move away, or standard error."""
    place = value("QUANXIN_LOG_FILE")
    if not place:
        return {"class": "quanxin.runtime.log.StandardError"}
    return {"class": "logging.handlers.WatchedFileHandler", "filename": place, "encoding": "utf-8"}


def folder(name: str) -> Path | None:
    """The folder that a variable names, as an absolute path; None when it is not set."""
    given = value(name)
    return Path(given).expanduser().resolve() if given else None


def secret(variable: str, file_name: str) -> str:
    """The secret in ``variable``, else the one in ``file_name`` in the data directory, made there if need be.

    Two processes that need it at the same moment get the same one: a complete file is linked into place, and only
    the first link holds.
    """
    given = value(variable)
    if given:
        return given
    path = data_dir() / file_name
    if not path.exists():
        create(path, secrets.token_hex(32) + "\n")
    return path.read_text(encoding="ascii").strip()


def create(path: Path, text: str) -> None:
    """Put a text into ``path`` (mode 600) unless someone else just did; it is on disk before its name is."""
    _write_closed(path, text, lambda draft: _link(draft, path))


def replace(path: Path, text: str) -> None:
    """Put a text into ``path`` (mode 600) in place of what it holds: readers see the one or the other, whole."""
    _write_closed(path, text, lambda draft: draft.rename(path))


def _write_closed(path: Path, text: str, put: Callable[[Path], object]) -> None:
    """Write a file for its owner alone, flush it, and have it put in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        put(draft)
        sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _link(draft: Path, path: Path) -> None:
    with suppress(FileExistsError):
        os.link(draft, path)
