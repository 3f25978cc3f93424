"""Issuing a document: it gets a number, is set, signed, logged and kept, in one transaction (how one ends: ``ending``).

Invariant: an act issues one document, however often it is repeated; a number stands for the same bytes for ever.

How another room issues one::

    from quanxin.documents import issuing
    from quanxin.documents.typesetting import Sheet

    made = issuing.issue(actor, issuing.Draft(
        kind="credit-report",                       # a key of packs/…/document-kinds.yaml: number format, days of validity
        key=f"report:{application.number}",         # of the act: a second call with it returns the same document
        title="公共信用信息报告",                     # as it stands on the document and in lists
        about=f"report:{application.number}",       # how you find it again (``of``)
        content={...},                              # what it says, as JSON without floats: the credential's subject
        sheet=Sheet("quanxin.reports", "report.typ"),
        data={...},                                 # what the sheet shows (default: content); ``data.frame`` is added
        subject=subject.pk, language="zh", cut_off=moment, applicant="…", purpose="…", watermark="…",
        until=day,                                  # else what the kind says
    ))
    made.number; issuing.pdf(made); issuing.json(made)   # the same bytes for ever

The caller has checked that the actor may have this, and whose it is; ``issue`` writes the line ``documents.issue``. In a long
work call it once for each document: a transaction each. ``typesetting.pdf`` sets a sheet without issuing anything.

A sheet is Typst that begins where ``frame.typ`` ends (see there)::

    #show: framed.with(title: data.title)
    …                                       // reads ``data`` only; no import
    #verification                           // the QR code and where to verify
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from quanxin.accounts import Actor
from quanxin.accounts.models import audit
from quanxin.calendar import ZONE, day_of, now
from quanxin.documents import keys, numbers, pades, twin, typesetting
from quanxin.documents.errors import DocumentError
from quanxin.documents.models import Body, Certificate, Document
from quanxin.ledger import log, signing
from quanxin.policy.documents import DocumentKind
from quanxin.proofs.jcs import canonical
from quanxin.runtime import locks
from quanxin.runtime.keys import sealer, sealing
from quanxin.runtime.language import code_of
from quanxin.runtime.pack import current_pack

LEAF = "document"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is to be issued; see the module."""

    kind: str
    key: str
    title: str
    about: str
    content: Mapping[str, Any]
    sheet: typesetting.Sheet
    data: Mapping[str, Any] | None = None
    subject: int | None = None
    language: str = "zh"
    cut_off: dt.datetime | None = None
    applicant: str = ""
    purpose: str = ""
    watermark: str = ""
    until: dt.date | None = None


@transaction.atomic
def issue(by: Actor, draft: Draft) -> Document:
    """Issue a document, or return the one that this act issued before. The caller has seen to it that the actor may.

    Raises ``DocumentError`` where it cannot be set or signed; then nothing was issued.
    """
    locks.hold(locks.Kind.DOCUMENT, draft.key)
    found = Document.objects.filter(key=draft.key).first()
    if found is not None:
        return found
    at = now()
    kind = _kind(draft.kind, day_of(at))
    number = numbers.draw(kind.number, at)
    until = draft.until or (day_of(at) + dt.timedelta(days=kind.valid_days) if kind.valid_days is not None else None)
    content = hashlib.sha256(canonical(draft.content)).hexdigest()
    signer = keys.signer()
    forms = {
        "pdf": pades.sign(_set(draft, number, at), signer),
        "json": twin.write(number, draft.kind, draft.content, content, at, _end(until)),
    }
    digests = {form: hashlib.sha256(raw).hexdigest() for form, raw in forms.items()}
    leaf = log.add(LEAF, f"{LEAF}:{number}", {"number": number, "kind": draft.kind, "content": content, **digests})
    made = Document.objects.create(
        number=number, key=draft.key, kind=draft.kind, title=draft.title, about=draft.about, subject_id=draft.subject,
        language=draft.language, made_at=at, made_by=by.name, cut_off=draft.cut_off or at, edition=current_pack().edition,
        applicant=draft.applicant, purpose=draft.purpose, valid_until=until, content=content,
        certificate=_certificate(signer, at), public_key=signing.public_key(), leaf=leaf,
    )  # fmt: skip
    _keep(made, forms, digests)
    audit(by, "documents.issue", f"document:{number}", kind=draft.kind, about=draft.about, pdf=digests["pdf"])
    return made


def pdf(document: Document) -> bytes:
    """The PDF as it was issued. Raises ``DocumentError`` if what is kept is not that."""
    return _body(document, "pdf")


def json(document: Document) -> bytes:
    """The credential as it was issued. Raises ``DocumentError`` if what is kept is not that."""
    return _body(document, "json")


def of(about: str) -> list[Document]:
    """The documents about something, the latest first."""
    return list(Document.objects.filter(about=about))


def _kind(key: str, day: dt.date) -> DocumentKind:
    found = current_pack().on(day).document_kinds.get(key)
    if found is None:
        raise DocumentError("document-kind-unknown", kind=key)
    return found


def _set(draft: Draft, number: str, at: dt.datetime) -> bytes:
    with translation.override(code_of(draft.language)):
        words = _("扫描二维码或打开下列地址，核验本文书是否真实、有效。编号：%(number)s") % {"number": number}
    frame = typesetting.Frame(draft.language, number, twin.address_of(number), words, draft.watermark)
    data = draft.content if draft.data is None else draft.data
    return typesetting.pdf(draft.sheet, data, at=at, frame=frame)


def _end(until: dt.date | None) -> dt.datetime | None:
    """The moment at which the last day of validity is over in the city."""
    return dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), ZONE) if until else None


def _certificate(signer: keys.Signer, at: dt.datetime) -> Certificate:
    first, *above = signer.chain
    made, _new = Certificate.objects.get_or_create(
        fingerprint=keys.fingerprint(first),
        defaults={
            "der": first.public_bytes(Encoding.DER),
            "chain": b"".join(one.public_bytes(Encoding.PEM) for one in above),
            "since": at,
        },
    )
    return made


def _keep(document: Document, forms: Mapping[str, bytes], digests: Mapping[str, str]) -> None:
    ring = sealing()
    Body.objects.bulk_create(
        Body(
            document=document,
            form=form,
            sha256=digests[form],
            sealed=ring.seal(base64.b64encode(raw).decode(), _sealed_as(document, form)),
        )
        for form, raw in forms.items()
    )


def _body(document: Document, form: str) -> bytes:
    kept = document.bodies.get(form=form)
    raw = base64.b64decode(sealer().unseal(bytes(kept.sealed), _sealed_as(document, form)))
    if hashlib.sha256(raw).hexdigest() != kept.sha256:
        raise DocumentError("document-damaged", number=document.number)
    return raw


def _sealed_as(document: Document, form: str) -> str:
    return f"document:{document.pk}:{form}"
