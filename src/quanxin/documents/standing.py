"""Whether a document may be relied on, as of now or as of a day.

Invariant: of several things that are wrong the gravest is said; what is said to whoever holds a number names nobody.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from quanxin.calendar import day_of
from quanxin.documents.models import Document


class Standing(StrEnum):
    """What becomes of a document."""

    VALID = "valid"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    UNTRUSTED = "untrusted"  # signed under a certificate after the moment from which it was revoked


def standing(document: Document, at: dt.datetime) -> Standing:
    """How a document stands at a moment."""
    certificate = document.certificate
    if document.revoked_at is not None and document.revoked_at <= at:
        return Standing.REVOKED
    if certificate.revoked_from is not None and certificate.revoked_from <= document.made_at:
        return Standing.UNTRUSTED
    if document.superseded_at is not None and document.superseded_at <= at:
        return Standing.SUPERSEDED
    if document.valid_until is not None and day_of(at) > document.valid_until:
        return Standing.EXPIRED
    return Standing.VALID
