"""Putting a commitment, what came of it, and a breach on record.

Invariant: each is one row handed in by the department by the ordinary way, with the checks, the receipt and the audit of every
row; a row that the checks hold undoes the act that would have made it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.archive.models import Record
from quanxin.calendar import day_of
from quanxin.casework.effects import Performing
from quanxin.casework.models import Case
from quanxin.commitments import texts
from quanxin.commitments.errors import CommitmentError
from quanxin.commitments.models import Commitment
from quanxin.intake import receipts, small_batches
from quanxin.policy.commitments import BREACH, COMMITMENT, PERFORMANCE, Template
from quanxin.policy.model import Text
from quanxin.runtime.keys import sealer
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import IDENTITY, Identifier, Subject

Row = dict[str, str]
KEPT = "全部履行"


def commitment(performing: Performing, made: Commitment, template: Template) -> None:
    """Put a signed commitment on record; its case is about that record from now on."""
    row = _whose(made) | {
        "kind": template.kind,
        "matter": made.matter,
        "content": template.text.zh,
        "liability": template.liability.zh,
        "decision_date": _iso(made.signed_on),
        "valid_until": _iso(made.valid_until),
        "authority_name": texts.authority(made.provider),
        "authority_code": made.authority_code,
        "disclosure": template.publicity,
    }
    about(performing.case, enter(performing.actor, made, COMMITMENT, row))


def performance(
    performing: Performing, made: Commitment, state: str = KEPT, unperformed: str = "", pursued: str = ""
) -> None:
    """Put on record what came of a commitment."""
    row = _whose(made) | {
        "performance": state,
        "unperformed": unperformed,
        "pursued": pursued,
        "decision_date": day_of(performing.at).isoformat(),
        "authority_name": texts.authority(made.provider),
        "authority_code": made.authority_code,
    }
    enter(performing.actor, made, PERFORMANCE, row)


def breach(performing: Performing, made: Commitment, template: Template, said: Mapping[str, str]) -> None:
    """Put on record the decision that a commitment was broken."""
    row = _whose(made) | {
        "document_number": said["document_number"],
        "matter": made.matter,
        "unperformed": said["unperformed"],
        "pursued": said["pursued"],
        "decision_date": day_of(performing.at).isoformat(),
        "authority_name": texts.authority(made.provider),
        "authority_code": made.authority_code,
        "disclosure": template.publicity,
    }
    enter(performing.actor, made, BREACH, row)


def enter(actor: Actor, made: Commitment, resource: str, row: Row) -> Record:
    """Hand a row in for the department, and return the record that came of it.

    Raises ``CommitmentError`` with what was wrong where the checks held it, ``IntakeError`` as intake does.
    """
    filled = {key: text for key, text in row.items() if text}
    said = json.dumps({"case": made.case_id, "row": filled}, sort_keys=True, ensure_ascii=False)
    receipt = small_batches.take_in(
        [filled],
        hashlib.sha256(said.encode()).hexdigest(),
        resource=resource,
        provider=made.provider,
        actor=Actor(actor.name, [Assignment(Role.INTAKE, made.provider)]),
        name=f"{made.case.number}-{resource}",
    )
    if receipt is None:  # only a witness says so, and there is none
        raise AssertionError("a batch without a receipt")
    if receipt.quarantined or receipt.unlinked:
        (held,) = receipts.held_page(receipt.batch, limit=1)
        raise CommitmentError("not-entered", what=_what(held["issues"]))
    return Record.objects.get(batch_id=receipt.batch, resource=resource)


def about(case: Case, record: Record) -> None:
    """Let a case be about a record from now on; it is kept with the act's step."""
    case.about = Case.About.RECORD
    case.resource, case.key_hash = record.resource, record.key_hash
    case.record_id, case.version, case.subject_id = record.id, record.version, record.subject_id


def _what(issues: list[dict[str, str]]) -> Text:
    return Text(zh="；".join(one["message"] for one in issues), en="; ".join(one["message_en"] for one in issues))


def _whose(made: Commitment) -> Row:
    """What a row says of whose it is, and of which commitment."""
    subject = made.case.subject
    category = current_pack().subject_types[subject.type].category
    row = {"subject_name": subject.name, "subject_category": category, "commitment_number": made.number}
    return row | ({"identity_number": _identity(subject)} if subject.natural else {"uscc": subject.code})


def _identity(subject: Subject) -> str:
    held = Identifier.objects.filter(subject=subject, kind=Identifier.Kind.IDENTITY).first()
    return sealer().unseal(bytes(held.sealed), IDENTITY) if held is not None and held.sealed is not None else ""


def _iso(day: object) -> str:
    return day.isoformat() if hasattr(day, "isoformat") else ""
