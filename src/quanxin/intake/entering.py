"""Entering a record that a case ends with: a row made of what its forms say takes the ordinary way in.

Invariant: the record is the row's and no other: a row that is held, doubles a record or would change one enters nothing,
and whoever acts reads why, item by item. Whose it is comes from the register, never from a form.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive.models import Record
from quanxin.archive.own_matters import expect_others
from quanxin.calendar import now, today
from quanxin.intake import receipts, small_batches
from quanxin.intake.corrections import CorrectionRefused, Found
from quanxin.intake.errors import IntakeError
from quanxin.intake.pipeline import admit
from quanxin.intake.receipt import Receipt
from quanxin.policy.model import Resource
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Identifier, Subject


@act
def enter(
    actor: Actor, provider: str, resource: str, subject: Subject, items: Mapping[str, Any], *, case: str
) -> Record:
    """Enter a record of a provider's resource about a subject, from ``items`` (key → value) that the resource has; return it.

    Who may is the procedure's of the ``case`` to say. Raises ``IntakeError`` where the provider does not hand the resource
    in, or the row doubles or would change a record; ``CorrectionRefused`` for what the checks find, item by item.
    """
    expect_others(actor, [subject.pk], f"subject:{subject.pk}")
    pack = current_pack()
    found = admit(pack, pack.on(today()), resource, provider)
    row = _row(found, subject, items)
    said = json.dumps({"case": case, "row": row}, sort_keys=True, ensure_ascii=False)
    receipt = small_batches.take_in(
        [row],
        hashlib.sha256(said.encode()).hexdigest(),
        resource=resource,
        provider=provider,
        actor=Actor(actor.name, [Assignment(Role.INTAKE, provider)]),
        name=f"{case}-{now():%Y%m%d-%H%M%S}",
    )
    if receipt is None:  # only a witness says so, and there is none
        raise AssertionError("a batch without a receipt")
    _expect_new(receipt)
    made = Record.objects.get(batch_id=receipt.batch, superseded_at=None)
    audit(actor, "intake.enter", f"record:{made.subject_id}-{made.id}", batch=receipt.batch, case=case)
    return made


def _whose(resource: Resource) -> Mapping[str, str]:
    """The items that say whose a row is: the key of each, with what the register knows it as."""
    named = {
        resource.subject.name: "name",
        resource.subject.code: Identifier.Kind.USCC.value,
        resource.subject.organisation_code: Identifier.Kind.ORGANISATION.value,
        resource.subject.registration_number: Identifier.Kind.REGISTRATION.value,
    }
    return {key: kind for key, kind in named.items() if key}


def _row(resource: Resource, subject: Subject, items: Mapping[str, Any]) -> dict[str, str]:
    """The row as a department would write it."""
    known = {f.key for f in resource.fields}
    held = dict(subject.identifiers.order_by("pk").values_list("kind", "value")) | {"name": subject.name}
    row = {key: str(value) for key, value in items.items() if key in known and value not in (None, "")}
    return row | {key: held[kind] for key, kind in _whose(resource).items() if kind in held}


def _expect_new(receipt: Receipt) -> None:
    """Raise unless the row became a record that was not there before."""
    if receipt.quarantined or receipt.unlinked:
        (held,) = receipts.held_page(receipt.batch, limit=1)
        if not held["issues"]:  # of nobody whom the register knows by what the resource asks for
            raise IntakeError("entry-of-nobody")
        raise CorrectionRefused([Found(i["field"] or "", i["message"], i["message_en"]) for i in held["issues"]])
    if receipt.accepted != 1 or receipt.updated:
        raise IntakeError("entry-known")
