"""Signing: a person confirms the text that was shown by a second factor, and that is kept for good.

Invariant: a confirmation belongs to one case, one text and one person, holds for ten minutes, and is used once; a passkey signs
a challenge that is made of the text's digest. What is signed is the text as it was offered, whole.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from quanxin.accounts import Actor
from quanxin.accounts.acts import act as one_act
from quanxin.calendar import now
from quanxin.casework.effects import Performing
from quanxin.casework.models import Case
from quanxin.commitments import numbers, texts
from quanxin.commitments.errors import CommitmentError
from quanxin.commitments.models import Commitment, Confirmation, Signature

HOLDS = dt.timedelta(minutes=10)
CONFIRMATION = "confirmation"  # the item of the form of signing that names it


def ask(actor: Actor, commitment: Commitment) -> Confirmation:
    """Ask a person to confirm the text of a commitment that is shown to it."""
    return Confirmation.objects.create(
        case=commitment.case,
        actor=actor.name,
        sha256=commitment.sha256,
        nonce=secrets.token_urlsafe(32),
        expires_at=now() + HOLDS,
    )


def asked(actor: Actor, case: Case, nonce: str) -> Confirmation:
    """What a person was asked to confirm; raises ``CommitmentError`` where it is another's, used, or over."""
    found = Confirmation.objects.filter(case=case, actor=actor.name, nonce=nonce).first()
    if found is None:
        raise CommitmentError("unconfirmed")
    if found.used_at is not None or found.expires_at <= now():
        raise CommitmentError("confirmation-over")
    return found


def challenge(confirmation: Confirmation) -> bytes:
    """What a passkey signs: a digest of the text's, the case's number and the confirmation's own secret."""
    said = f"{confirmation.sha256}:{confirmation.case.number}:{confirmation.nonce}"
    return hashlib.sha256(said.encode()).digest()


@one_act
def confirm(actor: Actor, confirmation: Confirmation, how: Signature.How) -> Confirmation:
    """Keep that a person confirmed by a factor what it was asked; whoever calls has seen the factor."""
    locked = Confirmation.objects.select_for_update().get(pk=confirmation.pk)
    if locked.actor != actor.name or locked.used_at is not None or locked.expires_at <= now():
        raise CommitmentError("confirmation-over")
    locked.confirmed_at, locked.how = now(), how
    locked.save(update_fields=["confirmed_at", "how"])
    return locked


def use(performing: Performing, commitment: Commitment) -> Confirmation:
    """Use the confirmation that the form of signing names. Raises ``CommitmentError`` where it is none, or of another
    text."""
    nonce = performing.sent.get(CONFIRMATION, "")
    found = Confirmation.objects.select_for_update().filter(nonce=nonce, actor=performing.actor.name).first()
    if found is None or found.case_id != performing.case.pk or found.confirmed_at is None:
        raise CommitmentError("unconfirmed")
    if found.used_at is not None or found.expires_at <= performing.at:
        raise CommitmentError("confirmation-over")
    if found.sha256 != commitment.sha256:
        raise CommitmentError("text-changed")
    found.used_at = performing.at
    found.save(update_fields=["used_at"])
    return found


def sign(performing: Performing, commitment: Commitment, how: Signature.How, signed_on: dt.date) -> Signature:
    """Keep a signature, and give the commitment its number. Raises ``CommitmentError`` where the text is not the one that
    was offered."""
    if texts.digest(commitment.text) != commitment.sha256:
        raise CommitmentError("text-changed")
    commitment.number, commitment.signed_on = numbers.next_number(signed_on), signed_on
    commitment.save(update_fields=["number", "signed_on"])
    performing.kept |= {"number": commitment.number, "sha256": commitment.sha256, "how": how}
    return Signature.objects.create(
        commitment=commitment,
        signer=performing.actor.name,
        on_behalf=performing.party.on_behalf[:200] if performing.party else "",
        how=how,
        at=performing.at,
        signed_on=signed_on,
        sha256=commitment.sha256,
        text=commitment.text,
        template=commitment.template,
        edition=commitment.edition,
    )
