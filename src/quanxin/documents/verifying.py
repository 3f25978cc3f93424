"""Verifying a document for whoever asks, by its number or by its file.

Invariant: whoever merely has a number learns the kind, the day and whether the document may be relied on, and nothing about
anybody. A file is told by its digest, so that a changed bit anywhere is another file; it is not read and not kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from quanxin.calendar import day_of, now
from quanxin.documents import numbers, twin
from quanxin.documents.issuing import LEAF
from quanxin.documents.models import Body, Certificate, Document
from quanxin.documents.standing import Standing, standing
from quanxin.ledger import log, log_reading, signing
from quanxin.proofs.credentials import multikey
from quanxin.proofs.receipts import Receipt
from quanxin.runtime.language import english
from quanxin.runtime.pack import current_pack


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a document: how it stands (None: no such document), and of its file, where one was brought, its form
    (``pdf``, ``json``) or "" for one that is not as it was issued."""

    document: Document | None
    standing: Standing | None
    file: str | None = None

    @property
    def kind(self) -> str:
        """The kind, in the page's language."""
        if self.document is None:
            return ""
        known = current_pack().on(day_of(self.document.made_at)).document_kinds.get(self.document.kind)
        return (known.title.en if english() else known.title.zh) if known else self.document.kind

    @property
    def holds(self) -> bool:
        """Whether the document may be relied on, and the file is the document."""
        return self.standing is Standing.VALID and self.file != ""

    def told(self) -> dict[str, Any]:
        """The same for machines."""
        if self.document is None:
            return {"standing": "unknown", **({"file": "changed"} if self.file == "" else {})}
        said = self.document
        return {
            "number": said.number, "kind": said.kind, "standing": str(self.standing), "issued": day_of(said.made_at).isoformat(),
            "valid_until": said.valid_until.isoformat() if said.valid_until else None,
            "superseded": day_of(said.superseded_at).isoformat() if said.superseded_at else None,
            "revoked": day_of(said.revoked_at).isoformat() if said.revoked_at else None,
            "sha256": digests(said),
            **({"file": self.file or "changed"} if self.file is not None else {}),
        }  # fmt: skip


def of_number(text: str) -> Verdict:
    """The verdict on a number, as somebody wrote it."""
    number = numbers.written(text)
    found = Document.objects.select_related("certificate").filter(number=number).first() if number else None
    return Verdict(found, standing(found, now()) if found else None)


def of_file(chunks: Iterable[bytes], number: str = "") -> Verdict:
    """The verdict on a file; ``number`` is that of the document that it is said to be, "" for whichever it is."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return of_digest(digest.hexdigest(), number)


def of_digest(digest: str, number: str = "") -> Verdict:
    """The same of the file whose SHA-256 it is, in hexadecimal."""
    body = Body.objects.select_related("document__certificate").filter(sha256=digest).first()
    if body is not None and number in ("", body.document.number):
        return Verdict(body.document, standing(body.document, now()), body.form)
    said = of_number(number) if number else Verdict(None, None)
    return Verdict(said.document, said.standing, "")


def digests(document: Document) -> dict[str, str]:
    """The SHA-256 of each form of a document."""
    return dict(document.bodies.order_by("form").values_list("form", "sha256"))


def receipt(document: Document) -> Receipt | None:
    """What proves that the public log holds the document; None until it has its place there."""
    leaf = log.leaf_of(LEAF, f"{LEAF}:{document.number}")
    return log_reading.receipt(leaf) if leaf is not None else None


def keys() -> dict[str, Any]:
    """The public keys by which documents and the log are verified without the platform, as JSON (``quanxin verify --keys``)."""
    signed = [*((key, until.isoformat()) for key, until in signing.former().items()), (signing.public_key(), None)]
    return {
        "id": f"{twin.issuer()}/{twin.KEYS}",
        "assertionMethod": [
            {
                "id": twin.method(key), "type": "Multikey", "controller": f"{twin.issuer()}/{twin.KEYS}",
                "publicKeyMultibase": multikey(bytes.fromhex(key)), **({"expires": until} if until else {}),
            }
            for key, until in signed
        ],
        "certificates": [
            {
                "sha256": one.fingerprint, "der": bytes(one.der).hex(), "since": one.since.isoformat(),
                "above": [over.public_bytes(Encoding.DER).hex() for over in _above(one)],
                **({"revokedFrom": one.revoked_from.isoformat()} if one.revoked_from else {}),
            }
            for one in Certificate.objects.all()
        ],
        "log": log_reading.public_keys(),
    }  # fmt: skip


def _above(certificate: Certificate) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(bytes(certificate.chain)) if certificate.chain else []
