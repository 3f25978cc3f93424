"""The platform's signature: Ed25519, under a key that lies outside the database.

Invariant: the private key is never shown, logged or stored beside what it signs; whoever has the public key can verify
without the platform.
"""

from __future__ import annotations

import base64
import re
from binascii import Error

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from quanxin.runtime import environment

VARIABLE, FILE = "QUANXIN_SIGNING_KEY", "signing-key"


def sign(message: bytes) -> str:
    """The signature of a message, in base64."""
    return base64.b64encode(_private().sign(message)).decode()


def verify(message: bytes, signature: str, key: str) -> bool:
    """Whether a signature in base64 is that of a message under a public key in hexadecimal; never raises."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(
            base64.b64decode(signature, validate=True), message
        )
    except (InvalidSignature, Error, ValueError):
        return False
    return True


def public_key() -> str:
    """The public key, 64 hexadecimal digits: what others verify with."""
    return _private().public_key().public_bytes_raw().hex()


def _private() -> Ed25519PrivateKey:
    seed = environment.secret(VARIABLE, FILE)
    if not re.fullmatch(r"[0-9a-f]{64}", seed):
        raise environment.BadSetting(f"{VARIABLE}：应为 64 位十六进制数。/ must be 64 hexadecimal digits.")
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
