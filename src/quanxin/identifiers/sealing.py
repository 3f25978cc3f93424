"""Identity numbers and secrets at rest: sealed, and numbers found without being opened.

Invariant: what is stored says nothing about a text without the ring, which stays outside the database; what was altered,
or moved to where it does not belong, does not open; the same number has the same blind index whichever way it was written.

A sealed text is a head of six bytes (its form, the suite's number, the key's id), a nonce of twelve, the ciphertext and a
tag of sixteen. The head and what the text belongs to are authenticated with it. The blind index is the suite's HMAC under
a key of its own. Keys are derived from the ring's secrets by HKDF with labels, so that no use tells of another.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable

from quanxin.identifiers.ciphers import NONCE_BYTES, SUITES, TAG_BYTES, Aead, Altered, Suite
from quanxin.identifiers.normalise import normalise_code
from quanxin.identifiers.ring import ID_BYTES, Key, Ring

HEAD_BYTES = 2 + ID_BYTES
OVERHEAD = HEAD_BYTES + NONCE_BYTES + TAG_BYTES
MARK = "sealed:"  # before a sealed text that stands as text among others; its head is the eight characters that follow
_FORM = 2  # the first byte of every sealed text: a later form gets another
_SEALING, _INDEX = b"quanxin sealing", b"quanxin blind index"


class CannotUnseal(Exception):
    """A sealed text was altered, cut short, moved, or sealed with a key that the ring does not hold."""


class Sealer:
    """Seals, opens and finds under a ring.

    ``reread`` gives the ring as it is now: it is asked once more before a text under an unknown key is given up.
    """

    def __init__(self, ring: Ring, reread: Callable[[], Ring] | None = None) -> None:
        self.ring = ring
        self._reread = reread
        self._later: Ring | None = None  # the ring as it was read again, for opening alone
        self._ciphers: dict[str, Aead] = {}
        self._indexing: Callable[[str], str] | None = None

    def seal(self, text: str, of: str) -> bytes:
        """Encrypt a text under the key that seals; it opens only as a text of the same thing (``of``).

        The result differs each time and is ``OVERHEAD`` bytes longer than the text's UTF-8.
        """
        key = self.ring.writer
        nonce, head = secrets.token_bytes(NONCE_BYTES), head_of(key)
        return head + nonce + self._cipher(key).encrypt(nonce, text.encode(), head + of.encode())

    def unseal(self, sealed: bytes, of: str) -> str:
        """The text that was sealed as one of ``of``. Raises ``CannotUnseal``."""
        sealed = bytes(sealed)
        if sealed[:1] != bytes([_FORM]) or len(sealed) < OVERHEAD:
            raise CannotUnseal("not a sealed text")
        head, nonce = sealed[:HEAD_BYTES], sealed[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES]
        key = self._key(head)
        try:
            return self._cipher(key).decrypt(nonce, sealed[HEAD_BYTES + NONCE_BYTES :], head + of.encode()).decode()
        except (Altered, UnicodeDecodeError) as error:
            raise CannotUnseal("altered, or not of what it is asked for") from error

    def seal_text(self, text: str, of: str) -> str:
        """A sealed text as text, with ``MARK`` before it."""
        return MARK + base64.b64encode(self.seal(text, of)).decode()

    def open_text(self, text: str, of: str) -> str:
        """What ``seal_text`` sealed; any other text as it is. Raises ``CannotUnseal``."""
        if not text.startswith(MARK):
            return text
        try:
            sealed = base64.b64decode(text.removeprefix(MARK), validate=True)
        except ValueError as error:
            raise CannotUnseal("not a sealed text") from error
        return self.unseal(sealed, of)

    def blind_index(self, number: str) -> str:
        """The keyed index by which a number is found, 64 hexadecimal digits, of the number as it is normalised.

        Raises ``BadRing`` while the index key is being replaced: what would be looked for might not be found.
        """
        if self._indexing is None:
            self._indexing = indexing(self.ring.indexer)
        return self._indexing(number)

    def _key(self, head: bytes) -> Key:
        identity = key_of(head)
        found = self.ring.key(identity) or (self._later.key(identity) if self._later else None)
        if found is None and self._reread is not None:
            self._later = self._reread()
            found = self._later.key(identity)
        if found is None:
            raise CannotUnseal(f"the ring does not hold the key {identity}")
        if head != head_of(found):
            raise CannotUnseal("altered: not the algorithm of its key")
        return found

    def _cipher(self, key: Key) -> Aead:
        if key.id not in self._ciphers:
            self._ciphers[key.id] = key.suite.aead(key.secret, _SEALING)
        return self._ciphers[key.id]


def indexing(key: Key) -> Callable[[str], str]:
    """The blind index under one index key, whatever its state: for computing all of them anew."""
    suite, derived = key.suite, key.suite.derived(key.secret, _INDEX)
    return lambda number: _index(suite, derived, number)


def head_of(key: Key) -> bytes:
    """The first bytes of whatever is sealed under a key."""
    number = SUITES[key.algorithm].number
    return bytes([_FORM, number]) + bytes.fromhex(key.id)


def text_head_of(key: Key) -> str:
    """The first characters of whatever is sealed under a key as text."""
    return MARK + base64.b64encode(head_of(key)).decode()


def key_of(head: bytes) -> str:
    """The id of the key that a sealed text, or its head, names."""
    return bytes(head)[2:HEAD_BYTES].hex()


def _index(suite: Suite, key: bytes, number: str) -> str:
    return suite.digest(key, normalise_code(number).encode()).hex()
