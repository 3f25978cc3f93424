"""How a document ends before its time: revoked, or superseded by another; and the revocation of a certificate.

Invariant: each happens once, with who did it and why; the document itself stays as it was issued, and verifies as what it is.
"""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.archive.own_matters import expect_others
from quanxin.calendar import now
from quanxin.documents import keys
from quanxin.documents.errors import DocumentError
from quanxin.documents.models import Certificate, Document


class Reason(models.TextChoices):
    """Why a document is revoked; shown to whoever verifies it."""

    WRONG = "wrong-content", _("内容有误")
    DECISION = "decision-undone", _("所依据的决定已撤销")
    UNENTITLED = "unentitled", _("申请人无权取得")
    KEY = "key-compromised", _("签名密钥失密")


@transaction.atomic
def revoke(by: Actor, number: str, reason: str, words: str) -> Document:
    """Revoke a document; ``reason`` is a ``Reason``, ``words`` say more to those who may read it.

    Raises ``NotAllowed`` without the centre's role, ``OwnMatter`` for one about an own subject, ``DocumentError`` for an unknown
    document or reason, and for one that was revoked for another.
    """
    by.require(Role.CENTRE)
    words = DocumentError.reason(words)
    if reason not in Reason.values:
        raise DocumentError("revocation-reason-unknown")
    subject = _locked(number).subject_id
    expect_others(by, [] if subject is None else [subject], f"document:{number}")
    return revoked(by, number, Reason(reason), words)


@transaction.atomic
def revoked(by: Actor, number: str, reason: Reason, words: str) -> Document:
    """The same for a room whose own act undoes what it issued: it has seen to it that the actor may."""
    found = _locked(number)
    if found.revoked_at is not None:
        if found.revoked_reason != reason:
            raise DocumentError("document-revoked", number=number)
        return found
    found.revoked_at, found.revoked_by, found.revoked_reason, found.revoked_words = now(), by.name, reason, words
    found.save(update_fields=["revoked_at", "revoked_by", "revoked_reason", "revoked_words"])
    audit(by, "documents.revoke", f"document:{number}", reason=str(reason), words=words)
    return found


@transaction.atomic
def undone(by: Actor, about: str, words: str) -> None:
    """Revoke every document about a decision that an act has just undone."""
    for document in Document.objects.filter(about=about, revoked_at=None):
        revoked(by, document.number, Reason.DECISION, words[:400])


@transaction.atomic
def supersede(by: Actor, old: Document, new: Document) -> Document:
    """Let another document stand for one; the room that issued both calls it. Raises ``DocumentError`` if yet another does."""
    found = _locked(old.number)
    if found.superseded_by_id is not None:
        if found.superseded_by_id != new.pk:
            raise DocumentError("document-superseded", number=old.number)
        return found
    found.superseded_by, found.superseded_at = new, now()
    found.save(update_fields=["superseded_by", "superseded_at"])
    audit(by, "documents.supersede", f"document:{old.number}", by=new.number)
    return found


@transaction.atomic
def renew(by: Actor) -> x509.Certificate:
    """Let another key sign from now on; what was signed before verifies as ever. Raises as ``keys.replace``."""
    before = keys.fingerprint(keys.signer().chain[0])
    made = keys.replace(now())
    audit(by, "documents.renew", f"certificate:{keys.fingerprint(made)[:16]}", former=before)
    return made


@transaction.atomic
def revoke_certificate(by: Actor, fingerprint: str, since: dt.datetime, words: str) -> Certificate:
    """Let a certificate vouch for nothing that it signed from a moment on. Raises ``NotAllowed``, ``DocumentError``."""
    by.require(Role.ADMINISTRATOR)
    words = DocumentError.reason(words)
    found = Certificate.objects.select_for_update().filter(fingerprint=fingerprint).first()
    if found is None:
        raise DocumentError("certificate-unknown")
    if found.revoked_from is None or since < found.revoked_from:
        found.revoked_from, found.revoked_reason = since, words
        found.save(update_fields=["revoked_from", "revoked_reason"])
        audit(
            by, "documents.revoke-certificate", f"certificate:{fingerprint[:16]}", since=since.isoformat(), words=words
        )
    return found


def _locked(number: str) -> Document:
    found = Document.objects.select_for_update().filter(number=number).first()
    if found is None:
        raise DocumentError("document-unknown", number=number)
    return found
