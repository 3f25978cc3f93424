"""The platform's signature: Ed25519, under a key that lies outside the database.

Invariant: the private key is never shown, logged or stored beside what it signs; whoever has the public key can verify
without the platform. When the key changes its public half stays, with the moment until which it signed: what it signed
before proves, and nothing that it signs later.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
import secrets
from binascii import Error

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from quanxin.runtime import environment

VARIABLE, FILE = "QUANXIN_SIGNING_KEY", "signing-key"
FORMER = "signing-keys-former"  # public: a key and the moment of its end on each line


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


def former() -> dict[str, dt.datetime]:
    """The public keys of before, each with the moment until which it signed, the earliest first."""
    path = environment.data_dir() / FORMER
    told = [line.split() for line in path.read_text(encoding="ascii").splitlines()] if path.exists() else []
    return {key: dt.datetime.fromisoformat(until) for key, until in told}


def keys_at(moment: dt.datetime) -> list[str]:
    """The public keys that may have signed at a moment, the present one last."""
    return [*(key for key, until in former().items() if moment <= until), public_key()]


def replace(at: dt.datetime) -> str:
    """Make a new key and return its public half; the present one is kept among ``former`` until ``at``.

    Raises ``BadSetting`` where the key is a variable's, which only whoever sets it can change. The caller sees to it
    that nothing is signed meanwhile (``sealing.rotate``).
    """
    if environment.value(VARIABLE):
        raise environment.BadSetting(
            VARIABLE,
            f"已设定：请把现公钥和时刻写入数据目录的 {FORMER}，再更换变量。",
            f"is set: write the present public key and the moment to {FORMER}, then change the variable.",
        )
    place = environment.data_dir()
    kept = former() | {public_key(): at}
    # the old public key is kept first: killed in between, the old key signs on and is only named twice
    environment.replace(place / FORMER, "".join(f"{key} {until.isoformat()}\n" for key, until in kept.items()))
    environment.replace(place / FILE, secrets.token_hex(32) + "\n")
    return public_key()


def _private() -> Ed25519PrivateKey:
    seed = environment.secret(VARIABLE, FILE)
    if not re.fullmatch(r"[0-9a-f]{64}", seed):
        raise environment.BadSetting(f"{VARIABLE}", "应为 64 位十六进制数。", "must be 64 hexadecimal digits.")
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
