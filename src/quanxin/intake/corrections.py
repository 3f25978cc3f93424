"""Correcting a record because of what was found out about it: its row, with the items that were wrong put right, goes the
ordinary way in again.

Invariant: a correction is a new version of the same record, by the checks, the receipt and the audit of every row; it never
makes another record. Whose record it is, and what tells it from others, cannot be corrected: then it is withdrawn and
handed in anew. A correction that fails a check leaves nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive.display import show
from quanxin.archive.models import Record
from quanxin.archive.own_matters import expect_others
from quanxin.calendar import now, today
from quanxin.intake import receipts, small_batches
from quanxin.intake.errors import IntakeError
from quanxin.intake.pipeline import admit
from quanxin.intake.receipt import Receipt
from quanxin.policy import Rules
from quanxin.policy.model import FieldDef, FieldType, Resource
from quanxin.runtime.keys import sealer
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import IDENTITY, Identifier

_SHOWN = (FieldType.CODE, FieldType.CODES, FieldType.DIVISION, FieldType.BOOLEAN, FieldType.CAPITAL)
_AMOUNTS = (FieldType.DECIMAL, FieldType.MONEY_WAN, FieldType.MONEY_YUAN)
_WHOSE = ("code", "registration_number", "organisation_code", "identity", "category")  # what says whose a row is


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found in a correction: in which item ("" for the whole row), in words."""

    field: str
    zh: str
    en: str


class CorrectionRefused(IntakeError):
    """A correction that the checks did not let in; nothing has changed. ``found`` says what was wrong with it."""

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__("correction-refused")
        self.found = tuple(found)


@act
def correct(actor: Actor, provider: str, record: Record, changes: Mapping[str, str], *, reason: str) -> Record:
    """Put items of a provider's record right (field key → text, "" for none); return the version that stands then.

    The same correction again changes nothing. Raises ``NotAllowed`` for who neither decides nor hands in for the provider,
    ``IntakeError`` without a reason, for a record that is not the provider's or does not stand, where nothing or whose
    record it is would change, or where an item is unknown; ``CorrectionRefused`` where the checks find something wrong.
    """
    may_change(actor, provider)
    expect_others(actor, [record.subject_id], f"record:{record.subject_id}-{record.id}")
    if not reason.strip():
        raise IntakeError("reason-missing")
    if record.provider != provider:
        raise IntakeError("record-unknown", records=f"{record.subject_id}-{record.id}", provider=provider)
    return _put_in(actor, provider, record, changes, reason)


@act
def carry_on(actor: Actor, record: Record, changes: Mapping[str, str], *, reason: str) -> Record:
    """The next version of a record whose procedure changes items of it (field key → text); return what stands then.

    Who may is the procedure's to say. Changes that change nothing make no version. Raises as ``correct``.
    """
    rules = current_pack().on(today())
    if (resource := rules.resources.get(record.resource)) is not None:
        before = as_written(record, resource, rules)
        if all(text.strip() == before.get(key, "") for key, text in changes.items()):
            return record
    return _put_in(actor, record.provider, record, changes, reason)


def _put_in(actor: Actor, provider: str, record: Record, changes: Mapping[str, str], reason: str) -> Record:
    pack, rules = current_pack(), current_pack().on(today())
    resource = admit(pack, rules, record.resource, provider)
    before = as_row(record, resource, rules)
    row = _changed(resource, before, changes)
    stood = _standing(record)
    receipt = _take_in(_for(actor, provider), record, row, resource)
    if not receipt.repeated:
        if stood is None or stood.id != record.id:
            raise IntakeError("correction-overtaken")
        _expect_entered(receipt, resource)
    made = _standing(record)
    if made is None or made.id == record.id:
        raise IntakeError("correction-of-key", items=_named(resource, key_fields(resource)))
    changed = sorted(key for key in changes if changes[key].strip() != before.get(key, ""))
    audit(
        actor,
        "intake.correct",
        f"record:{record.subject_id}-{record.id}",
        batch=receipt.batch,
        made=made.id,
        items=changed,
        reason=reason.strip()[:500],
    )
    return made


def _standing(record: Record) -> Record | None:
    """The version of a record that stands now."""
    return Record.objects.filter(
        subject_id=record.subject_id, resource=record.resource, key_hash=record.key_hash, superseded_at=None
    ).first()


