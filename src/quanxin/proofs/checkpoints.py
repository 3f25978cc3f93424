"""Checkpoints of a log (C2SP tlog-checkpoint) and the cosignatures of witnesses (C2SP tlog-cosignature, Ed25519).

Invariant: a checkpoint says which log, how many leaves, which root, and nothing else; it is written in one way only.
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Callable, Collection
from dataclasses import dataclass

from quanxin.proofs import merkle, notes
from quanxin.proofs.notes import Key, Note, NoteError, Signature, unbase64

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_STAMP = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its ``origin``, how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def of(cls, text: str) -> Checkpoint:
        """The checkpoint that a note's text is. Raises ``NoteError`` where it is none."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0] or not _NUMBER.fullmatch(lines[1]):
            raise NoteError("no checkpoint: three lines, the second a number")
        root, size = unbase64(lines[2]), int(lines[1])
        if len(root) != merkle.SIZE or (size == 0 and root != merkle.EMPTY):
            raise NoteError("the root is none")
        return cls(lines[0], size, root)


def opened(raw: bytes, keys: Collection[Key], origin: str | None = None) -> tuple[Checkpoint, Note]:
    """A checkpoint that one of ``keys`` signed, of the log ``origin`` where that is given. Raises ``NoteError``."""
    note = notes.opened(raw, keys)
    found = Checkpoint.of(note.text)
    if origin is not None and found.origin != origin:
        raise NoteError(f"a checkpoint of another log: {found.origin}")
    return found, note


def cosigned(note: Note, key: Key, at: int, sign: Callable[[bytes], bytes]) -> Note:
    """A checkpoint's note with a witness's cosignature of a moment ``at`` (seconds since 1970) more."""
    value = _STAMP.pack(at) + sign(_witnessed(note.text, at))
    return Note(note.text, (*note.signatures, Signature(key.name, key.id, value)))


def cosignatures(note: Note, witnesses: Collection[Key]) -> dict[str, int]:
    """When which witnesses saw the checkpoint (seconds since 1970). Raises ``NoteError`` for one that does not hold."""
    seen: dict[str, int] = {}
    for key in witnesses:
        for value in note.by(key):
            at: int = _STAMP.unpack(value[:8])[0] if len(value) == 72 else -1
            if at < 0 or not notes.holds(key.public, value[8:], _witnessed(note.text, at)):
                raise NoteError(f"the cosignature of {key.name} does not hold")
            seen[key.name] = max(at, seen.get(key.name, at))
    return seen


def _witnessed(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()
