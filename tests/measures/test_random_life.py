"""Whatever happens in whatever order: no measure is in force without its ground, none outlives its list, none was applied
unheard, and nothing that was lifted comes back without a new ground."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from django.db import connection, transaction
from django.test import override_settings

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor, Role
from quanxin.archive import events, judgements, restrictions
from quanxin.archive.models import Record, Restriction, Withdrawal
from quanxin.calendar import now, travel
from quanxin.casework import engine
from quanxin.casework.models import Case
from quanxin.intake import withdrawals
from quanxin.intake.errors import IntakeError
from quanxin.measures import following, health
from quanxin.measures.models import Application
from quanxin.measures.reckoning import of_records, standing
from quanxin.measures.standing import named_by
from quanxin.policy.model import Basis
from quanxin.runtime.pack import current_pack
from quanxin.runtime.problems import Problem
from quanxin.subjects.models import Judgement
from tests.city import hand_in, register
from tests.measures.life import ENFORCER, LIST, MEASURE, listing, proposed
from tests.once import city
from tests.rights.life import company, morning, owner

pytestmark = pytest.mark.django_db
BASIS = [Basis.model_validate({"title": "信用修复管理办法", "article": "第一条"})]
STEWARD = Actor("user:steward", frozenset({Role.STEWARD}))
FIRST, ENDS, BEGINS = dt.date(2026, 6, 1), dt.date(2026, 12, 31), dt.date(2027, 6, 1)
SEEDS, ACTS = range(14), 45

folder_of, _built = city(lambda folder: (register(folder), folder)[1])


class Crash(Exception):
    """A process that ends within an act."""


@dataclass
class Life:
    """A city in which things happen. ``lifted`` are the applications that were, with the ground of each."""

    draw: random.Random
    folder: Path
    day: dt.date = FIRST
    lists: int = 0
    lifted: set[int] = field(default_factory=set)

    def records(self) -> list[Record]:
        return list(Record.objects.filter(resource=LIST, superseded_at=None).order_by("id"))

    def one(self) -> Record:
        return self.draw.choice(self.records())

    # what may happen

    def begin(self) -> None:
        """Three are listed, and two of them restrained."""
        for n in range(3):
            self.list_somebody(n)
        for record in self.records()[:2]:
            case = proposed(record)
            engine.perform(ENFORCER, case.number, "tell", {"reason": "告知"})
            engine.by_nobody(case.number, "be-silent")
            engine.perform(ENFORCER, case.number, "apply", {"reason": "实施"})

    def list_somebody(self, n: int | None = None) -> None:
        self.lists += 1
        row = listing(
            self.draw.randrange(3) if n is None else n,
            f"济市监列〔2026〕{self.lists}号",
            decision_date=self.day.isoformat(),
        )
        hand_in(self.folder, LIST, [row], name=f"list-{self.lists}.csv")

    def correct(self) -> None:
        said = self.one().payload
        until = self.day + dt.timedelta(days=self.draw.randrange(-9, 400))
        changes = [{"removed_on": self.day}, {"facts": f"更正{self.lists}"}, {"valid_until": until}]
        changed = {key: str(value) for key, value in self.draw.choice(changes).items()}
        self.lists += 1
        hand_in(self.folder, LIST, [said | changed], name=f"correct-{self.lists}.csv")

    def withdraw(self) -> None:
        found = self.one()
        withdrawals.withdraw(operator(), found.provider, [(found.subject_id, found.id)],
                             kind=Withdrawal.Kind.MISTAKEN, reason="列错")  # fmt: skip

    def restrict(self) -> None:
        kind = self.draw.choice(list(Restriction.Kind))
        restrictions.restrict(
            operator(), [self.one()], kind, case=f"case:9{self.draw.randrange(4)}", basis=BASIS, at=now()
        )

    def release(self) -> None:
        restrictions.release(operator(), f"case:9{self.draw.randrange(4)}", reason="办结", at=now())

    def merge(self) -> None:
        one, other = self.draw.sample(range(3), 2)
        judgements.merge(STEWARD, company(one), company(other), reason="同一主体")

    def part(self) -> None:
        stands = Judgement.objects.filter(undone_at=None).order_by("-id").first()
        if stands is not None:
            judgements.undo(STEWARD, stands, reason="不是同一主体")

    def propose(self) -> None:
        proposed(self.one())

    def go_on(self) -> None:
        waiting = Case.objects.filter(kind="measure-restraint", open=True).order_by("pk")
        if not waiting:
            return
        case = self.draw.choice(list(waiting))
        acts = {"proposed": ["tell"], "answered": ["apply"], "silent": ["apply"], "in-force": ["stay"] * 3 + ["lift"],
                "suspended": ["resume"] * 3 + ["lift"]}  # fmt: skip
        if case.state == "in-force" and self.draw.random() < 0.7:
            return
        if case.state == "told":
            self.answer(case)
        else:
            engine.perform(ENFORCER, case.number, self.draw.choice(acts[case.state]), {"reason": "依法"})

    def answer(self, case: Case) -> None:
        if self.draw.random() < 0.5:
            engine.by_nobody(case.number, "be-silent")
        else:
            n = next((n for n in range(3) if company(n).pk == case.subject_id), 0)
            engine.perform(owner(n), case.number, "answer", {"reason": "申辩"})

    def pass_time(self) -> None:
        self.day += dt.timedelta(days=self.draw.choice([1, 30, 120]))

    def crash(self) -> None:
        act = self.draw.choice([self.restrict, self.withdraw, self.correct])
        with suppress(Crash), transaction.atomic():
            act()
            raise Crash

    def night(self) -> None:
        following.by_night()


HAPPENINGS = {
    Life.list_somebody: 3, Life.correct: 2, Life.withdraw: 1, Life.restrict: 3, Life.release: 3, Life.merge: 1, Life.part: 1,
    Life.propose: 5, Life.go_on: 14, Life.pass_time: 2, Life.crash: 1, Life.night: 1,
}  # fmt: skip


def sound(life: Life) -> None:
    """What holds at every moment."""
    assert health.groundless(life.day) == []
    assert health.unheard() == []
    for one in Application.objects.filter(lifted_at=None):
        records = standing(named_by(one.subject_id, one.resource, one.key_hash))
        found = [c for c in of_records(records, life.day) if (c.measure, c.ground) == (one.measure, one.ground)]
        if found:  # unless the day, or a rule that ended, is looked at by night
            assert one.until is None or found[0].until is None or one.until <= found[0].until
            assert one.state == "suspended" or not found[0].suspended
    gone = set(Application.objects.exclude(lifted_at=None).values_list("pk", flat=True))
    assert life.lifted <= gone
    life.lifted = gone


@pytest.fixture
def life(request: pytest.FixtureRequest, folder_of: Path, tmp_path: Path) -> Iterator[Life]:
    """A city whose rule ends on a day, and begins anew on a later one."""
    head = {"name": "random", "title": {"zh": "随机", "en": "random"}, "extends": "jinan"}
    (tmp_path / "measures").mkdir()
    (tmp_path / "pack.yaml").write_text(yaml.safe_dump(head, allow_unicode=True), "utf-8")
    rule = current_pack().on(FIRST).measures[MEASURE]
    for name, days in (("ends", {"from": rule.in_force.from_, "until": ENDS}), ("begins", {"from": BEGINS})):
        said = rule.model_dump(mode="json", by_alias=True, exclude_none=True) | {"in_force": days}
        (tmp_path / f"measures/{name}.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    with override_settings(PACK=str(tmp_path)):
        current_pack.cache_clear()
        yield Life(random.Random(request.param), folder_of)
    current_pack.cache_clear()


@pytest.mark.parametrize("life", SEEDS, indirect=True)
def test_whatever_happens(life: Life) -> None:
    happened = []
    acts, weights = list(HAPPENINGS), list(HAPPENINGS.values())
    with travel(morning(life.day)):
        life.begin()
    for _ in range(ACTS):
        act = life.draw.choices(acts, weights)[0]
        with travel(morning(life.day)):
            try:
                with transaction.atomic():
                    act(life)
                happened.append(act.__name__)
            except (Problem, IndexError, IntakeError):
                pass
            if life.draw.random() < 0.5:
                _follow()
            sound(life)
    with travel(morning(life.day)):
        _follow()
        following.by_night()
        for one in Application.objects.select_related("case"):
            assert (one.case.state == one.state) == (one.case.open or one.state == "lifted"), happened
    assert len(set(happened)) > 5
    assert Application.objects.count() >= 2


def _follow() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    events.follow(following.CASES)
