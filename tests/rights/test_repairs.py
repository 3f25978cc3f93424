"""A repair from the notice to the decision, and what it ends."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from quanxin.accounts import Actor, NotAllowed
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine
from quanxin.archive import viewers
from quanxin.archive.models import Event, Record, Restriction
from quanxin.archive.queries import archive_of
from quanxin.archive.shapes import RecordView
from quanxin.attachments.accept import of_case
from quanxin.calendar import travel
from quanxin.casework import rendering as letters
from quanxin.casework import ticking
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case, Notice, Term
from quanxin.evaluation import incremental as scores
from quanxin.evaluation import single
from quanxin.rights import new_record_notices
from quanxin.rights.models import Bar
from quanxin.sharing import feed
from tests.casework.acts import cases, repairs
from tests.evaluation.city import MODEL, put_in_use
from tests.evaluation.city import centre as scorer
from tests.once import city
from tests.rights.life import (
    DECIDER,
    EARLY,
    LATER,
    OTHER_DECIDER,
    REVIEWER,
    WINDOW,
    applied,
    company,
    granted,
    morning,
    owner,
    paper,
    penalised,
)

pytestmark = pytest.mark.django_db


def built(folder: Path) -> Record:
    with travel(dt.date(2026, 5, 15)):
        return penalised(folder)


record, _built = city(built)


def settle_positions() -> None:
    """Give events their positions, as the end of their transaction does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def public(n: int = 0) -> list[str]:
    return [r.resource for r in archive_of(company(n).pk, viewers.PUBLIC).timeline]


def test_too_early_names_the_day(record: Record) -> None:
    with travel(EARLY):
        (prospect,) = repairs.repairable(owner())
        assert prospect.window.repairable_from == dt.date(2026, 8, 12)
        assert not prospect.open
        with pytest.raises(RightsError) as refused:
            applied(record)
    assert refused.value.code == "repair-too-early"
    assert "2026年8月12日" in refused.value.zh
    assert not Case.objects.exists()


def test_the_way_of_a_repair(record: Record) -> None:
    with travel(morning(LATER)):
        case = applied(record)
        assert (case.state, case.terms.get(stopped_at=None).clock) == ("filed", "repair-forward")
        case = cases.forward(WINDOW, case.number)
        assert (case.state, case.terms.get(stopped_at=None).clock) == ("forwarded", "repair-accept")
        case = repairs.accept(DECIDER, case.number)
        assert (case.state, case.terms.get(stopped_at=None).clock) == ("accepted", "repair-decide")
        # ten working days after 1 September 2026: the 15th
        assert case.terms.get(stopped_at=None).due_at.date() == dt.date(2026, 9, 15)
        assert "administrative-penalty" in public()
    with travel(morning(LATER + dt.timedelta(days=3))):
        case = repairs.grant(DECIDER, case.number, performed=True)
        assert case.state == "granted"
        assert not Term.objects.filter(stopped_at=None).exists()
        assert "administrative-penalty" not in public()
        mine = archive_of(company().pk, owner().viewer).timeline
        assert [r.marks for r in mine if r.resource == "administrative-penalty"] == [("repaired",)]
    said = [n.key for n in Notice.objects.order_by("id")]
    assert said == ["repair-received", "repair-accepted", "repair-granted"]
    assert [s.act for s in case.steps.all()] == ["file", "forward", "accept", "grant"]
    assert AuditLine.objects.filter(target=case.reference).count() == 4


def test_everything_may_be_done_twice(record: Record) -> None:
    with travel(morning(LATER)):
        case = granted(record)
        counted = (Event.objects.count(), Restriction.objects.count(), Notice.objects.count())
        assert repairs.grant(DECIDER, case.number, performed=True).pk == case.pk
        assert (Event.objects.count(), Restriction.objects.count(), Notice.objects.count()) == counted
        with pytest.raises(RightsError, match="已经修复"):
            applied(record)


