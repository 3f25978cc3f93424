"""Cipher suites: how a text is encrypted, how a number is indexed, behind one small interface.

Invariant: a suite's number and names mean one thing for ever, for they stand in what was sealed and in the ring; a suite
that this machine's OpenSSL does not offer is refused in words, never replaced by another.

``aes-256-gcm`` goes with HMAC-SHA256 and HKDF-SHA256; ``sm4-gcm`` (GB/T 32907 in the mode of RFC 8998) with HMAC-SM3 and
HKDF-SM3 (GB/T 32905). Both seal under a nonce of 96 bits with a tag of 128.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3, HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
TAG_BYTES = 16


class Altered(Exception):
    """What was to be decrypted is not what was encrypted under this key, nonce and associated data."""


class SuiteMissing(Exception):
    """A suite that does not exist, or that this machine cannot run; ``zh``, ``en`` and the hints are for people."""

    def __init__(self, zh: str, en: str, hint: str, hint_en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en, self.hint, self.hint_en = zh, en, hint, hint_en


class Aead(Protocol):
    """Authenticated encryption under one key."""

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes:
        """The ciphertext with its tag behind it."""
        ...

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes:
        """What was encrypted; raises ``Altered``."""
        ...


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher with its hash: ``number`` stands in what is sealed, ``name`` and ``mac`` in the ring and on pages."""

    number: int
    name: str
    mac: str
    key_bytes: int
    cipher: type[_Aes | _Sm4]
    hash: type[HashAlgorithm]

    def aead(self, secret: bytes, label: bytes) -> Aead:
        """The cipher under the key that is derived from a secret for a label."""
        return self.cipher(self.derived(secret, label))

    def derived(self, secret: bytes, label: bytes) -> bytes:
        """A key of this suite's length by HKDF; neither the secret nor another label's key follows from it."""
        return HKDF(algorithm=self.hash(), length=self.key_bytes, salt=None, info=label).derive(secret)

    def digest(self, key: bytes, data: bytes) -> bytes:
        """HMAC, 32 bytes."""
        made = HMAC(key, self.hash())
        made.update(data)
        return made.finalize()


class _Aes:
    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes:
        return self._cipher.encrypt(nonce, data, associated)

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes:
        try:
            return self._cipher.decrypt(nonce, data, associated)
        except InvalidTag as error:
            raise Altered from error


class _Sm4:
    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes:
        made = Cipher(self._key, modes.GCM(nonce)).encryptor()
        made.authenticate_additional_data(associated)
        return made.update(data) + made.finalize() + made.tag

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes:
        made = Cipher(self._key, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        made.authenticate_additional_data(associated)
        text = made.update(data[:-TAG_BYTES])
        try:
            return text + made.finalize()
        except InvalidTag as error:
            raise Altered from error


AES = Suite(1, "aes-256-gcm", "hmac-sha256", 32, _Aes, SHA256)
SM4 = Suite(2, "sm4-gcm", "hmac-sm3", 16, _Sm4, SM3)
SUITES: Mapping[str, Suite] = MappingProxyType({suite.name: suite for suite in (AES, SM4)})
_BY_MAC = {suite.mac: suite for suite in SUITES.values()}
_WAYS_OUT = ("可用的算法见 quanxin keys list。", "quanxin keys list tells the algorithms.")


def suite(name: str) -> Suite:
    """The suite of a name (``sm4`` for short too) or of its MAC's name. Raises ``SuiteMissing`` if it cannot be run here."""
    found = SUITES.get("sm4-gcm" if name == "sm4" else name) or _BY_MAC.get(name)
    if found is None:
        known = "、".join(SUITES)
        raise SuiteMissing(
            f"没有算法 {name}，只有 {known}。", f"There is no algorithm {name}; there are {known}.", *_WAYS_OUT
        )
    if not available(found):
        raise SuiteMissing(
            f"本机的 OpenSSL 不支持 {found.name}。",
            f"OpenSSL on this machine does not offer {found.name}.",
            "请改用 aes-256-gcm，或换用支持国密算法的 OpenSSL。",
            "Use aes-256-gcm, or an OpenSSL that offers SM4-GCM and SM3.",
        )
    return found


def available(found: Suite) -> bool:
    """Whether this machine can run a suite: it is tried, not looked up."""
    try:
        cipher = found.aead(bytes(32), b"trial")
        sealed = cipher.encrypt(bytes(NONCE_BYTES), b"trial", b"")
        return cipher.decrypt(bytes(NONCE_BYTES), sealed, b"") == b"trial" and len(found.digest(bytes(32), b"")) == 32
    except UnsupportedAlgorithm:
        return False
