"""A signing key that never leaves its token: PKCS#11, by an address of RFC 7512.

Invariant: the platform asks the token to sign and never sees the key. The PIN is read from the file that the address names.

``pkcs11:token=quanxin;object=documents?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/run/secrets/pin&x-certificates=/…/chain.pem``
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey

from quanxin.documents.errors import DocumentError


@dataclass(frozen=True)
class TokenSigner:
    """A key in a token, with one session that is used by one thread at a time."""

    chain: tuple[x509.Certificate, ...]
    key: Any = field(repr=False)
    alone: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def sign(self, message: bytes) -> bytes:
        import pkcs11
        from pkcs11.util.ec import encode_ecdsa_signature

        try:
            with self.alone:
                raw = self.key.sign(hashlib.sha256(message).digest(), mechanism=pkcs11.Mechanism.ECDSA)
        except pkcs11.PKCS11Error as error:
            token_signer.cache_clear()  # a session that was lost is opened anew by the next who signs
            raise DocumentError("document-key-unusable", why=type(error).__name__) from error
        return bytes(encode_ecdsa_signature(raw))


@lru_cache(maxsize=1)
def token_signer(address: str) -> TokenSigner:
    """The signer of a key in a token. Raises ``DocumentError`` where it cannot be used."""
    try:
        import pkcs11
    except ImportError as error:
        raise DocumentError("document-key-unusable", why="quanxin[hsm]") from error
    path, query = _parts(address)
    try:
        chain = tuple(x509.load_pem_x509_certificates(Path(query["x-certificates"]).read_bytes()))
        pin = Path(query["pin-source"].removeprefix("file:")).read_text(encoding="utf-8").strip()
        token = pkcs11.lib(query["module-path"]).get_token(token_label=path["token"])
        key = token.open(user_pin=pin).get_key(
            object_class=pkcs11.ObjectClass.PRIVATE_KEY, key_type=pkcs11.KeyType.EC, label=path["object"]
        )
    except (KeyError, OSError, ValueError, pkcs11.PKCS11Error, RuntimeError) as error:
        raise DocumentError("document-key-unusable", why=f"{type(error).__name__} {error}".strip()) from error
    made = TokenSigner(chain, key)
    _expect_pair(made)
    return made


def _parts(address: str) -> tuple[dict[str, str], dict[str, str]]:
    path, _, query = address.removeprefix("pkcs11:").partition("?")
    named = dict(part.partition("=")[::2] for part in path.split(";"))
    return {name: unquote(said) for name, said in named.items()}, dict(parse_qsl(query))


def _expect_pair(signer: TokenSigner) -> None:
    """Refuse a certificate that is not the key's: every signature would be worthless."""
    public, said = signer.chain[0].public_key(), b"quanxin"
    if not isinstance(public, EllipticCurvePublicKey) or not isinstance(public.curve, SECP256R1):
        raise DocumentError("document-key-unusable", why="P-256")
    try:
        public.verify(signer.sign(said), said, ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise DocumentError("document-key-unusable", why=signer.chain[0].subject.rfc4514_string()) from error