def test_one_application_at_a_time(record: Record) -> None:
    with travel(morning(LATER)):
        assert applied(record).pk == applied(record).pk


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"committed": False, "ask_department": True}, "commitment-missing"),
        ({"committed": True}, "proof-missing"),
    ],
)
def test_two_materials_are_needed_and_no_more(record: Record, said: dict[str, bool], code: str) -> None:
    with travel(morning(LATER)):
        with pytest.raises(RightsError) as refused:
            repairs.apply(owner(), record, **said)
        assert refused.value.code == code
        made = repairs.apply(owner(), record, committed=True, proof=[str(paper(record).pk)])
        assert [one.name for one in of_case(made.reference)] == ["缴款凭证.pdf"]


def test_only_the_department_that_decided_decides(record: Record) -> None:
    with travel(morning(LATER)):
        case = cases.forward(WINDOW, applied(record).number)
        for actor in (OTHER_DECIDER, REVIEWER, WINDOW):
            with pytest.raises(NotAllowed):
                repairs.accept(actor, case.number)
        with pytest.raises(NotAllowed):
            cases.forward(DECIDER, case.number)
        assert AuditLine.objects.filter(act="access.refused", target=case.reference).count() == 4


def test_a_refusal_gives_reasons_and_may_be_followed_by_another_application(record: Record) -> None:
    with travel(morning(LATER)):
        case = cases.forward(WINDOW, applied(record).number)
        repairs.accept(DECIDER, case.number)
        with pytest.raises(RightsError):
            repairs.refuse(DECIDER, case.number, " ")
        with pytest.raises(RightsError, match="尚未履行"):
            repairs.grant(DECIDER, case.number, performed=False)
        repairs.refuse(DECIDER, case.number, "罚款尚未缴清。")
        assert "administrative-penalty" in public()
        _, body = letters.rendered(Notice.objects.get(key="repair-denied"), "zh")
        assert "罚款尚未缴清" in body
        assert "重新申请" in body
        again = repairs.apply(owner(), record, committed=True, ask_department=True, after=case)
        assert again.after == case


def test_an_extension_once_with_a_reason(record: Record) -> None:
    with travel(morning(LATER)):
        case = cases.forward(WINDOW, applied(record).number)
        repairs.accept(DECIDER, case.number)
        case = repairs.extend(DECIDER, case.number, "需要现场核查。")
        # twenty working days after 1 September 2026: a Sunday is worked, 中秋 is not
        assert case.terms.get(stopped_at=None).due_at.date() == dt.date(2026, 9, 29)
        with pytest.raises(RightsError) as refused:
            repairs.extend(DECIDER, case.number, "还需要。")
    assert refused.value.code == "extension-used"


def test_waiting_for_more_lets_the_term_stand_still(record: Record) -> None:
    with travel(morning(LATER)):
        case = cases.forward(WINDOW, applied(record).number)
        repairs.accept(DECIDER, case.number)
        due = case.terms.get(stopped_at=None).due_at
        cases.ask(DECIDER, case.number, "请提供缴款凭证。")
    with travel(morning(LATER + dt.timedelta(days=60))):
        assert ticking.tick() == 0
        case = cases.answer(owner(), case.number, "已上传。")
        assert case.state == "accepted"
        assert case.terms.get(stopped_at=None).due_at > due + dt.timedelta(days=50)


def test_terms_warn_and_escalate_and_are_never_lost(record: Record) -> None:
    with travel(morning(LATER)):
        case = cases.forward(WINDOW, applied(record).number)
        repairs.accept(DECIDER, case.number)
        term = case.terms.get(stopped_at=None)
    at = [dt.datetime.fromisoformat(text) for text in term.warnings]
    assert len(at) == 2
    said = []
    for moment in (*at, term.due_at):
        with travel(moment - dt.timedelta(minutes=1)):
            assert ticking.tick() == 0
        with travel(moment):
            assert ticking.tick() == 1
            assert ticking.tick() == 0
        said.append(sorted(Notice.objects.filter(role__gt="").values_list("key", "role")))
    assert [len(found) for found in said] == [1, 2, 4]
    assert ("escalation", "reviewer") in said[-1]
    term.refresh_from_db()
    assert term.lapsed


