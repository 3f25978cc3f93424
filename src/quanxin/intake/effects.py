"""The effects of intake on the record of a case: put right, withdrawn, or carried on as its procedure says.

Invariant: a record changes by the ordinary way in, with its checks, its receipt and its audit, or the act does not happen.
"""

from __future__ import annotations

from quanxin.archive.models import Withdrawal
from quanxin.casework import cases
from quanxin.casework.effects import Given, Performing, effect
from quanxin.casework.errors import RightsError
from quanxin.intake import corrections, withdrawals
from quanxin.intake.errors import IntakeError
from quanxin.runtime import parameters

ITEM = "item-"  # how the items of a correction are called in its form
WITHDRAWALS = (Withdrawal.Kind.REVOKED, Withdrawal.Kind.MISTAKEN)


@effect("intake.correct", form="correction")
def correct(performing: Performing, _given: Given) -> None:
    """Put the record right by the items of the form (``item-KEY``); ``version`` is the one that the decider looked at.

    Raises ``IntakeError`` as ``corrections.correct``, and where another version stands than was looked at.
    """
    record, sent = performing.record, performing.sent
    if record is None:
        raise RightsError("not-corrected")
    seen = parameters.number(sent.get("version"))
    if seen is not None and record.id != seen:
        raise IntakeError("correction-overtaken")
    changes = {key.removeprefix(ITEM): text for key, text in sent.items() if key.startswith(ITEM)}
    reason = f"{performing.case.number}：{performing.reason}"
    performing.record = corrections.correct(performing.actor, record.provider, record, changes, reason=reason)


@effect("intake.withdraw", form="withdrawal")
def withdraw(performing: Performing, _given: Given) -> None:
    """Withdraw the record for the ``kind`` of reason that the form says. Raises ``IntakeError`` without one."""
    kind, record = performing.sent.get("kind", ""), performing.record
    if kind not in WITHDRAWALS:
        raise IntakeError("kind-missing")
    if record is not None:
        reason = f"{performing.case.number}：{performing.reason}"
        withdrawals.withdraw(
            performing.actor,
            record.provider,
            [(record.subject_id, record.id)],
            kind=Withdrawal.Kind(kind),
            reason=reason,
        )
    performing.record = cases.record_of(performing.case)


@effect("archive.supersede")
def supersede(performing: Performing, given: Given) -> None:
    """Carry the record on: the items that the procedure changes become its next version."""
    record = performing.record
    if record is None:
        raise RightsError("not-corrected")
    changed = {str(key): str(text) for key, text in given.items()}
    reason = f"{performing.case.number}：{performing.act.title.zh}"
    performing.record = corrections.carry_on(performing.actor, record, changed, reason=reason)
