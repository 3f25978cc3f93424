"""The organiser's codes: a chain of hashes whose end is published first and whose codes are revealed from there backwards.

Invariant: a revealed code proves itself by hashing to the one before it, and tells nothing of the next. A chain belongs to
one draw alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

LENGTH = 100


@dataclass(frozen=True, slots=True)
class Chain:
    """A secret and what is hashed from it: ``code(0)`` is the anchor, ``code(1)`` the first that is revealed."""

    secret: bytes = field(repr=False)
    length: int = LENGTH

    @classmethod
    def fresh(cls) -> Chain:
        """A chain of a new random secret."""
        return cls(secrets.token_bytes(32))

    @classmethod
    def derived(cls, master: bytes, number: str) -> Chain:
        """The chain of the draw of a number, from a secret that is kept for all draws."""
        return cls(hmac.digest(master, f"draw|{number}".encode(), "sha256"))

    @property
    def anchor(self) -> bytes:
        return self.code(0)

    def code(self, step: int) -> bytes:
        """The code of a step: the anchor's, then one for each round; ``IndexError`` when the chain is used up."""
        if not 0 <= step < self.length:
            raise IndexError(step)
        found = self.secret
        for _ in range(self.length - step):
            found = hashlib.sha256(found).digest()
        return found


def follows(code: bytes, published: bytes) -> bool:
    """Whether a code is the one next to what is published."""
    return hashlib.sha256(code).digest() == published