def may_change(actor: Actor, provider: str) -> None:
    """Raise ``NotAllowed`` unless the actor decides, or hands in, for a provider."""
    if not actor.may(Role.DECIDER, provider):
        actor.require(Role.INTAKE, provider)


def as_written(record: Record, resource: Resource, rules: Rules) -> dict[str, str]:
    """A record's items as a department would write them; sealed identity numbers are left out."""
    made = {}
    for field in resource.fields:
        value = record.payload.get(field.key)
        if value is not None and field.type is not FieldType.IDENTITY:
            made[field.key] = _written(field, value, rules)
    return made


def _written(field: FieldDef, value: Any, rules: Rules) -> str:
    """A stored value as a clerk would write it: codes by their titles, amounts without idle zeros."""
    if field.type in _SHOWN:
        return show(field, value, rules.code_sets)
    return f"{Decimal(str(value)).normalize():f}" if field.type in _AMOUNTS else str(value)


def as_row(record: Record, resource: Resource, rules: Rules) -> dict[str, str]:
    """A record's row as it was handed in, the number of the person whom it is about among it, for handing it in again."""
    row = as_written(record, resource, rules)
    key = resource.subject.identity
    if key and record.payload.get(key):
        held = Identifier.objects.filter(subject_id=record.subject_id, kind=Identifier.Kind.IDENTITY).first()
        if held is not None and held.sealed is not None:
            row[key] = sealer().unseal(bytes(held.sealed), IDENTITY)
    return row


def key_fields(resource: Resource) -> tuple[str, ...]:
    """The items that say whose a record is and what tells it from others, in the order of the catalogue."""
    fixed = {*resource.natural_key, *(name for one in _WHOSE if (name := getattr(resource.subject, one)))}
    return tuple(f.key for f in resource.fields if f.key in fixed)


def lost_numbers(record: Record, resource: Resource) -> tuple[str, ...]:
    """The items with numbers of persons of which only a mask is kept: a correction must give them again."""
    own = resource.subject.identity
    secret = (f.key for f in resource.fields if f.type is FieldType.IDENTITY and f.key != own)
    return tuple(key for key in secret if record.payload.get(key))


def _changed(resource: Resource, before: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """The row with the changes in it."""
    known = {f.key for f in resource.fields}
    if unknown := sorted(set(changes) - known):
        raise IntakeError("correction-unknown-item", items="、".join(unknown))
    wanted = {key: text.strip() for key, text in changes.items() if text.strip() != before.get(key, "")}
    if fixed := [key for key in key_fields(resource) if key in wanted]:
        raise IntakeError("correction-of-key", items=_named(resource, fixed))
    if not wanted:
        raise IntakeError("correction-of-nothing")
    return {key: text for key, text in {**before, **wanted}.items() if text}


def _take_in(actor: Actor, record: Record, row: Mapping[str, str], resource: Resource) -> Receipt:
    """Hand the row in. It is known by the version that it corrects, too: put back later, the same row is another's."""
    said: dict[str, Any] = {"corrects": f"{record.subject_id}-{record.id}", "row": row}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    receipt = small_batches.take_in(
        [dict(row)],
        digest,
        resource=resource.key,
        provider=record.provider,
        actor=actor,
        name=f"更正-{record.subject_id}-{record.id}-{now():%Y%m%d-%H%M%S}",
    )
    if receipt is None:  # only a witness says so, and there is none
        raise AssertionError("a batch without a receipt")
    return receipt


def _expect_entered(receipt: Receipt, resource: Resource) -> None:
    """Raise unless the row became a new version of what it corrects."""
    if receipt.quarantined or receipt.unlinked:
        (held,) = receipts.held_page(receipt.batch, limit=1)
        raise CorrectionRefused([Found(i["field"] or "", i["message"], i["message_en"]) for i in held["issues"]])
    if receipt.duplicate:
        raise IntakeError("correction-of-nothing")
    if receipt.accepted and not receipt.updated:
        raise IntakeError("correction-of-key", items=_named(resource, key_fields(resource)))


def _for(actor: Actor, provider: str) -> Actor:
    """The same person, handing in for the provider: whoever decides about its record may put this record right."""
    return Actor(actor.name, [Assignment(Role.INTAKE, provider)])


def _named(resource: Resource, keys: Sequence[str]) -> str:
    return "、".join(resource.field(key).title.zh for key in keys)
