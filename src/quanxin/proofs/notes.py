"""Signed notes (C2SP signed-note, version 1): a text, and beneath it who signed it with which key.

Invariant: a note is read strictly or not at all; a signature of a key that is not known says nothing, and one of a known key
that does not verify makes the whole note worthless.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from binascii import Error
from collections.abc import Callable, Collection
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519, COSIGNATURE = 0x01, 0x04  # types of signatures
MOST = 64 * 1024  # bytes of a note that is read
_NAME = re.compile(r"[^\s+]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteError(ValueError):
    """A note or a key that cannot be read, or whose signature does not hold."""


def unbase64(text: str) -> bytes:
    """The bytes of a text in base64. Raises ``NoteError`` for one that is none, or that spells its last bits otherwise."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (Error, ValueError) as error:
        raise NoteError("not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise NoteError("base64 with bits that mean nothing")
    return raw


@dataclass(frozen=True, slots=True)
class Key:
    """A public key by the name of whoever signs with it; ``kind`` is the type of signature that it makes."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def id(self) -> bytes:
        """The first four bytes of the digest that names the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """The key as it is handed on: ``name+id+type and key``."""
        told = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{told}"

    @classmethod
    def read(cls, text: str) -> Key:
        """A key as it is handed on. Raises ``NoteError`` for what is none."""
        name, _, rest = text.strip().partition("+")
        number, _, told = rest.partition("+")
        raw = unbase64(told)
        if len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE) or not _NAME.fullmatch(name):
            raise NoteError("no key of a known kind")
        key = cls(name, raw[1:], raw[0])
        if key.id.hex() != number:
            raise NoteError("the number of the key is not its own")
        return key


def keys_of(text: str) -> dict[Key, dt.datetime | None]:
    """Keys as they are published, one a line, each with the moment of its end where one stands behind it. Raises
    ``NoteError``."""
    found = {}
    for line in text.splitlines():
        key, _, end = line.strip().partition(" ")
        if key:
            found[Key.read(key)] = _moment(end.strip()) if end.strip() else None
    return found


def _moment(text: str) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise NoteError("no moment") from error
    if at.tzinfo is None:
        raise NoteError("a moment of nowhere")
    return at


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature of a note: by whom, the number of the key, the bytes after it."""

    name: str
    id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def signed(self, key: Key, sign: Callable[[bytes], bytes]) -> Note:
        """The note with one signature more: what ``sign`` makes of the text."""
        return Note(self.text, (*self.signatures, Signature(key.name, key.id, sign(self.text.encode()))))

    def by(self, key: Key) -> list[bytes]:
        """What was signed by a key."""
        return [one.value for one in self.signatures if (one.name, one.id) == (key.name, key.id)]


def read(raw: bytes) -> Note:
    """A note from bytes. Raises ``NoteError`` for anything that is not exactly one."""
    try:
        whole = raw.decode()
    except UnicodeDecodeError as error:
        raise NoteError("not UTF-8") from error
    text, parted, rest = whole.rpartition("\n\n")
    if len(raw) > MOST or not parted or not rest.endswith("\n") or _CONTROL.search(whole):
        raise NoteError("not a text with signatures beneath it")
    return Note(text + "\n", tuple(_signature(line) for line in rest[:-1].split("\n")))


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, told = rest.partition(" ")
    raw = unbase64(told)
    if dash != "—" or not _NAME.fullmatch(name) or len(raw) < 5:
        raise NoteError("a line beneath the text is no signature")
    return Signature(name, raw[:4], raw[4:])


def opened(raw: bytes, keys: Collection[Key]) -> Note:
    """A note that at least one of ``keys`` signed, and none of them wrongly. Raises ``NoteError`` otherwise."""
    note = read(raw)
    found = [(key, value) for key in keys if key.kind == ED25519 for value in note.by(key)]
    if not found:
        raise NoteError("no known key signed it")
    for key, value in found:
        if not holds(key.public, value, note.text.encode()):
            raise NoteError(f"the signature of {key.name} does not hold")
    return note


def holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature is that of a message under a key of 32 bytes; never raises."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
