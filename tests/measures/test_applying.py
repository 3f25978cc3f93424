"""A measure begins on a ground that stands, after the subject was heard, and ends in the transaction in which its ground
falls: by repair, correction, removal, withdrawal, a split, or a day; held while the ground is disputed or shielded."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from quanxin.accounts import NotAllowed, operator
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.archive import events, restrictions
from quanxin.archive.models import Record, Restriction, Withdrawal
from quanxin.calendar import now, travel
from quanxin.casework import engine
from quanxin.casework.models import Case, Notice
from quanxin.intake import withdrawals
from quanxin.measures import following
from quanxin.measures.errors import MeasureError
from quanxin.measures.models import Application
from quanxin.policy.model import Basis
from tests.city import hand_in
from tests.measures.life import (
    DAY,
    ENFORCER,
    LIST,
    STRANGER,
    applied,
    follows,
    heard,
    listed,
    listing,
    proposed,
    record,
)
from tests.once import city
from tests.rights.life import REVIEWER, morning

pytestmark = pytest.mark.django_db
BASIS = [Basis.model_validate({"title": "信用修复管理办法", "article": "第一条"})]

folder_of, _built = city(lambda folder: (listed(folder), folder)[1])


@pytest.fixture
def ground(folder_of: Path) -> Record:
    return record()


def now_stands(application: Application) -> tuple[str, str, str]:
    """The application, why, and its case once that has followed."""
    follow()
    application.refresh_from_db()
    return application.state, application.cause, Case.objects.get(pk=application.case_id).state


def follow() -> None:
    """Have the cases follow what happened, as after the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # an event has its place as the last thing before that
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    events.follow(following.CASES)


def hold(found: Record, kind: Restriction.Kind) -> None:
    with transaction.atomic():
        restrictions.restrict(REVIEWER, [found], kind, case="case:1", basis=BASIS, at=now())


def test_it_follows_from_the_list_until_the_list_s_own_end(ground: Record) -> None:
    (found,) = follows()
    assert (found.ground, found.since, found.until) == (f"list/{LIST}", dt.date(2026, 5, 12), dt.date(2029, 5, 12))
    assert found.rule.basis
    assert follows(dt.date(2026, 5, 11), on=dt.date(2026, 5, 11)) == []
    assert follows(dt.date(2029, 5, 13)) == []
    assert follows(n=1) == []


def test_nothing_is_applied_that_was_not_told_and_heard(ground: Record) -> None:
    with travel(morning(DAY)):
        case = proposed(ground)
        with pytest.raises(Exception, match="拟实施"):
            engine.perform(ENFORCER, case.number, "apply", {"reason": "实施"})
        assert not Application.objects.exists()
        assert heard(case).state == "answered"
        engine.perform(ENFORCER, case.number, "apply", {"reason": "依法实施"})
    application = Application.objects.get(case=case)
    assert (application.state, application.until) == ("in-force", dt.date(2029, 5, 12))
    assert Notice.objects.filter(key="measure-applied").exists()


def test_who_has_no_power_does_not_propose_it_and_nothing_is_proposed_twice(ground: Record) -> None:
    with travel(morning(DAY)):
        with pytest.raises(MeasureError) as refused:
            proposed(ground, by=STRANGER)
        assert refused.value.code == "measure-not-enforcer"
        with pytest.raises(MeasureError) as unknown:
            proposed(ground, "no-such-measure")
        assert unknown.value.code == "measure-unknown"
        with pytest.raises(MeasureError) as ungrounded:
            proposed(ground, "procurement-ban", by=of("finance"))
        assert ungrounded.value.code == "measure-ungrounded"
        first, again = proposed(ground), proposed(ground)
        assert first.pk == again.pk
        with pytest.raises(NotAllowed):
            engine.perform(STRANGER, first.number, "tell", {"reason": "告知"})


def test_repair_lifts_it_in_its_own_transaction_and_it_does_not_come_back(ground: Record) -> None:
    application = applied(ground)
    with travel(morning(DAY)), transaction.atomic():
        hold(ground, Restriction.Kind.REPAIRED)
        application.refresh_from_db()
        assert (application.state, application.cause) == ("lifted", "repaired")
    with travel(morning(DAY)):
        assert now_stands(application) == ("lifted", "repaired", "lifted")
        assert follows() == []
        restrictions.release(REVIEWER, "case:1", reason="修复撤销", at=now())
        assert len(follows()) == 1  # the ground stands again, and what was lifted does not come back on it
        with pytest.raises(MeasureError) as again:
            proposed(ground)
        assert again.value.code == "measure-lifted"
    with pytest.raises(DatabaseError), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(state="in-force", lifted_at=None, cause="")


