"""What the public log commits to: leaves, added in the transaction of what they are about.

Invariant: a leaf exists exactly if what it is about was committed. No personal data enters the log: an entry holds a kind, a
moment and a salted digest, which says nothing to whoever has not been given what opens it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from quanxin.calendar import now
from quanxin.ledger.models import Leaf
from quanxin.proofs.canonical import canonical

SALT = 16  # bytes


def add(kind: str, about: str, content: Mapping[str, Any]) -> int:
    """Let the log commit to ``content`` (numbers, keys and digests, as JSON takes them), and return the number of the leaf.

    ``kind`` is shown to everybody; ``about`` is how the platform finds it again. Raises ``ValueError`` for content that has
    no exact form: a fraction is written as text.
    """
    return add_all([(kind, about, content)])[0]


def add_all(what: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[int]:
    """The same for several at once, each (kind, about, content)."""
    at = now()
    leaves = []
    for kind, about, content in what:
        salt, said = secrets.token_bytes(SALT), dict(content)
        entry = entry_of(kind, at, salt, said)
        leaves.append(Leaf(kind=kind, about=about, content=said, salt=salt, entry=entry, at=at))
    return [leaf.pk for leaf in Leaf.objects.bulk_create(leaves)]


def entry_of(kind: str, at: dt.datetime, salt: bytes, content: Mapping[str, Any]) -> bytes:
    """The bytes of a leaf: what the log shows of it."""
    digest = hashlib.sha256(salt + canonical(content)).hexdigest()
    return canonical({"at": at.astimezone(dt.UTC).isoformat(timespec="seconds"), "digest": digest, "kind": kind})


def forget(*about: str) -> int:
    """Forget what opens the leaves about some things; they stay and say nothing of them any more. Returns how many there
    were."""
    return Leaf.objects.filter(about__in=about).exclude(salt=None).update(content=None, salt=None)


def leaf_of(kind: str, about: str) -> Leaf | None:
    """The latest leaf of a kind about something."""
    return Leaf.objects.filter(kind=kind, about=about).order_by("-id").first()
