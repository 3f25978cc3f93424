"""The keys that sign documents: a P-256 key with its certificate for PDF, the platform's own Ed25519 key for credentials.

Invariant: a private key is never shown, logged or kept in the database. Of a certificate that signed, the public part stays for
ever, so that what it signed verifies after it was replaced; one that was revoked vouches for what it signed before.

A ``Signer`` is what signs; where its key lies is its own matter. ``QUANXIN_DOCUMENT_KEY`` names a PEM file with key and
certificates (made in the data directory where nothing is set), or a key in a token (``pkcs11:…``, RFC 7512).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from quanxin.calendar import now
from quanxin.documents.errors import DocumentError
from quanxin.runtime import environment
from quanxin.runtime.pack import current_pack

VARIABLE, FILE = "QUANXIN_DOCUMENT_KEY", "document-key.pem"
YEARS = 10  # of a certificate that the platform makes itself


class Signer(Protocol):
    """What signs: ``sign`` gives an ECDSA signature (P-256, SHA-256, DER) under the key of the first of ``chain``."""

    @property
    def chain(self) -> tuple[x509.Certificate, ...]: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True)
class FileSigner:
    """A key in a file."""

    key: EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message, ECDSA(hashes.SHA256()))


_known: tuple[object, Signer] | None = None


def signer() -> Signer:
    """What signs documents now. Raises ``DocumentError`` where it cannot be used.

    A process that runs takes a replaced key up by itself.
    """
    global _known
    given = environment.value(VARIABLE)
    if given.startswith("pkcs11:"):
        from quanxin.documents.token import token_signer

        return token_signer(given)
    path = Path(given).expanduser() if given else environment.data_dir() / FILE
    if not given and not path.exists():
        environment.create(path, made(now()))
    stamp = _stamp(path)
    if _known is None or _known[0] != stamp:
        _known = (stamp, from_pem(path.read_bytes()))
    return _known[1]


def replace(at: dt.datetime) -> x509.Certificate:
    """Make another key with a certificate of its own, in the data directory's file; what was signed before stays as it is.

    Raises ``BadSetting`` where the key is a variable's, which only whoever sets it can change.
    """
    if environment.value(VARIABLE):
        raise environment.BadSetting(
            VARIABLE, "已设定：请更换它所指的密钥和证书。", "is set: replace the key and the certificate that it names."
        )
    text = made(at)
    environment.replace(environment.data_dir() / FILE, text)
    return from_pem(text.encode()).chain[0]


def made(at: dt.datetime) -> str:
    """A new key and a certificate that it signs itself, in PEM: for use until an authority gives one."""
    key = generate_private_key(SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, current_pack().title.zh[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, "泉信 Quanxin"),
        ]
    )
    uses = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - dt.timedelta(days=1))
        .not_valid_after(at + dt.timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(uses, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (secret + certificate.public_bytes(Encoding.PEM)).decode()


def from_pem(raw: bytes) -> FileSigner:
    """The signer of a PEM file with key and certificates. Raises ``DocumentError`` for what is none."""
    try:
        key = load_pem_private_key(raw, None)
        chain = tuple(x509.load_pem_x509_certificates(raw))
    except (ValueError, TypeError) as error:
        raise DocumentError("document-key-unusable", why="PEM") from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise DocumentError("document-key-unusable", why="P-256")
    if _spki(key.public_key()) != _spki(chain[0].public_key()):
        raise DocumentError("document-key-unusable", why=chain[0].subject.rfc4514_string())
    return FileSigner(key, chain)


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-256 of a certificate, in hexadecimal."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _spki(key: object) -> bytes:
    found: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return found


def _stamp(path: Path) -> object:
    try:
        found = path.stat()
    except OSError as error:
        raise DocumentError("document-key-unusable", why=error.strerror or "") from error
    return path, found.st_ino, found.st_mtime_ns, found.st_size
