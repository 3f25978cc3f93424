"""The tasks of an inspector, as a device keeps them to work without a network.

Invariant: a device is given what its inspector has to do, and nothing of anybody else's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from quanxin.accounts import Actor
from quanxin.calendar import day_of, today
from quanxin.casework.procedures import procedure_of
from quanxin.policy.inspections import InspectionItem
from quanxin.policy.model import FieldDef
from quanxin.policy.procedure import Act
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack
from quanxin.supervision.inspecting import published
from quanxin.supervision.inspecting.effects import inspectors_of
from quanxin.supervision.models import Inspection, Inspector

# The act by which a visit begins, and the effects of those that end it, and that say what was seen when it was looked at again.
VISIT, REPORT, RECHECK = "visit", "supervision.report", "supervision.recheck"
MOST = 100  # tasks on a device


def tasks_of(actor: Actor) -> list[dict[str, Any]]:
    """What the actor's inspectors have still to do, the first due first."""
    cards = [one.card for one in inspectors_of(actor)]
    mine = Q(pk=None)
    for card in cards:
        mine |= Q(inspectors__contains=[card])
    found = Inspection.objects.filter(mine, case__open=True, from_day__lte=today()).select_related("case")
    ordered = sorted(
        (one for one in found.order_by("to_day", "pk")[:MOST] if not one.result or again_of(one)), key=_last_day
    )
    held = Inspector.objects.filter(card__in=[card for one in ordered for card in one.inspectors])
    names = dict(held.values_list("card", "name"))
    return [_task(one, names) for one in ordered]


def results_of(one: Inspection) -> list[Act]:
    """The acts with which an inspector ends a visit."""
    return _having(one, REPORT)


def again_of(one: Inspection) -> list[Act]:
    """The acts with which an inspector may say now what was seen when it was looked at again."""
    return [act for act in _having(one, RECHECK) if one.result and one.case.state in act.from_]


def _having(one: Inspection, effect: str) -> list[Act]:
    return [act for act in procedure_of(one.case).acts if any(found.name == effect for found in act.effects)]


def _last_day(one: Inspection) -> dt.date:
    """Until when it is to be done: the visit within its window, another look within the term that runs."""
    term = one.case.terms.filter(stopped_at=None).first() if one.result else None
    return day_of(term.due_at) if term is not None else one.to_day


def _task(one: Inspection, names: dict[str, str]) -> dict[str, Any]:
    day = day_of(one.case.filed_at)
    known, subject = published.items_on(day), one.case.subject
    acts = again_of(one) if one.result else results_of(one)
    return {
        "number": one.case.number,
        "key": f"{one.case.number} {one.result}".strip(),  # what a device keeps of the visit is not of another look
        "found": one.result and published.result_of(one),
        "name": subject.name,
        "code": subject.code,
        "from": one.from_day.isoformat(),
        "to": _last_day(one).isoformat(),
        "why": published.why_of(one),
        "reason": one.case.statement,
        "begun_at": one.begun_at.isoformat() if one.begun_at else None,
        "inspectors": [f"{names.get(card, '')} {card}".strip() for card in one.inspectors],
        "items": [_item(known[key]) for key in one.items if key in known],
        "results": [_result(act) for act in acts],
    }


def _item(item: InspectionItem) -> dict[str, Any]:
    basis = [f"《{one.title}》{one.article or ''}" for one in item.basis]
    return {"key": item.key, "title": said(item.title), "basis": basis, "form": _fields(item.form)}


def _result(act: Act) -> dict[str, Any]:
    given = next((effect.given for effect in act.effects if effect.name == REPORT), {"form": False})
    reason = act.reason
    return {
        "key": act.key,
        "title": said(act.title),
        "form": bool(given.get("form", True)),
        "reason": said(reason.title) if reason else "",
        "reason_required": bool(reason and reason.required),
        "asks": _fields(act.asks),
    }


def _fields(fields: Sequence[FieldDef]) -> list[dict[str, Any]]:
    sets = current_pack().on(today()).code_sets
    return [
        {
            "key": one.key,
            "title": said(one.title),
            "type": one.type.value,
            "required": one.required is True,
            "most": one.max_length,
            "options": [[c.value, said(c.title)] for c in sets[one.code_set].codes] if one.code_set else [],
        }
        for one in fields
    ]
