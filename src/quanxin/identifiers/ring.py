"""The ring of keys: which there are, which of them seals, which indexes.

Invariant: a key's id means one secret for ever; the latest active key seals and every key that still has its secret
opens. A ring says nothing of its secrets when it is shown; only ``to_json`` holds them.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from quanxin.identifiers.ciphers import Suite, suite

SECRET_BYTES = 32
ID_BYTES = 4
FORM = 1  # of the ring's file


class State(StrEnum):
    """Of a key. The latest active one seals; older ones open what is still sealed under them."""

    ACTIVE = "active"
    NEXT = "next"  # an index key for which the indexes are being computed
    RETIRED = "retired"  # nothing is sealed under it any more; kept to open older backups
    DESTROYED = "destroyed"  # its secret is gone


class BadRing(Exception):
    """The ring cannot be read, or does not hold what is asked of it; ``zh``, ``en`` and the hints are for people."""

    def __init__(
        self, zh: str, en: str, hint: str = "见 docs/operators/keys.md。", hint_en: str = "See docs/operators/keys.md."
    ) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en, self.hint, self.hint_en = zh, en, hint, hint_en


@dataclass(frozen=True, slots=True)
class Key:
    """One key: a short id of eight hexadecimal digits, its algorithm, when it was made, its state."""

    id: str
    algorithm: str
    created: dt.datetime
    state: State
    secret: bytes = field(repr=False)

    @property
    def suite(self) -> Suite:
        """Its suite; raises ``SuiteMissing`` where this machine lacks it."""
        return suite(self.algorithm)


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys that seal and the keys that index, the oldest first."""

    keys: tuple[Key, ...]
    index: tuple[Key, ...]

    @property
    def writer(self) -> Key:
        """The key that seals: the latest active one."""
        for key in reversed(self.keys):
            if key.state is State.ACTIVE:
                return key
        raise BadRing("密钥环中没有启用的密钥。", "No key of the ring is active.")

    @property
    def indexer(self) -> Key:
        """The key that indexes. Raises ``BadRing`` while another is being put in its place."""
        if any(key.state is State.NEXT for key in self.index):
            raise BadRing(
                "索引密钥的更换尚未完成。",
                "The rotation of the index key is not finished.",
                "正在更换时稍候再试；若更换被中断，请运行 quanxin keys rotate --index 完成。",
                "Wait while it runs; if it was interrupted, finish it with quanxin keys rotate --index.",
            )
        return next(key for key in reversed(self.index) if key.state is State.ACTIVE)

    def key(self, identity: str) -> Key | None:
        """The sealing key of an id, unless it is unknown or its secret is gone."""
        return next((k for k in self.keys if k.id == identity and k.secret), None)

    def with_key(self, made: Key) -> Ring:
        """The ring with one more sealing key."""
        return replace(self, keys=(*self.keys, made))

    def with_state(self, identity: str, state: State) -> Ring:
        """The ring with a sealing key in another state; a destroyed one has no secret."""
        return replace(self, keys=_changed(self.keys, identity, state))

    def to_json(self) -> str:
        """The text of the ring's file, secrets and all."""
        told = {"form": FORM, "keys": [_told(k) for k in self.keys], "index": [_told(k) for k in self.index]}
        return json.dumps(told, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Ring:
        """The ring of a file's text. Raises ``BadRing`` without ever repeating what it read."""
        try:
            found = json.loads(text)
            ring = cls(tuple(map(_read, found["keys"])), tuple(map(_read, found["index"])))
            sound = found["form"] == FORM and ring._sound()
        except (ValueError, KeyError, TypeError, AttributeError):
            sound = False
        if not sound:
            raise BadRing("密钥环的内容无法识别。", "The ring of keys cannot be read.") from None
        return ring

    def _sound(self) -> bool:
        whole = all(len(k.secret) >= SECRET_BYTES or k.state is State.DESTROYED for k in (*self.keys, *self.index))
        ids = [k.id for k in (*self.keys, *self.index)]
        one = sum(k.state is State.ACTIVE for k in self.index) == 1
        return whole and one and len(set(ids)) == len(ids) and all(len(bytes.fromhex(i)) == ID_BYTES for i in ids)


def new_key(algorithm: str, at: dt.datetime, *, state: State = State.ACTIVE) -> Key:
    """A key of random bytes. Raises ``SuiteMissing`` for an algorithm that cannot be run here."""
    suite(algorithm)
    return Key(secrets.token_hex(ID_BYTES), algorithm, at, state, secrets.token_bytes(SECRET_BYTES))


def new_ring(algorithm: str, at: dt.datetime) -> Ring:
    """A ring of one sealing key and one index key of a suite."""
    found = suite(algorithm)
    return Ring((new_key(found.name, at),), (new_key(found.mac, at),))


def _changed(keys: tuple[Key, ...], identity: str, state: State) -> tuple[Key, ...]:
    gone = state is State.DESTROYED
    return tuple(replace(k, state=state, secret=b"" if gone else k.secret) if k.id == identity else k for k in keys)


def _told(key: Key) -> dict[str, str]:
    return {
        "id": key.id,
        "algorithm": key.algorithm,
        "created": key.created.isoformat(),
        "state": key.state.value,
        "secret": key.secret.hex(),
    }


def _read(told: Mapping[str, Any]) -> Key:
    created = dt.datetime.fromisoformat(told["created"])
    return Key(told["id"], told["algorithm"], created, State(told["state"]), bytes.fromhex(told["secret"]))
