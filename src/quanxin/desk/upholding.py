"""Upholding an objection to a record in one go: the record is put right or withdrawn, and the case is closed with it.

Invariant: both happen or neither does. Where the record was changed or withdrawn by another way before, the case is only
closed, and closed once.
"""

from __future__ import annotations

from collections.abc import Mapping

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.archive.models import Withdrawal
from quanxin.casework import cases
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.exchange import correcting, withdrawals
from quanxin.exchange.errors import IntakeError
from quanxin.rights import objections

State = Case.State


@act
def by_correcting(
    actor: Actor, number: str, changes: Mapping[str, str], reason: str, *, seen: int | None = None
) -> Case:
    """Correct the record of an objection, and uphold it. Done twice, it stays so.

    ``seen`` is the version that the decider looked at. Raises as ``correcting.correct`` and ``objections.uphold`` do, and
    ``IntakeError`` where another version stands than was looked at.
    """
    reason = cases.reasoned(reason)
    if (already := cases.done_before(actor, number, State.CORRECTED)) is not None:
        return already
    case = cases.for_handler(actor, number, State.ACCEPTED)
    case.save(update_fields=["claimed_by"])
    record = cases.record_of(case)
    if record is None:
        raise RightsError("not-corrected")
    if seen is not None and record.id != seen:
        raise IntakeError("correction-overtaken")
    correcting.correct(actor, record.provider, record, changes, reason=f"{case.number}：{reason}")
    return objections.uphold(actor, number, reason, State.CORRECTED)


@act
def by_withdrawing(actor: Actor, number: str, kind: Withdrawal.Kind, reason: str) -> Case:
    """Withdraw the record of an objection, and uphold it. Done twice, it stays so."""
    reason = cases.reasoned(reason)
    if (already := cases.done_before(actor, number, State.WITHDRAWN)) is not None:
        return already
    case = cases.for_handler(actor, number, State.ACCEPTED)
    case.save(update_fields=["claimed_by"])
    if (record := cases.record_of(case)) is not None:
        withdrawals.withdraw(
            actor, record.provider, [(record.subject_id, record.id)], kind=kind, reason=f"{case.number}：{reason}"
        )
    return objections.uphold(actor, number, reason, State.WITHDRAWN)
