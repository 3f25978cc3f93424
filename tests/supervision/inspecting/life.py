"""Companies that are inspected, and the department that inspects them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.casework import engine
from quanxin.casework.models import Case
from quanxin.supervision.inspecting import beginning
from quanxin.supervision.models import Inspection, Inspector
from tests.city import CODES
from tests.rights.life import company, morning

PROVIDER, ITEM, OTHER_ITEM = "market-regulation", "food-production", "drug-retail"
DAY = dt.date(2026, 6, 1)
WINDOW = (DAY, dt.date(2026, 6, 26))
DEPARTMENT = Actor("user:department", [Assignment(Role.DECIDER, PROVIDER)])
INSPECTOR = Actor("user:inspector", [Assignment(Role.INSPECTOR, PROVIDER)])
FOREIGN = Actor("user:foreign", [Assignment(Role.DECIDER, "taxation")])
MORNING = morning(DAY)
ANSWERS = {
    "licence_valid": "1", "raw_materials_checked": "1", "health_certificates": "0", "hygiene": "1",
    "remarks": "两名员工健康证过期",
}  # fmt: skip


def inspector(card: str = "SD-370100-1", account: str = "", **changes: Any) -> Inspector:
    said = {
        "account": account, "name": f"检查员{card[-1]}", "provider": PROVIDER, "card_until": dt.date(2027, 12, 31), "load": 30,
    } | changes  # fmt: skip
    return Inspector.objects.create(card=card, **said)


def pair() -> list[Inspector]:
    """The two who inspect; the first signs in."""
    return [inspector(account="inspector"), inspector("SD-370100-2")]


def begun(n: int = 0, by: Actor = DEPARTMENT, **changes: Any) -> Case:
    """An inspection of company ``n`` because of a lead."""
    asked: dict[str, Any] = {
        "subject": company(n), "provider": PROVIDER, "items": [ITEM], "window": WINDOW, "reason": "群众反映健康证过期",
    }  # fmt: skip
    asked |= changes
    if "inspectors" not in asked:
        asked["inspectors"] = list(Inspector.objects.order_by("card")[:2])
    return beginning.begin(by, **asked)


def visited(n: int = 0, **changes: Any) -> Case:
    case = begun(n, **changes)
    return engine.perform(INSPECTOR, case.number, "visit", {"by_code": "1", "code": CODES[n]})


def ordered(n: int = 0) -> Case:
    """A visit at which a correction was ordered."""
    sent = {"answers": json.dumps({ITEM: ANSWERS}), "reason": "两名员工健康证过期", "correct_by": "2026-06-12"}
    return engine.perform(INSPECTOR, visited(n).number, "order-correction", sent)


def inspection(case: Case) -> Inspection:
    return Inspection.objects.get(case=case)
