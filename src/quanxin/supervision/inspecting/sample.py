"""Inspections of the sample city: visits, what they found, what was put right, and some still to be made.

Invariant: everything is done by the acts that people's pages call, today and in their order; made once, it is not made again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from uuid import NAMESPACE_URL, uuid5

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.calendar import today
from quanxin.casework import engine
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.policy.inspections import InspectionItem
from quanxin.policy.model import FieldType
from quanxin.subjects.models import Subject
from quanxin.supervision.inspecting import beginning, mine, published, receiving
from quanxin.supervision.inspecting.errors import InspectionError
from quanxin.supervision.models import Inspection, Inspector

FIRMS = 18  # how many are inspected
PROVIDER, ITEMS = "market-regulation", ("registration-disclosure", "product-quality", "price")
CARDS = ("SD370100-S01", "SD370100-S02", "SD370100-S03")
DEPARTMENT = Actor("样例检查单位", [Assignment(Role.DECIDER, PROVIDER)])
FOUND, OPEN, ALONE = 4, 4, 9  # each how many-th has problems; the last so many wait; each how many-th is rated
CORRECTED = dt.timedelta(days=12)


def inspect(_actor: Actor, tell: Callable[[str], None]) -> dict[str, int]:
    """Let some firms be inspected; return how many inspections there are by the state of their cases."""
    tell("行政检查 / inspections")
    if not Inspection.objects.filter(inspectors__contains=[CARDS[0]]).exists():
        people = [_inspector(card) for card in CARDS]
        firms = Subject.objects.filter(type="enterprise", merged_into=None).exclude(code="").order_by("-pk")
        for number, firm in enumerate(firms[:FIRMS]):
            _one(firm, number, people)
    return dict(Counter(Inspection.objects.values_list("case__state", flat=True)))


def _inspector(card: str) -> Inspector:
    said = {
        "account": f"sample-{card.lower()}", "name": f"样例检查员{card[-1]}", "provider": PROVIDER,
        "card_until": today() + dt.timedelta(days=900), "load": 100,
    }  # fmt: skip
    return Inspector.objects.get_or_create(card=card, defaults=said)[0]


def _one(firm: Subject, number: int, people: list[Inspector]) -> None:
    pair = [people[number % len(people)], people[(number + 1) % len(people)]]
    item = published.items_on(today())[ITEMS[number % len(ITEMS)]]
    try:
        case = beginning.begin(
            DEPARTMENT,
            subject=firm,
            provider=PROVIDER,
            items=[item.key],
            inspectors=pair,
            window=(today(), today() + dt.timedelta(days=10 + number % 5)),
            reason="样例：线索核查",
        )
    except InspectionError:  # it is gone since
        return
    if number >= FIRMS - OPEN:
        return
    _visit(Actor(f"user:{pair[0].account}", [Assignment(Role.INSPECTOR, PROVIDER)]), case, item, number)
    if number % (2 * FOUND) == 0:
        own = Party(Actor("样例企业经办人"), firm)
        engine.perform(own, case.number, "say-corrected", {"reason": "已经改正"})
        said = {"rechecked_on": f"{today()}", "reason": "复查符合要求"}
        engine.perform(DEPARTMENT, case.number, "confirm", said)
    elif number % FOUND and number % ALONE == 1:
        mine.rate(Party(Actor("样例企业经办人"), firm), case.number, 4 + number % 2, "检查规范")


def _visit(actor: Actor, case: Case, item: InspectionItem, number: int) -> None:
    bad = number % FOUND == 0
    answers = {f.key: "0" if bad else "1" for f in item.form if f.type is FieldType.BOOLEAN}
    form = {
        "code": case.subject.code, "by_code": "1" if number % 3 else "0", "answers": json.dumps({item.key: answers}),
        "signer": "样例见证人",
    }  # fmt: skip
    if bad:
        found = {"reason": "样例：部分项目不符合要求", "correct_by": f"{today() + CORRECTED}"}
        receiving.take(actor, case.number, uuid5(NAMESPACE_URL, case.number), "order-correction", form | found, [])
    else:
        receiving.take(actor, case.number, uuid5(NAMESPACE_URL, case.number), "find-nothing", form, [])
