"""The effects of intake on the record of a case: entered, put right, withdrawn, or carried on as its procedure says.

Invariant: a record changes by the ordinary way in, with its checks, its receipt and its audit, or the act does not happen.
"""

from __future__ import annotations

from collections.abc import Collection

from quanxin.archive.models import Withdrawal
from quanxin.calendar import day_of, today
from quanxin.casework import cases
from quanxin.casework.effects import Given, Performing, effect
from quanxin.casework.errors import FormRefused, RightsError, Wrong
from quanxin.casework.models import Case
from quanxin.intake import corrections, entering, withdrawals
from quanxin.intake.errors import IntakeError
from quanxin.policy.model import Text
from quanxin.runtime import parameters
from quanxin.runtime.pack import current_pack

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


def _lists_of(given: Given, procedure: str, departments: Collection[str]) -> tuple[str, Collection[str]]:
    """The lists in force that are entered by a procedure and whose authority one of the departments is, for the item that
    names a list."""
    lists = current_pack().on(today()).lists
    return str(given["list"]), [
        key for key, one in lists.items() if one.entered_by == procedure and one.authority in departments
    ]


@effect("intake.expect-list", narrows=_lists_of)
def expect_list(performing: Performing, given: Given) -> None:
    """Raise ``RightsError`` unless the ``list`` that the form names takes subjects of this type."""
    case, rules = performing.case, current_pack().on(day_of(performing.at))
    one = rules.lists[performing.fields[str(given["list"])]]
    resource, kind = rules.resources.get(one.resource), case.subject.type
    if case.subject.natural or resource is None or kind not in resource.subject_types:
        raise RightsError("list-of-others", kind=rules.subject_types[kind].title.zh)


@effect("intake.enter", harms=True)
def enter(performing: Performing, given: Given) -> None:
    """Make a record of the items of the case: of the resource of the ``list`` that an item names, or of ``resource``. The case
    is about that record from now on, and rests on the articles of the list.

    Raises ``FormRefused`` where the checks find something in an item of the form, ``IntakeError`` as ``entering.enter``.
    """
    case, rules = performing.case, current_pack().on(day_of(performing.at))
    items = cases.items_of(case) | {key: value for key, value in performing.fields.items() if value is not None}
    resource = str(given.get("resource", ""))
    if "list" in given:
        one = rules.lists.get(str(items.get(str(given["list"]))))
        if one is None:
            raise RightsError("list-ended")
        resource = one.resource
        case.particulars["basis"] = [article.model_dump(mode="json") for article in one.basis]
    try:
        made = entering.enter(performing.actor, case.provider, resource, case.subject, items, case=case.number)
    except corrections.CorrectionRefused as refused:
        asked = {f.key for f in performing.act.asks}
        raise FormRefused(
            [Wrong(one.field if one.field in asked else "", Text(zh=one.zh, en=one.en)) for one in refused.found]
        ) from refused
    case.about, case.resource, case.key_hash = Case.About.RECORD, made.resource, made.key_hash
    case.subject_id, case.record_id, case.version = made.subject_id, made.id, made.version
    performing.record = made
