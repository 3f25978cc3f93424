"""Keys that stay outside the database.

Invariant: a key is read where it is needed and is never logged, printed or stored beside what it seals. The ring's file
is replaced whole or not at all, and a process that runs takes a changed ring up by itself. Whatever is sealed in a
transaction is sealed under a key that nobody retires before that transaction has ended.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quanxin.calendar import now
from quanxin.identifiers.ciphers import AES
from quanxin.identifiers.ring import BadRing, Ring, new_ring
from quanxin.identifiers.sealing import Sealer
from quanxin.runtime import environment
from quanxin.runtime.locks import Kind

VARIABLE, FILE = "QUANXIN_KEY_RING", "keyring.json"
SEALING, INDEXING = int(Kind.SEALING), int(Kind.INDEXING)
_known: tuple[object, Sealer] | None = None


def sealer() -> Sealer:
    """The sealer under the ring as it is now, for opening and for finding.

    The ring is made once where there is none. Raises ``BadRing`` for one that cannot be read.
    """
    global _known
    stamp = _stamp()
    known = _known
    if known is None or known[0] != stamp:
        known = _known = (stamp, Sealer(_read(), _read))
    return known[1]


def sealing() -> Sealer:
    """The sealer for whoever writes what is sealed, or asks by a blind index before writing; in a transaction.

    Until the transaction ends, its key is not retired and the index key not replaced. The ring is looked at again under
    the locks, so that no key is used that was replaced while waiting for them.
    """
    from quanxin.runtime.bridge import pg_cursor

    while True:
        made = sealer()
        with pg_cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock_shared(%s, %s), pg_advisory_xact_lock_shared(%s, 0)",
                (SEALING, lock_of(made.ring.writer.id), INDEXING),
            )
        if sealer() is made:
            return made


def lock_of(identity: str) -> int:
    """The number by which the transactions that seal under a key are locked."""
    return int.from_bytes(bytes.fromhex(identity), "big", signed=True)


def place() -> Path | None:
    """The file of the ring; None where the environment holds the ring itself."""
    given = environment.value(VARIABLE)
    if given.startswith("{"):
        return None
    return Path(given).expanduser().resolve() if given else environment.data_dir() / FILE


@contextmanager
def changing() -> Iterator[_Draft]:
    """The ring, to be changed by one process at a time: what ``put`` is given is in force at once.

    Raises ``BadRing`` where the ring comes from the environment or its file cannot be written.
    """
    path = place()
    if path is None:
        raise BadRing(
            f"密钥环由环境变量 {VARIABLE} 给出，不能用命令更改。",
            f"The ring is in {VARIABLE}: no command can change it.",
            f"请把它存为文件，将 {VARIABLE} 设为该文件的路径。",
            f"Keep it in a file, and have {VARIABLE} name that.",
        )
    sealer()
    try:
        with path.with_name(f".{path.name}.lock").open("w") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            yield _Draft(path, _read())
    except OSError as error:
        raise BadRing(
            f"无法写入密钥环文件 {path}：{error.strerror}。",
            f"The ring's file {path} cannot be written: {error.strerror}.",
            "请在可写的副本上更改，再分发到各台机器。",
            "Change a copy that can be written, and hand it to every machine.",
        ) from error


class _Draft:
    """The ring while one changes it."""

    def __init__(self, path: Path, ring: Ring) -> None:
        self._path, self.ring = path, ring

    def put(self, ring: Ring) -> None:
        """Have another ring in force."""
        environment.replace(self._path, ring.to_json())
        self.ring = ring


def _stamp() -> Any:
    """What changes whenever the ring does."""
    path = place()
    if path is None:
        return environment.value(VARIABLE)
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return path, found.st_ino, found.st_mtime_ns, found.st_size


def _read() -> Ring:
    path = place()
    if path is None:
        return Ring.from_json(environment.value(VARIABLE))
    if not path.exists():
        if environment.value(VARIABLE):
            raise BadRing(
                f"找不到密钥环文件 {path}。",
                f"There is no ring of keys at {path}.",
                f"请放回密钥环的备份，或改正 {VARIABLE}。",
                f"Put the ring's backup there, or correct {VARIABLE}.",
            )
        environment.create(path, new_ring(AES.name, now()).to_json())
    try:
        return Ring.from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadRing(
            f"无法读取密钥环文件 {path}：{error.strerror}。",
            f"The ring's file {path} cannot be read: {error.strerror}.",
        ) from error
