"""Identity numbers at rest: sealed, and found without being opened.

Invariant: what is stored says nothing about a number without the key, which stays outside the database; a sealed
number that was altered does not open; the same number has the same blind index whichever way it was written.

Sealing is AES-256-GCM under a random nonce of 96 bits; the blind index is HMAC-SHA256. Both keys are derived from one
master key by HKDF-SHA256 with different labels, so neither tells the other.
"""

from __future__ import annotations

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from quanxin.identifiers.normalise import normalise_code

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_FORM = b"\x01"  # the first byte of every sealed text: a later form gets another


class CannotUnseal(Exception):
    """A sealed text was altered, cut short, or sealed with another key."""


class Sealer:
    """Seals and finds identity numbers with one master key of at least 32 random bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise ValueError(f"a master key has at least {KEY_BYTES} bytes")
        self._cipher = AESGCM(_derived(key, b"quanxin identity sealing"))
        self._index_key = _derived(key, b"quanxin identity blind index")

    def seal(self, text: str) -> bytes:
        """Encrypt a text; the result differs each time and is 29 bytes longer than its UTF-8."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _FORM + nonce + self._cipher.encrypt(nonce, text.encode(), _FORM)

    def unseal(self, sealed: bytes) -> str:
        """The text that was sealed. Raises ``CannotUnseal`` where it was altered or sealed with another key."""
        sealed = bytes(sealed)
        if sealed[:1] != _FORM or len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES:
            raise CannotUnseal("not a sealed text")
        try:
            return self._cipher.decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], _FORM).decode()
        except InvalidTag as error:
            raise CannotUnseal("altered, or sealed with another key") from error

    def blind_index(self, number: str) -> str:
        """The keyed index by which a number is found, 64 hexadecimal digits, of the number as it is normalised."""
        return hmac.digest(self._index_key, normalise_code(number).encode(), "sha256").hex()


def _derived(key: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=label).derive(key)
