"""Whatever departments do in whatever order: nothing is drawn again in silence, no firm has more visits than its cap, a visit is
one whatever was drawn of a firm, nobody inspects who withdraws, and anybody can make each draw again."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction

from quanxin import draws
from quanxin.calendar import now, travel
from quanxin.casework import engine
from quanxin.casework.models import Case
from quanxin.draws.files import read
from quanxin.runtime.problems import Problem
from quanxin.subjects.models import Subject
from quanxin.supervision.drawing import folder, making
from quanxin.supervision.inspecting import beginning
from quanxin.supervision.models import Draw, Inspection, Inspector, PlanLine, Recusal
from quanxin.supervision.planning import caps, published
from tests.city import code_of
from tests.once import city
from tests.rights.life import morning
from tests.supervision.drawing.life import CENTRE, CLERK, LEADER, MARCH, OTHER, PROVIDER, department, drafted, planned

pytestmark = pytest.mark.django_db
SEEDS, ACTS, FIRMS = range(4), 80, 5
ITEMS = (
    "product-quality",
    "special-equipment",
    "drug-retail",
    "product-quality special-equipment",
)  # no limit but the plan's
JOINT = "product-quality fire-safety"
CARD = {"card_until": dt.date(2027, 12, 31), "load": 9}


def _build(where: Path) -> None:
    department(where)
    with travel(morning(MARCH)):
        for n in range(FIRMS):
            code = code_of("91", "370102", 50 + n)
            Subject.objects.create(
                type="enterprise", code=code, name=f"济南样例{n}有限公司", region="370102", recorded_at=now()
            )
        for n in range(2):
            Inspector.objects.create(card=f"SD-F-{n}", name="消防员", provider="fire-rescue", **CARD)
        planned(shares="none=0.6/1")


built, _built = city(_build, autouse=True)


@dataclass
class Life:
    """A department in whose year things happen."""

    draw: random.Random
    day: dt.date = MARCH

    def one(self, *states: str) -> Case:
        return self.draw.choice(list(Case.objects.filter(kind="inspection-draw", state__in=states)))

    def act(self, case: Case, key: str, **form: str) -> None:
        engine.perform(CLERK, case.number, key, form)

    # what may happen

    def plan(self) -> None:
        line = PlanLine.objects.latest("pk")
        plan, items = line.case.number, self.draw.choice([*ITEMS, JOINT, "nothing"])
        partners = "fire-rescue" if "fire-safety" in items else ""
        engine.perform(CLERK, plan, "amend", {"reason": "调整"})
        if self.draw.random() < 0.5:
            dropped = self.draw.choice(list(PlanLine.objects.filter(dropped_at=None)))
            engine.perform(CLERK, plan, "drop-line", {"line": f"{dropped.pk}"})
        shares = f"none={self.draw.choice(['0.1', '0.4', '0.8'])}/1"
        said = {
            "items": items,
            "shares": "none=0.1" if partners else shares,
            "partners": partners,
            "from_month": "3",
            "to_month": "12",
        }
        engine.perform(CLERK, plan, "add-line", said)
        for by, key in ((CLERK, "submit"), (LEADER, "approve"), (CLERK, "publish")):
            engine.perform(by, plan, key)

    def begin(self) -> None:
        line = self.draw.choice(list(PlanLine.objects.all()))
        again = self.draw.choice(["", "前一次有误"])
        drafted(line, again)

    def prepare(self) -> None:
        case = self.one("drafted")
        self.act(case, "freeze")
        digest = hashlib.sha256(case.number.encode()).digest()
        engine.perform(
            CENTRE, case.number, "second-commit", {"party": "中心", "digest": hashlib.sha256(digest).hexdigest()}
        )
        self.act(case, "commit", source="drand", drawn_on=f"{self.day + dt.timedelta(days=1)}")
        self.day += dt.timedelta(days=1)

    def make(self) -> None:
        case = self.one("committed")
        on = making.commitment_of(Draw.objects.get(case=case)).sources[0].on
        self.act(case, "enter-randomness", source="drand", drawn_on=f"{on}", numbers=self.draw.randbytes(32).hex())
        engine.perform(OTHER, case.number, "confirm-randomness", {"compared": "1"})
        engine.perform(CENTRE, case.number, "reveal", {"secret": hashlib.sha256(case.number.encode()).hexdigest()})
        self.act(case, "draw")

    def substitute(self) -> None:
        draw = Draw.objects.get(case=self.one("drawn"))
        label = self.draw.choice(list(draw.selected.values_list("label", flat=True)))
        self.act(draw.case, "substitute", label=label, cause=self.draw.choice(["moved", "stopped", "tired"]))

    def assign(self) -> None:
        first, last = self.day + dt.timedelta(days=2), self.day + dt.timedelta(days=20)
        self.act(self.one("drawn"), "assign", from_day=f"{first}", to_day=f"{last}")

    def void(self) -> None:
        self.act(self.one("drafted", "frozen", "committed", "drawn"), "void", reason="有误")

    def recuse(self) -> None:
        inspector = self.draw.choice(list(Inspector.objects.all()))
        subject = self.draw.choice(list(Subject.objects.filter(type="enterprise")))
        said = {"reason": "亲属", "recorded_at": now()}
        Recusal.objects.get_or_create(inspector=inspector, subject_id=subject.pk, defaults=said)

    def lead(self) -> None:
        subject = self.draw.choice(list(Subject.objects.filter(type="enterprise")))
        items = [self.draw.choice(["price", "nothing", "fire-safety"])]
        cards = list(Inspector.objects.filter(provider=PROVIDER)[:2])
        window = (self.day, self.day + dt.timedelta(days=5))
        beginning.begin(
            CLERK, subject=subject, provider=PROVIDER, items=items, inspectors=cards, window=window, reason="线索"
        )


HAPPENINGS = {
    Life.plan: 2, Life.begin: 7, Life.prepare: 8, Life.make: 8, Life.substitute: 3, Life.assign: 5, Life.void: 2, Life.recuse: 1,
    Life.lead: 1,
}  # fmt: skip


def sound(day: dt.date) -> None:
    """What holds at every moment."""
    every = list(Draw.objects.select_related("case", "plan_line").order_by("pk"))
    codes: list[bytes] = []
    for place, one in enumerate(every):
        items = set(one.plan_line.items)
        near = [before for before in every[:place] if items & set(before.plan_line.items)]
        if any(before.voided_at is not None for before in near):
            assert one.after_id is not None, "drawn again, and no draw is named"
            assert one.again
        idle = [before for before in [*near, one] if before.case.open and not _inspected(before)]
        assert len(idle) <= 1, "two draws of an item at once"
        if one.voided_at is not None:
            assert one.case.reason
        if one.drawn_at is not None:
            files = draws.load(folder.of(one))
            assert draws.verify(files, bytes.fromhex(one.committed)).sound
            drawn = read(files).drawn
            codes += drawn.codes
            held = one.selected.filter(withdrawn="").values_list("label", flat=True)
            assert sorted(held) == sorted(str(label) for label in drawn.standing)
    assert len(codes) == len(set(codes))
    _inspections_are_sound(day)


def _inspected(draw: Draw) -> bool:
    return Inspection.objects.filter(selected__draw=draw).exists()


def _inspections_are_sound(day: dt.date) -> None:
    known, visits = published.items(day), list(Inspection.objects.select_related("selected", "case"))
    for visit in visits:
        assert set(visit.items) <= set(known)
        own = Counter(Inspector.objects.filter(card__in=visit.inspectors).values_list("provider", flat=True))
        assert all(own[body] >= 2 for body in (visit.provider, *visit.partners))
        withdraws = Recusal.objects.filter(inspector__card__in=visit.inspectors, subject_id=visit.subject_id)
        assert not withdraws.filter(recorded_at__lt=visit.case.filed_at).exists()
    drawn = [one for one in visits if one.selected is not None]
    assert max(Counter((one.selected.draw_id, one.subject_id) for one in drawn).values(), default=1) == 1  # type: ignore[union-attr]
    most = caps.allowed(None, PROVIDER, day)
    assert (
        most is None
        or max(caps.used([one.subject_id for one in drawn], day.year, PROVIDER).values(), default=0) <= most
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens(seed: int) -> None:
    life, happened = Life(random.Random(seed)), Counter[str]()
    acts, weights = list(HAPPENINGS), list(HAPPENINGS.values())
    for _ in range(ACTS):
        act = life.draw.choices(acts, weights)[0]
        with travel(morning(life.day)):
            try:
                with transaction.atomic():
                    act(life)
                happened[act.__name__] += 1
            except (Problem, IndexError):
                continue
            sound(life.day)
    assert {"begin", "prepare", "make", "void"} <= happened.keys(), happened