def test_a_dispute_or_a_shield_holds_it_and_it_goes_on_afterwards(ground: Record) -> None:
    application = applied(ground)
    with travel(morning(DAY)):
        for kind in (Restriction.Kind.DISPUTED, Restriction.Kind.SHIELDED):
            hold(ground, kind)
            assert now_stands(application) == ("suspended", "", "suspended")
            assert [c.suspended for c in follows()] == [True]
            restrictions.release(REVIEWER, "case:1", reason="办结", at=now())
            assert now_stands(application) == ("in-force", "", "in-force")


def test_what_a_court_stayed_stays_so_whatever_becomes_of_the_record(ground: Record) -> None:
    application = applied(ground)
    with travel(morning(DAY)):
        engine.perform(ENFORCER, application.case.number, "stay", {"reason": "法院裁定停止执行"})
        hold(ground, Restriction.Kind.DISPUTED)
        restrictions.release(REVIEWER, "case:1", reason="办结", at=now())
        assert now_stands(application) == ("suspended", "", "suspended")
        hold(ground, Restriction.Kind.DISPUTED)
        with pytest.raises(MeasureError) as disputed:
            engine.perform(ENFORCER, application.case.number, "resume", {"reason": "驳回"})
        assert disputed.value.code == "measure-suspended"
        restrictions.release(REVIEWER, "case:1", reason="办结", at=now())
        engine.perform(ENFORCER, application.case.number, "resume", {"reason": "驳回"})
        assert now_stands(application) == ("in-force", "", "in-force")


@pytest.mark.parametrize(
    ("changes", "cause"),
    [({"removed_on": "2026-05-28", "removal_reason": "已纠正"}, "removed"), ({"valid_until": "2026-05-30"}, "removed")],
)
def test_removal_from_the_list_lifts_it_with_the_batch(
    folder_of: Path, ground: Record, changes: dict[str, str], cause: str
) -> None:
    application = applied(ground)
    with travel(morning(DAY)):
        hand_in(folder_of, LIST, [listing(**changes)], name="removed.csv")
        assert now_stands(application) == ("lifted", cause, "lifted")


def test_a_longer_listing_lengthens_it_and_never_beyond(folder_of: Path, ground: Record) -> None:
    application = applied(ground)
    with travel(morning(DAY)):
        hand_in(folder_of, LIST, [listing(valid_until="2027-05-12")], name="shorter.csv")
        assert now_stands(application)[0] == "in-force"
        assert application.until == dt.date(2027, 5, 12)


def test_withdrawal_lifts_it(ground: Record) -> None:
    application = applied(ground)
    with travel(morning(DAY)):
        withdrawals.withdraw(
            operator(), "market-regulation", [(ground.subject_id, ground.id)],
            kind=Withdrawal.Kind.MISTAKEN, reason="列错主体",
        )  # fmt: skip
        assert now_stands(application) == ("lifted", "withdrawn", "lifted")


def test_the_day_lifts_it_by_night(ground: Record) -> None:
    application = applied(ground)
    with travel(morning(dt.date(2029, 5, 12))):
        following.by_night()
        assert now_stands(application)[0] == "in-force"
    with travel(morning(dt.date(2029, 5, 13))):
        following.by_night()
        assert now_stands(application) == ("lifted", "expired", "lifted")


def test_what_was_proposed_is_dropped_when_the_ground_is_gone(ground: Record) -> None:
    with travel(morning(DAY)):
        case = proposed(ground)
        hold(ground, Restriction.Kind.REPAIRED)
        follow()
        case.refresh_from_db()
        assert case.state == "dropped"


def test_the_database_refuses_what_has_no_ground(ground: Record) -> None:
    application = applied(ground)
    bare = {"measure": "other", "enforcer": "taxation", "subject_id": ground.subject_id, "resource": LIST}
    bare |= {"key_hash": application.case.key_hash, "ground": "list/x", "since": DAY, "applied_at": now()}
    with pytest.raises(DatabaseError, match="stands"), transaction.atomic():
        Application.objects.create(case=application.case, **bare | {"resource": "tax-severe"})
    with pytest.raises(DatabaseError), transaction.atomic():
        Application.objects.filter(pk=application.pk).delete()


def of(provider: str) -> Actor:
    return Actor(f"user:{provider}", [Assignment(Role.DECIDER, provider)])
