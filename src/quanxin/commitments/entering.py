"""Putting a commitment, what came of it, and a breach on record.

Invariant: each is one row handed in by the department by the ordinary way, with the checks, the receipt and the audit of every
row; a row that the checks hold undoes the act that would have made it.
"""

from __future__ import annotations

from collections.abc import Mapping

from quanxin.accounts import Actor
from quanxin.archive.models import Record
from quanxin.calendar import day_of
from quanxin.casework.effects import Performing
from quanxin.casework.models import Case
from quanxin.commitments import texts
from quanxin.commitments.errors import CommitmentError
from quanxin.commitments.models import Commitment
from quanxin.intake import entering
from quanxin.intake.corrections import CorrectionRefused
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
    """Enter a row for the department, and return the record that came of it.

    Raises ``CommitmentError`` with what was wrong where the checks held it, ``IntakeError`` as ``intake.entering``.
    """
    try:
        return entering.enter(actor, made.provider, resource, made.case.subject, row, case=made.case.number)
    except CorrectionRefused as refused:
        what = Text(zh="；".join(one.zh for one in refused.found), en="; ".join(one.en for one in refused.found))
        raise CommitmentError("not-entered", what=what) from refused


def about(case: Case, record: Record) -> None:
    """Let a case be about a record from now on; it is kept with the act's step."""
    case.about, case.resource, case.key_hash = Case.About.RECORD, record.resource, record.key_hash
    case.record_id, case.version, case.subject_id = record.id, record.version, record.subject_id


def _whose(made: Commitment) -> Row:
    """What a row says of whose it is, and of which commitment."""
    subject = made.case.subject
    category = current_pack().subject_types[subject.type].category
    row = {"subject_category": category, "commitment_number": made.number}
    return row | ({"identity_number": _identity(subject)} if subject.natural else {})


def _identity(subject: Subject) -> str:
    held = Identifier.objects.filter(subject=subject, kind=Identifier.Kind.IDENTITY).first()
    return sealer().unseal(bytes(held.sealed), IDENTITY) if held is not None and held.sealed is not None else ""


def _iso(day: object) -> str:
    return day.isoformat() if hasattr(day, "isoformat") else ""
