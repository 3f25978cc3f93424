"""Signatures in PDF: PAdES B-B, and B-LT where a time-stamping authority is configured.

Invariant: a signature covers the whole file as it was set. pyHanko is loaded where the first document is signed or verified: it
takes a second and more that other processes need not spend.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding

from quanxin.documents.keys import Signer
from quanxin.runtime import environment

if TYPE_CHECKING:
    from pyhanko.sign import signers

TIMESTAMPS = "QUANXIN_TIMESTAMP_URL"
FIELD = "Quanxin"
_LONGEST = 72  # bytes of an ECDSA signature under P-256, in DER


def sign(pdf: bytes, by: Signer) -> bytes:
    """A PDF with the signature of the platform."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    stamping = _timestamper()
    told: dict[str, Any] = {"embed_validation_info": True, "validation_context": _trusting(by)} if stamping else {}
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256",
        app_build_props=None, **told,
    )  # fmt: skip
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    # without a time stamp its length is known well enough: making it twice to measure it would take as long again
    reserved = None if stamping else 2 * (2048 + sum(len(one.public_bytes(Encoding.DER)) for one in by.chain))
    signing = signers.PdfSigner(metadata, signer=_signer(by), timestamper=stamping)
    made = signing.sign_pdf(writer, bytes_reserved=reserved)
    return bytes(made.getvalue())


def _signer(by: Signer) -> signers.Signer:
    from asn1crypto.algos import SignedDigestAlgorithm
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.signers import Signer as Base
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class Platform(Base):
        """Our signer, as pyHanko asks for one."""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            if digest_algorithm != "sha256":
                raise ValueError(digest_algorithm)
            return bytes(_LONGEST) if dry_run else by.sign(data)

    chain = [Certificate.load(one.public_bytes(Encoding.DER)) for one in by.chain]
    return Platform(
        signing_cert=chain[0],
        cert_registry=SimpleCertificateStore.from_certs(chain[1:]),  # type: ignore[no-untyped-call]
        signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
    )


def _timestamper() -> Any:
    address = environment.value(TIMESTAMPS)
    if not address:
        return None
    from pyhanko.sign.timestamps import HTTPTimeStamper

    return HTTPTimeStamper(address, timeout=10)


def _trusting(by: Signer) -> Any:
    """What a signature is looked at with, to keep with it what proves its certificate."""
    from asn1crypto.x509 import Certificate
    from pyhanko_certvalidator import ValidationContext

    roots = [Certificate.load(by.chain[-1].public_bytes(Encoding.DER))]
    return ValidationContext(extra_trust_roots=roots, allow_fetching=True, revocation_mode="soft-fail")
