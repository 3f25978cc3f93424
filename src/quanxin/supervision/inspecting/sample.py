"""Inspections of the sample city because of leads, over two years; how a visit goes, for draws as well.

Invariant: everything is done by the acts that people's pages call, each on its own day and in their order; made once, it is not
made again. Where days were sealed already nothing is dated back.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.calendar import ZONE, now, today, travel
from quanxin.casework import engine
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.ledger.models import Seal
from quanxin.policy.model import FieldType
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.supervision.inspecting import beginning, mine, published, receiving
from quanxin.supervision.inspecting.errors import InspectionError
from quanxin.supervision.models import Inspection, Inspector

FIRMS = 6  # how many are inspected because of a lead
PROVIDER, ITEMS = "market-regulation", ("registration-disclosure", "product-quality", "price")
DEPARTMENT = Actor("样例检查单位", [Assignment(Role.DECIDER, PROVIDER)])
OWNER = Actor("样例企业经办人")
FOUND, OPEN, BETWEEN = 3, 2, 120  # each how many-th has problems; the last so many wait; days between two
CORRECTED = dt.timedelta(days=12)
Step = tuple[int, Callable[[], object]]  # so many days after the one before


def inspect(_actor: Actor, tell: Callable[[str], None]) -> dict[str, int]:
    """Let some firms be inspected; return how many inspections there are by the state of their cases."""
    tell("行政检查 / inspections")
    if not Inspection.objects.filter(why=Inspection.Why.LEAD).exists():
        people, dated = inspectors(PROVIDER), not Seal.objects.exists()
        firms = Subject.objects.filter(type="enterprise", merged_into=None).exclude(code="").order_by("-pk")
        with transaction.atomic():  # nobody seals a day meanwhile
            for number, firm in enumerate(firms[:FIRMS]):
                ago = max(0, FIRMS - OPEN - number) * BETWEEN if dated else 0
                _one(firm, number, people, working(today() - dt.timedelta(days=ago)) if ago else today())
    return dict(Counter(Inspection.objects.values_list("case__state", flat=True)))


def inspectors(provider: str, mark: str = "S") -> list[Inspector]:
    """Three inspectors of a department, with cards."""
    return [_inspector(provider, f"SD370100-{mark}0{n}") for n in (1, 2, 3)]


def working(day: dt.date) -> dt.date:
    """The day itself where people work on it, or the next on which they do."""
    return current_pack().calendar.add_working_days(day - dt.timedelta(days=1), 1).date


def course(case: Case, items: Collection[str], *, bad: bool) -> Iterator[Step]:
    """A visit and what follows it: nothing, or a correction that is confirmed."""
    yield 0, lambda: _visit(case, items, bad)
    if not bad:
        yield 1, lambda: mine.rate(Party(OWNER, case.subject), case.number, 4 + case.pk % 2, "检查规范")
        return
    yield 6, lambda: engine.perform(Party(OWNER, case.subject), case.number, "say-corrected", {"reason": "已经改正"})
    yield (
        3,
        lambda: engine.perform(
            DEPARTMENT, case.number, "confirm", {"rechecked_on": f"{today()}", "reason": "复查符合要求"}
        ),
    )


def _inspector(provider: str, card: str) -> Inspector:
    said = {
        "account": f"sample-{card.lower()}", "name": f"样例检查员{card[-3:]}", "provider": provider,
        "card_until": today() + dt.timedelta(days=900), "load": 100,
    }  # fmt: skip
    return Inspector.objects.get_or_create(card=card, defaults=said)[0]


def _one(firm: Subject, number: int, people: list[Inspector], day: dt.date) -> None:
    pair = [people[number % len(people)], people[(number + 1) % len(people)]]
    items = [ITEMS[number % len(ITEMS)]]
    with travel(_morning(day)):
        try:
            case = beginning.begin(
                DEPARTMENT,
                subject=firm,
                provider=PROVIDER,
                items=items,
                inspectors=pair,
                window=(day, day + dt.timedelta(days=10 + number % 5)),
                reason="样例：线索核查",
            )
        except InspectionError:  # it is gone since
            return
    if number >= FIRMS - OPEN:
        return
    for after, step in course(case, items, bad=number % FOUND == 0):
        if (day := working(day + dt.timedelta(days=after)) if after else day) > today():
            return
        with travel(_morning(day)):
            step()


def _visit(case: Case, items: Collection[str], bad: bool) -> None:
    there = Inspection.objects.get(case=case)
    own = Inspector.objects.filter(card__in=there.inspectors, provider=there.provider).order_by("card")[0]
    actor = Actor(f"user:{own.account}", [Assignment(Role.INSPECTOR, own.provider)])
    known = published.items_on(today())
    answers = {
        key: {f.key: "0" if bad else "1" for f in known[key].form if f.type is FieldType.BOOLEAN} for key in items
    }
    form = {
        "code": case.subject.code, "by_code": "1" if case.pk % 3 else "0", "answers": json.dumps(answers),
        "signer": "样例见证人",
    }  # fmt: skip
    act, found = "find-nothing", {}
    if bad:
        act = "order-correction"
        found = {"reason": "样例：部分项目不符合要求", "correct_by": f"{today() + CORRECTED}"}
    receiving.take(actor, case.number, uuid5(NAMESPACE_URL, case.number), act, form | found, [])


def _morning(day: dt.date) -> dt.datetime:
    return min(dt.datetime.combine(day, dt.time(11), ZONE), now())