def test_scores_and_consumers_follow_in_the_same_transaction(record: Record) -> None:
    from quanxin.accounts import operator
    from quanxin.evaluation import runs
    from quanxin.evaluation.models import Score
    from quanxin.sharing import subscriptions

    with travel(morning(LATER)):
        put_in_use()
        runs.evaluate(operator(), [MODEL])
        before = Score.objects.get(model=MODEL, subject_id=record.subject_id).score
        consumer = subscriptions.add_consumer(operator(), "bank", title="样例银行")
        subscriptions.grant(operator(), consumer, "administrative-penalty", purpose="sharing", basis="协议")
        settle_positions()
        start = str(feed.latest())
        told = single.whatif(company(), scorer(), MODEL, single.Changes(repaired=frozenset({record.id})))
        granted(record)
        settle_positions()
        page = feed.changes(feed.live(consumer), start, operator())
        assert [(i["change"], i["payload"]) for i in page.items] == [("repaired", None)]
        assert feed.snapshot(feed.live(consumer)["administrative-penalty"], "", operator()).items == []
        scores.follow()
        after = Score.objects.get(model=MODEL, subject_id=record.subject_id).score
        assert after > before
        assert single.explain(company(), scorer(), MODEL).reckoned.row["score"] == after == told.reckoned.row["score"]


def test_the_past_can_still_be_asked_by_the_centre_and_not_by_the_public(record: Record) -> None:
    with travel(morning(LATER)):
        known = morning(LATER)
        granted(record)
    with travel(morning(LATER + dt.timedelta(days=9))):
        centre = viewers.centre(Actor("user:centre", frozenset({Role.CENTRE})), "核查")
        assert "administrative-penalty" in [r.resource for r in asked(centre, known)]
        assert "administrative-penalty" not in [r.resource for r in asked(viewers.PUBLIC, known)]
        assert "administrative-penalty" not in public()


def asked(viewer: viewers.Viewer, known: dt.datetime) -> tuple[RecordView, ...]:
    """The archive as it was known a second before a moment."""
    before = known - dt.timedelta(seconds=1)
    return archive_of(company().pk, viewer, valid_on=LATER, known_at=before).timeline


def test_false_material_undoes_the_repair_and_has_its_consequence(record: Record) -> None:
    with travel(morning(LATER)):
        case = granted(record)
        case = repairs.find_false(DECIDER, case.number, "缴款凭证系伪造。")
        assert case.state == "revoked"
        assert "administrative-penalty" in public()
        assert Bar.objects.get().without_commitment_until == dt.date(2029, 9, 1)
        with pytest.raises(RightsError) as refused:
            applied(record)
    assert refused.value.code == "repair-barred"


def test_restrictions_are_never_rewritten(record: Record) -> None:
    with travel(morning(LATER)):
        granted(record)
    for change in (lambda: Restriction.objects.update(kind="disputed"), Restriction.objects.all().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_each_penalty_brings_the_notice_of_its_repair(record: Record) -> None:
    with travel(dt.date(2026, 5, 15)):
        settle_positions()
        assert new_record_notices.follow() == 1
        assert new_record_notices.follow() == 0
        title, body = letters.rendered(Notice.objects.get(), "zh")
    assert title == "信用修复告知书"
    assert "2026年8月12日起可以申请" in body
    assert "2027年5月12日" in body


def test_on_the_day_the_subject_hears_that_it_may_apply(record: Record) -> None:
    for day, told in ((dt.date(2026, 8, 11), 0), (dt.date(2026, 8, 12), 1), (dt.date(2026, 8, 13), 0)):
        with travel(day):
            assert new_record_notices.tell_open() == told
    assert Notice.objects.filter(key="repair-open").count() == 1
