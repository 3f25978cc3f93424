"""The JSON twin of a document: a verifiable credential that says the same.

Invariant: it is signed with the platform's key (``ledger.signing``), and names the digest of what the document says.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from typing import Any

from quanxin.ledger import signing
from quanxin.proofs import credentials, jcs
from quanxin.runtime import environment

KEYS = "documents/keys"  # the page that tells the keys


def issuer() -> str:
    """Who issues: the platform, by its address."""
    return environment.value("QUANXIN_PUBLIC_URL").rstrip("/")


def address_of(number: str) -> str:
    """Where a document is verified."""
    return f"{issuer()}/verify/{number}"


def method(key: str) -> str:
    """How a credential names a public key (64 hexadecimal digits)."""
    return f"{issuer()}/{KEYS}#{credentials.multikey(bytes.fromhex(key))}"


def moment(at: dt.datetime) -> str:
    """A moment as credentials have it."""
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def write(
    number: str, kind: str, content: Mapping[str, Any], digest: str, at: dt.datetime, until: dt.datetime | None
) -> bytes:
    """The credential of a document, signed, in its canonical bytes. ``until`` is the moment at which it is over."""
    told: dict[str, Any] = {
        "@context": [credentials.CONTEXT, {"@vocab": f"{issuer()}/documents/terms#"}],
        "id": address_of(number),
        "type": ["VerifiableCredential", "QuanxinDocument"],
        "issuer": issuer(),
        "validFrom": moment(at),
        **({"validUntil": moment(until)} if until else {}),
        "credentialSubject": dict(content),
        "number": number,
        "kind": kind,
        "contentDigest": digest,
    }
    made = credentials.signed(told, method(signing.public_key()), moment(at), _sign)
    return jcs.canonical(made)


def _sign(message: bytes) -> bytes:
    return base64.b64decode(signing.sign(message))
