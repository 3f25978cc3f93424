"""Receipts: a file that proves what the platform committed to, when and in which order, with the public key of its log alone.

Invariant: a receipt is verified from its own bytes and the keys that the verifier brings; it is read strictly, and what is wrong
with it is named.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from quanxin.proofs import checkpoints, merkle
from quanxin.proofs.canonical import canonical
from quanxin.proofs.notes import Key, NoteError, unbase64

FORMAT = "quanxin-receipt/1"
MOST = 1 << 20  # bytes of a receipt that is read


class Broken(ValueError):
    """A receipt that cannot be read."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A leaf with what opens it (``salt``, ``content``), its ``place``, the proof, and the signed head that holds it."""

    entry: bytes
    salt: bytes
    content: Mapping[str, Any]
    place: int
    proof: list[bytes]
    note: str

    def written(self) -> bytes:
        """The receipt as a file: JSON, UTF-8."""
        told = {
            "format": FORMAT,
            "entry": self.entry.decode(),
            "salt": base64.b64encode(self.salt).decode(),
            "content": self.content,
            "place": self.place,
            "proof": [base64.b64encode(one).decode() for one in self.proof],
            "checkpoint": self.note,
        }
        return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def read(raw: bytes) -> Receipt:
    """A receipt from its file. Raises ``Broken`` for what is none."""
    try:
        if len(raw) > MOST:
            raise Broken("longer than a receipt is")
        told = json.loads(raw)
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise Broken("no receipt of this form")
        entry, content, place, note = told["entry"], told["content"], told["place"], told["checkpoint"]
        if (
            not (isinstance(entry, str) and isinstance(note, str) and isinstance(content, dict))
            or type(place) is not int
        ):
            raise Broken("its parts are not what they should be")
        return Receipt(entry.encode(), unbase64(told["salt"]), content, place, list(map(unbase64, told["proof"])), note)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Broken(str(error)) from error


def wrong(receipt: Receipt, keys: Collection[Key]) -> list[str]:
    """What does not hold: ``signature`` (no known key signed the head), ``inclusion`` (the leaf is not in that tree),
    ``content`` (what it opens to is not what was committed to); empty if all holds."""
    found = []
    leaf = merkle.leaf_hash(receipt.entry)
    try:
        head, _ = checkpoints.opened(receipt.note.encode(), keys)
    except (NoteError, UnicodeEncodeError):
        return ["signature"]
    if not merkle.included(leaf, receipt.place, head.size, receipt.proof, head.root):
        found.append("inclusion")
    if not _opens(receipt):
        found.append("content")
    return found


def _opens(receipt: Receipt) -> bool:
    try:
        said = json.loads(receipt.entry)
        digest, whole = said["digest"], canonical(receipt.content)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return bool(digest == hashlib.sha256(receipt.salt + whole).hexdigest())
