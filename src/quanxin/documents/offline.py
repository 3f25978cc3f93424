"""Verifying a document without the platform: from its bytes and the keys that the verifier brings.

Invariant: what does not hold is named: ``form`` (it cannot be read), ``integrity`` (it is not what was signed), ``signature`` (no
known key signed it), ``validity`` (the key was revoked, or the document is over). Nothing that a file says of keys is trusted.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from quanxin.proofs import credentials, jcs
from quanxin.proofs.credentials import BadCredential

_SHA256 = bytes.fromhex("300d06096086480165030402010500")  # as an AlgorithmIdentifier


class BadKeys(ValueError):
    """A file of keys that cannot be read."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The keys that are trusted: ``methods`` (the end of an Ed25519 key by its Multikey), ``certificates`` (DER, and the moment
    from which it was revoked), ``above`` (the certificates over those), the keys of the log as they are handed on."""

    methods: Mapping[str, dt.datetime | None]
    certificates: tuple[tuple[bytes, dt.datetime | None], ...]
    log: tuple[str, ...]
    above: frozenset[bytes] = frozenset()

    @classmethod
    def read(cls, raw: bytes) -> Trust:
        """The keys as ``/documents/keys`` tells them. Raises ``BadKeys``."""
        try:
            told = jcs.read(raw)
            methods = {one["publicKeyMultibase"]: _moment(one.get("expires")) for one in told["assertionMethod"]}
            certificates = [
                (bytes.fromhex(one["der"]), _moment(one.get("revokedFrom"))) for one in told["certificates"]
            ]
            above = frozenset(bytes.fromhex(der) for one in told["certificates"] for der in one.get("above", ()))
            return cls(methods, tuple(certificates), tuple(map(str, told["log"])), above)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadKeys(str(error)) from error


@dataclass(frozen=True, slots=True)
class Found:
    """What a file is: its form, number and moment as far as they can be read, and what is wrong with it."""

    form: str
    number: str = ""
    at: dt.datetime | None = None
    wrong: tuple[str, ...] = field(default=())


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def of_twin(raw: bytes, trust: Trust, now: dt.datetime) -> Found:
    """What holds of a JSON twin."""
    try:
        told = jcs.read(raw)
        named = credentials.method_of(told).rpartition("#")[2]
        at = dt.datetime.fromisoformat(told["proof"]["created"])
        until = _moment(told.get("validUntil"))
        number = str(told.get("number", ""))
        public = credentials.public_of(named)
        if at.tzinfo is None or jcs.canonical(told) != raw:
            return Found("json", number, wrong=("integrity",))
    except (BadCredential, ValueError, KeyError, TypeError, AttributeError):
        return Found("json", wrong=("form",))
    if named not in trust.methods:
        return Found("json", number, at, ("signature",))
    if not credentials.proves(told, public):
        return Found("json", number, at, ("integrity",))
    end = trust.methods[named]
    over = (end is not None and at > end) or (until is not None and now >= until)
    return Found("json", number, at, ("validity",) if over else ())


def of_pdf(raw: bytes, trust: Trust) -> Found:
    """What holds of a PDF."""
    try:
        return _of_pdf(raw, trust)
    except Exception:  # a parser of what anybody may have written: whatever it raises, the file is not readable
        return Found("pdf", wrong=("form",))


def _of_pdf(raw: bytes, trust: Trust) -> Found:
    from asn1crypto.x509 import Certificate
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # what it finds wrong is said by its name
    reader = PdfFileReader(io.BytesIO(raw), strict=True)
    number = str(reader.trailer["/Info"].get("/Keywords", "")) if "/Info" in reader.trailer else ""
    if len(reader.embedded_signatures) != 1:
        return Found("pdf", number, wrong=("signature",) if not reader.embedded_signatures else ("integrity",))
    signature = reader.embedded_signatures[0]
    own = dict(trust.certificates)
    at = signature.self_reported_timestamp
    der = signature.signer_cert.dump()
    if der not in own:
        return Found("pdf", number, at, ("signature",))
    roots = [Certificate.load(der)]
    context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=at, best_signature_time=at)
    status = validate_pdf_signature(signature, context)
    others = {one.dump() for one in signature.other_embedded_certs} - trust.above
    whole = signature.coverage.name == "ENTIRE_FILE" and not others and _exact(raw, signature)
    if not (status.intact and status.valid and whole):
        return Found("pdf", number, at, ("integrity",))
    if not status.trusted:
        return Found("pdf", number, at, ("signature",))
    revoked = own[der]
    return Found("pdf", number, at, ("validity",) if revoked is not None and at is not None and at >= revoked else ())


def _exact(raw: bytes, signature: Any) -> bool:
    """Whether what the signature does not cover is the signature itself, written in the one way, and nothing else."""
    from asn1crypto import parser

    first, length, second, rest = (int(one) for one in signature.byte_range)
    gap = raw[first + length : second]
    text = gap[1:-1]
    if first != 0 or second + rest != len(raw) or gap[:1] + gap[-1:] != b"<>" or not re.fullmatch(rb"[0-9A-F]*", text):
        return False
    kept = bytes.fromhex(text.decode())
    said = signature.signed_data["digest_algorithms"], [signature.signer_info["digest_algorithm"]]
    plain = all([one.dump() for one in part] == [_SHA256] for part in said)  # the signature itself does not cover these
    return plain and not any(kept[parser.peek(kept) :])
