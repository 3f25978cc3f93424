"""A made-up matter, written as data alone, is handled from its registration to the record that it ends with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quanxin.accounts import NotAllowed
from quanxin.accounts.models import AuditLine
from quanxin.accounts.own_matters import OwnMatter
from quanxin.archive.models import Record
from quanxin.calendar import day_of, travel
from quanxin.casework import engine, permission, queues, ticking
from quanxin.casework.errors import FormRefused, NotNow, RightsError
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case, Notice, Step, Term
from quanxin.runtime.problems import Problem
from tests.casework.duty import DECIDER, DUE, FOREIGN, MAY, OWNER, REVIEWER, SECOND, WINDOW, duty, owner, registered
from tests.once import city, undone
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
record, _built = city(duty)
JULY = morning(dt.date(2026, 7, 2))


@pytest.fixture
def case(record: Record) -> Iterator[Case]:
    with travel(MAY):
        yield registered(record)


def standing() -> Record:
    return Record.objects.get(resource="care-duty", superseded_at=None)


def overdue(case: Case) -> Case:
    """The case after its last day."""
    with travel(morning(DUE, 18)):
        ticking.tick()
    case.refresh_from_db()
    return case


def everything() -> tuple[object, ...]:
    """What an act may change, as it is now; the lines of refusals apart."""
    lines = AuditLine.objects.exclude(act="access.refused").count()
    rows = [list(one.objects.order_by("pk").values()) for one in (Case, Step, Term, Notice)]
    return (*rows, lines, list(Record.objects.filter(resource="care-duty").order_by("id").values("id", "payload")))


def test_from_registration_to_a_breach_that_was_answered(case: Case) -> None:
    assert (case.state, case.provider, case.exclusive) == ("in-force", "market-regulation", True)
    assert [queues.queue(one).count() for one in (DECIDER, FOREIGN, REVIEWER, WINDOW)] == [1, 0, 0, 0]
    case = overdue(case)
    assert (case.state, standing().payload["state"], standing().version) == ("overdue", "逾期", 2)
    told = Notice.objects.filter(key="care-duty-overdue")
    assert sorted((n.role, n.provider) for n in told) == [("", ""), ("decider", "market-regulation")]
    with travel(JULY):
        with pytest.raises(NotAllowed):
            engine.perform(REVIEWER, case.number, "answer", {"reason": "代为说明"})
        engine.perform(owner(), case.number, "answer", {"reason": "连日暴雨"})
        engine.perform(REVIEWER, case.number, "find-breached", {"reason": "雨前已有一个月"})
    case.refresh_from_db()
    assert (case.state, case.open, standing().payload["state"]) == ("breached", False, "违约")
    assert [step.act for step in case.steps.all()] == ["file", "fall-due", "answer", "find-breached"]
    assert [step.actor for step in case.steps.all()] == [DECIDER.name, "system", OWNER.name, REVIEWER.name]
    for step in case.steps.all():
        assert AuditLine.objects.filter(act=f"casework.care-duty.{step.act}", target=case.reference).count() == 1


def test_performed_in_time_with_a_checked_form(case: Case) -> None:
    with travel(JULY):
        for said in ("", "前天", "2026-13-01"):
            with pytest.raises(FormRefused) as refused:
                engine.perform(DECIDER, case.number, "perform", {"performed_on": said})
            assert [wrong.field for wrong in refused.value.found] == ["performed_on"]
        with pytest.raises(NotNow) as too_early:
            engine.perform(DECIDER, case.number, "perform", {"performed_on": "2026-04-30"})
        assert too_early.value.zh == "履行日期早于确定日期。"
        before = everything()
        with pytest.raises(NotAllowed):
            engine.perform(FOREIGN, case.number, "perform", {"performed_on": "2026-06-01"})
        assert everything() == before
        engine.perform(DECIDER, case.number, "perform", {"performed_on": "2026年6月1日"})
        after = everything()
        engine.perform(DECIDER, case.number, "perform", {"performed_on": "2026年6月1日"})
    assert everything() == after  # twice is once
    assert (standing().payload["state"], standing().payload["performed_on"]) == ("已履行", "2026-06-01")
    assert not Term.objects.filter(case=case, stopped_at=None).exists()


def test_the_day_comes_though_nobody_looks_and_comes_once(case: Case) -> None:
    warned = [morning(dt.date(2026, 5, 25)), morning(dt.date(2026, 6, 22)), morning(DUE, 10)]
    for moment in [*warned, morning(DUE, 18), morning(DUE, 18), morning(dt.date(2026, 7, 1))]:
        with travel(moment):
            ticking.tick()
    case.refresh_from_db()
    assert case.state == "overdue"
    assert case.steps.filter(act="fall-due").count() == 1
    assert Notice.objects.filter(key="term-lapsing", case=case).count() == len(warned)
    term = Term.objects.get(case=case, stopped_at=None)
    assert (term.clock, term.role) == ("objection-answer", "reviewer")
    with travel(morning(dt.date(2026, 8, 3))):
        ticking.tick()  # whoever was told and said nothing was heard all the same
    case.refresh_from_db()
    assert (case.state, case.steps.last().actor) == ("heard", "system")  # type: ignore[union-attr]


def test_a_lapse_that_cannot_be_carried_out_stops_no_other_and_leaves_nothing(case: Case) -> None:
    Record.objects.filter(resource="care-duty").update(superseded_at=MAY + dt.timedelta(days=1))
    before = everything()
    with travel(morning(DUE, 18)):
        assert ticking.tick() == 0
    assert everything() == before


def test_a_second_look_is_by_somebody_else(case: Case) -> None:
    overdue(case)
    with travel(JULY):
        engine.perform(owner(), case.number, "answer", {"reason": "连日暴雨"})
        engine.perform(REVIEWER, case.number, "find-breached", {"reason": "雨前已有一个月"})
        again = file("care-second-look", Filed(owner(), Thing(case=case), "不服"))
        assert again.pk == file("care-second-look", Filed(owner(), Thing(case=case), "还是不服")).pk
        with pytest.raises(RightsError) as refused:
            engine.perform(REVIEWER, again.number, "uphold", {"reason": "维持"})
        assert refused.value.code == "judged-before"
        assert engine.perform(SECOND, again.number, "uphold", {"reason": "维持"}).state == "upheld"


def test_nobody_registers_or_decides_their_own_matter(record: Record) -> None:
    from quanxin.accounts.actors import Actor
    from quanxin.casework.parties import Party

    with travel(MAY):
        with pytest.raises(NotAllowed):
            file("care-duty", Filed(Party(FOREIGN, owner().subject), Thing(record)))
        with pytest.raises(NotAllowed):
            file("care-duty", Filed(Party(Actor("user:nobody"), owner().subject), Thing(record)))
        filed = registered(record)
        both = Actor(filed.filed_by, [*DECIDER.assignments])
        Case.objects.filter(pk=filed.pk).update(channel=Case.Channel.ONLINE)
        with pytest.raises(OwnMatter):
            engine.perform(both, filed.number, "perform", {"performed_on": "2026-05-05"})
        assert not permission.may(both, engine.procedure_of(filed).act_of["perform"], Case.objects.get(pk=filed.pk))


class Crash(Exception):
    """The process ends here."""


ENDS = ("ROLLBACK", "RELEASE")  # of a transaction: a server undoes it itself for a client that is gone


class Crashing:
    """A connection on which so many statements come back, and no more."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(ENDS):
            self.left -= 1
            if self.left < 0:
                raise Crash
        return execute(sql, params, many, context)


@pytest.mark.parametrize("act", ["perform", "fall-due"])
def test_a_crash_between_any_two_statements_leaves_nothing(case: Case, act: str) -> None:
    """Each statement of an act in turn does not come back; whatever was written before it is gone."""

    def do() -> None:
        if act == "perform":
            engine.perform(DECIDER, case.number, "perform", {"performed_on": "2026-06-01"})
        else:
            engine.by_nobody(case.number, "fall-due")

    before = everything()
    with travel(morning(DUE, 18)):
        with undone(), CaptureQueriesContext(connection) as asked:
            do()
        assert everything() == before
        statements = sum(not one["sql"].startswith(ENDS) for one in asked)
        assert statements > 20
        for number in range(statements):
            with pytest.raises((Crash, Problem)), connection.execute_wrapper(Crashing(number)):
                do()
            assert everything() == before, f"what statement {number} left"
        do()
    assert everything() != before
    case.refresh_from_db()
    assert day_of(case.steps.last().at) == DUE  # type: ignore[union-attr]
