"""Receipts: a file that proves what the platform committed to, when and in which order, with the public key of its log alone.

Invariant: a receipt is verified from its own bytes and the keys that the verifier brings; it is read strictly, and what is wrong
with it is named, part by part: whether it was signed, stands in the log, is of the log's one history, and holds at all.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quanxin.proofs import checkpoints, jcs, merkle
from quanxin.proofs.canonical import canonical
from quanxin.proofs.checkpoints import Checkpoint
from quanxin.proofs.notes import Key, Note, NoteError, unbase64

FORMAT = "quanxin-receipt/1"
MOST = 1 << 20  # bytes of a receipt that is read
SKEW = dt.timedelta(minutes=10)  # by which clocks differ
# What may be wrong, by the part of the verdict that it is of.
PARTS: Mapping[str, tuple[str, ...]] = {
    "signature": ("signature", "cosignature"),
    "inclusion": ("inclusion", "content", "row"),
    "consistency": ("consistency",),
    "validity": ("future", "key-ended"),
}


class Broken(ValueError):
    """A receipt that cannot be read."""


@dataclass(frozen=True, slots=True)
class Row:
    """A record among the rows over which ``rows_root`` of the content is: what opens its hash, where, and the proof."""

    opened: str
    place: int
    rows: int
    proof: list[bytes]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A leaf with what opens it (``salt``, ``content``), its ``place``, the proof, and the signed head that holds it.

    ``later`` is the head when the receipt was asked for, ``growth`` the proof that the log only grew until then; ``row`` is a
    record among the rows that the leaf is of.
    """

    entry: bytes
    salt: bytes
    content: Mapping[str, Any]
    place: int
    proof: list[bytes]
    note: str
    later: str
    growth: list[bytes]
    row: Row | None = None

    def written(self) -> bytes:
        """The receipt as a file: JSON, UTF-8."""
        told = {
            "format": FORMAT,
            "entry": self.entry.decode(),
            "salt": base64.b64encode(self.salt).decode(),
            "content": self.content,
            "place": self.place,
            "proof": _written(self.proof),
            "checkpoint": self.note,
            "later": {"checkpoint": self.later, "proof": _written(self.growth)},
        }
        if (row := self.row) is not None:
            told["row"] = {
                "opened": row.opened, "place": row.place, "rows": row.rows, "proof": _written(row.proof),
            }  # fmt: skip
        return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Trust:
    """What a verifier brings: the keys of the log, those of them that ended (the moment after which they sign nothing), the
    witnesses of whom ``needed`` must have cosigned, and what time it is."""

    keys: Collection[Key]
    now: dt.datetime
    ended: Mapping[Key, dt.datetime] = field(default_factory=dict)
    witnesses: Collection[Key] = ()
    needed: int = 0


def read(raw: bytes) -> Receipt:
    """A receipt from its file. Raises ``Broken`` for what is none."""
    try:
        if len(raw) > MOST:
            raise Broken("longer than a receipt is")
        told = jcs.read(raw)
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise Broken("no receipt of this form")
        content, later = told["content"], told["later"]
        if not isinstance(content, dict):
            raise Broken("its parts are not what they should be")
        return Receipt(
            _text(told["entry"]).encode(),
            unbase64(told["salt"]),
            content,
            _number(told["place"]),
            _hashes(told["proof"]),
            _text(told["checkpoint"]),
            _text(later["checkpoint"]),
            _hashes(later["proof"]),
            _row(told["row"]) if "row" in told else None,
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Broken(str(error)) from error


def wrong(receipt: Receipt, trust: Trust) -> list[str]:
    """What does not hold, in the words of ``PARTS``; empty if all holds. Of a receipt that was not signed nothing else is
    said."""
    try:
        head, note = checkpoints.opened(receipt.note.encode(), trust.keys)
        later, after = checkpoints.opened(receipt.later.encode(), trust.keys, head.origin)
    except (NoteError, UnicodeEncodeError):
        return ["signature"]
    leaf, found = merkle.leaf_hash(receipt.entry), []
    if not _cosigned(note, after, trust):
        found.append("cosignature")
    if not merkle.included(leaf, receipt.place, head.size, receipt.proof, head.root):
        found.append("inclusion")
    if not _opens(receipt):
        found.append("content")
    if receipt.row is not None and not _has_row(receipt.content, receipt.row):
        found.append("row")
    if not _grew(head, later, receipt.growth):
        found.append("consistency")
    return found + _invalid(receipt, note, trust)


def _cosigned(note: Note, later: Note, trust: Trust) -> bool:
    """Whether as many witnesses as are needed saw the head or a later one, and none of their cosignatures is wrong."""
    try:
        seen = {name for one in (note, later) for name in checkpoints.cosignatures(one, trust.witnesses)}
    except NoteError:
        return False
    return len(seen) >= trust.needed


def _grew(head: Checkpoint, later: Checkpoint, proof: Sequence[bytes]) -> bool:
    if head.size == later.size:
        return head.root == later.root and not proof
    return merkle.consistent(head.size, later.size, head.root, later.root, proof)


def _has_row(content: Mapping[str, Any], row: Row) -> bool:
    try:
        root = bytes.fromhex(content["rows_root"])
        return merkle.included(merkle.leaf_hash(row.opened.encode()), row.place, row.rows, row.proof, root)
    except (ValueError, KeyError, TypeError):
        return False


def _invalid(receipt: Receipt, note: Note, trust: Trust) -> list[str]:
    """Whether it is of a moment that has not come, or of one after the end of every key that signed it."""
    try:
        at = dt.datetime.fromisoformat(json.loads(receipt.entry)["at"])
        future = at > trust.now + SKEW
        ended = [at > trust.ended[key] if key in trust.ended else False for key in trust.keys if note.by(key)]
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return ["future"]
    return (["future"] if future else []) + (["key-ended"] if ended and all(ended) else [])


def _opens(receipt: Receipt) -> bool:
    try:
        said = json.loads(receipt.entry)
        digest, whole = said["digest"], canonical(receipt.content)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return bool(digest == hashlib.sha256(receipt.salt + whole).hexdigest())


def _written(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Broken("a text is none")
    return value


def _number(value: Any) -> int:
    if type(value) is not int:
        raise Broken("a number is none")
    return value


def _hashes(value: Any) -> list[bytes]:
    if not isinstance(value, list):
        raise Broken("a proof is none")
    return [unbase64(one) for one in value]


def _row(told: Mapping[str, Any]) -> Row:
    return Row(_text(told["opened"]), _number(told["place"]), _number(told["rows"]), _hashes(told["proof"]))
