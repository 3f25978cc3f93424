"""Classes that stand: they follow their grounds from day to day, and nobody natural has one by any way."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from quanxin.accounts import NotAllowed, operator
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.archive import events, viewers
from quanxin.archive.models import Access, Record, Restriction
from quanxin.archive.restrictions import restrict
from quanxin.calendar import now, travel
from quanxin.policy.model import Basis
from quanxin.subjects.models import Subject
from quanxin.supervision.classing import standings
from quanxin.supervision.classing.reckoning import class_of, classes_of
from quanxin.supervision.models import CreditClass, RiskClass
from tests.city import CODES, NAMES, hand_in, register
from tests.measures.life import listing
from tests.rights.life import company, morning

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 1)
LISTED = dt.date(2026, 5, 12)
RISK, CREDIT = "market-risk", "price-credit"
SUPERVISOR = Actor("user:supervisor", [Assignment(Role.DECIDER, "market-regulation")])
STRANGER = Actor("user:stranger", [Assignment(Role.DECIDER, "taxation")])


def lived(folder: Path) -> Subject:
    """A company that is listed on a day and, before that, was said to price wrongly."""
    with travel(morning(dt.date(2026, 4, 20))):
        register(folder)
        row = {
            "subject_name": NAMES[0], "uscc": CODES[0], "document_number": "济市监价〔2026〕1号", "conduct": "价格欺诈",
            "decision_date": "2026-04-10", "authority_name": "济南市市场监督管理局",
        }  # fmt: skip
        hand_in(folder, "price-dishonesty", [row], name="price.csv")
        standings.refresh()
    with travel(morning(dt.date(2026, 5, 20))):
        hand_in(folder, "serious-violation", [listing()], name="list.csv")
        standings.refresh()
    with travel(morning(DAY)):
        standings.refresh()
    return company(0)


def follow() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    events.follow(standings.CLASSES)


def rows(table: type[RiskClass | CreditClass], subject: Subject) -> list[tuple[str, dt.date, dt.date | None]]:
    found = table.objects.filter(subject_id=subject.pk).order_by("since")
    return [(one.level, one.since, one.until) for one in found]


def test_a_class_stands_from_the_day_its_ground_counts_and_falls_with_it(tmp_path: Path) -> None:
    subject = lived(tmp_path)
    assert rows(RiskClass, subject) == [("B", dt.date(2026, 4, 20), dt.date(2026, 5, 31)), ("E", DAY, None)]
    assert rows(CreditClass, subject) == [("C", dt.date(2026, 4, 20), None)]
    record = Record.objects.get(resource="serious-violation")
    with travel(morning(dt.date(2026, 6, 10))):
        basis = [Basis.model_validate({"title": "信用修复管理办法", "article": "第一条"})]
        restrict(operator(), [record], Restriction.Kind.REPAIRED, case="case:1", basis=basis, at=now())
        follow()
        assert rows(RiskClass, subject)[1:] == [("E", DAY, dt.date(2026, 6, 9)), ("B", dt.date(2026, 6, 10), None)]
        assert standings.differences() == 0
        viewer = viewers.department(SUPERVISOR, "supervision")
        past = class_of(subject, RISK, viewer, on=DAY, known_at=morning(DAY))
        assert past is not None
        assert past.level == "E"
        assert [(g.ground, g.id) for g in past.grounds if g.decides] == [("list/serious-violation", record.id)]
        assert class_of(subject, RISK, viewer, on=dt.date(2026, 5, 31)).level == "B"  # type: ignore[union-attr]


def test_refreshing_twice_changes_nothing(tmp_path: Path) -> None:
    lived(tmp_path)
    with travel(morning(DAY)):
        assert standings.refresh() == 0
        assert standings.differences() == 0


def test_who_sees_which_class(tmp_path: Path) -> None:
    subject = lived(tmp_path)
    with travel(morning(DAY)):
        own = viewers.Viewer("subject", own=frozenset({subject.pk}))
        assert {RISK, CREDIT} <= set(classes_of(subject, own))
        stranger = viewers.department(STRANGER, "supervision")
        assert RISK not in classes_of(subject, stranger)
        assert CREDIT in classes_of(subject, stranger)
        with pytest.raises(NotAllowed):
            class_of(subject, RISK, stranger)
        centre = viewers.centre(Actor("user:centre", frozenset({Role.CENTRE})), "核对")
        read = Access.objects.filter(actor="user:centre")
        before = read.count()
        assert class_of(subject, RISK, centre) is not None  # for a purpose, and not in silence
        assert (read.count(), read.latest("pk").purpose) == (before + 1, "核对")
        assert classes_of(subject, viewers.PUBLIC) == {}


def test_the_database_refuses_a_class_of_a_person_or_trader_and_forgets_it(tmp_path: Path) -> None:
    subject = lived(tmp_path)
    trader = company(1)
    trader.type = "sole-trader"
    trader.save(update_fields=["type"])
    for table in (RiskClass, CreditClass):
        assert not table.objects.filter(subject_id=trader.pk).exists()
        with pytest.raises(DatabaseError, match="no class"), transaction.atomic():
            table.objects.create(
                scheme=RISK, subject_id=trader.pk, level="A", since=DAY, edition="x", reckoned_at=morning(DAY)
            )
    assert rows(RiskClass, subject)
    subject.type = "sole-trader"
    subject.save(update_fields=["type"])
    assert not rows(RiskClass, subject)
    assert not rows(CreditClass, subject)
    with travel(morning(DAY)):
        standings.refresh()
    assert not rows(RiskClass, subject)
