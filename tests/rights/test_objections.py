"""Objections: marked wherever the record shows, joined, upheld only when it was put right, looked at twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from quanxin.accounts import NotAllowed, operator
from quanxin.archive import restrictions, viewers
from quanxin.archive.models import Event, Record, Withdrawal
from quanxin.archive.queries import archive_of
from quanxin.archive.shapes import RecordView
from quanxin.calendar import travel
from quanxin.casework import rendering as letters
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case, Notice
from quanxin.intake.withdrawals import withdraw
from quanxin.sharing import feed, subscriptions
from tests.casework.acts import State, cases, objections
from tests.city import hand_in
from tests.once import city
from tests.rights.life import (
    DECIDER,
    LATER,
    OTHER_DECIDER,
    PROVIDER,
    REVIEWER,
    company,
    morning,
    objected,
    owner,
    penalised,
    penalised_row,
)

pytestmark = pytest.mark.django_db
WRONG = "罚款金额有误，应为0.3万元。"


def built(folder: Path) -> Record:
    with travel(morning(LATER)):
        return penalised(folder)


_record, _built = city(built)


@pytest.fixture
def record(_record: Record) -> Iterator[Record]:
    with travel(morning(LATER)):
        yield _record


def shown(viewer: viewers.Viewer = viewers.PUBLIC) -> list[RecordView]:
    return [r for r in archive_of(company().pk, viewer).timeline if r.resource == "administrative-penalty"]


def test_the_mark_shows_wherever_the_record_does_and_what_is_automatic_pauses(record: Record) -> None:
    consumer = subscriptions.add_consumer(operator(), "bank", title="样例银行")
    subscriptions.grant(operator(), consumer, "administrative-penalty", purpose="sharing", basis="协议")
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    start = str(feed.latest())
    objections.object_to(owner(), WRONG, record=record)
    everyone = (viewers.PUBLIC, owner().viewer, viewers.centre(operator(), "核对"), viewers.department(DECIDER, "核对"))
    assert [shown(viewer)[0].marks for viewer in everyone] == [("disputed",)] * 4
    assert restrictions.paused(record)
    (item,) = feed.changes(feed.live(consumer), start, operator()).items
    assert (item["change"], item["disputed"], item["payload"] is None) == ("disputed", True, False)
    (held,) = feed.snapshot(feed.live(consumer)["administrative-penalty"], "", operator()).items
    assert held["disputed"]


def test_upheld_when_corrected_and_not_before(record: Record, tmp_path: Path) -> None:
    case = objected(record)
    with pytest.raises(RightsError) as refused:
        objections.uphold(DECIDER, case.number, "已核实。", State.CORRECTED)
    assert refused.value.code == "not-corrected"
    hand_in(tmp_path, "administrative-penalty", [penalised_row(fine="0.3")], name="again.csv")
    case = objections.uphold(DECIDER, case.number, "经核实，金额录入有误。", State.CORRECTED)
    (view,) = shown()
    assert (view.version, view.marks) == (2, ())
    last = case.steps.last()
    assert last is not None
    told = last.particulars.pop("events")
    assert Event.objects.filter(pk__in=told).count() == len(told) > 0
    assert last.particulars == {"before": record.id, "after": view.id}
    _, body = letters.rendered(Notice.objects.get(key="objection-upheld"), "zh")
    assert "金额录入有误" in body


def test_upheld_when_withdrawn_and_not_before(record: Record) -> None:
    case = objected(record)
    with pytest.raises(RightsError) as refused:
        objections.uphold(DECIDER, case.number, "已核实。", State.WITHDRAWN)
    assert refused.value.code == "not-withdrawn"
    withdraw(operator(), PROVIDER, [(record.subject_id, record.id)], kind=Withdrawal.Kind.MISTAKEN, reason="张冠李戴")
    assert objections.uphold(DECIDER, case.number, "经核实，报送有误。", State.WITHDRAWN).state == "withdrawn"
    assert shown() == []


def test_dismissed_with_a_reason_then_looked_at_by_somebody_else(record: Record) -> None:
    case = objected(record)
    with pytest.raises(RightsError):
        objections.dismiss(DECIDER, case.number, "")
    objections.dismiss(DECIDER, case.number, "金额与决定书一致。")
    assert shown()[0].marks == ()
    again = objections.ask_second_look(owner(), case.number, "请再看第三页。")
    assert objections.ask_second_look(owner(), case.number, "请再看第三页。").pk == again.pk
    with pytest.raises(NotAllowed):
        objections.second_look(DECIDER, again.number, "维持。", returned=False)
    objections.second_look(REVIEWER, again.number, "第三页确有不同金额，请重新核实。", returned=True)
    case.refresh_from_db()
    assert (case.state, case.claimed_by, case.terms.get(stopped_at=None).clock) == ("forwarded", "", "objection-answer")
    assert shown()[0].marks == ("disputed",)


def test_several_objections_to_one_record_are_one_case(record: Record) -> None:
    first = objections.object_to(owner(), WRONG, record=record)
    assert objections.object_to(owner(), WRONG, record=record).pk == first.pk
    other = objections.object_to(owner(), "决定日期也不对。", record=record)
    assert (other.state, other.joined_to) == ("joined", first)
    assert [s.act for s in first.steps.all()] == ["file", "join"]
    from tests.rights.life import WINDOW

    cases.forward(WINDOW, first.number)
    objections.take_up(DECIDER, first.number)
    objections.dismiss(DECIDER, first.number, "均与决定书一致。")
    told = Notice.objects.filter(key="objection-refused").values_list("case__number", flat=True)
    assert set(told) == {first.number, other.number}


def test_taken_back_the_mark_goes(record: Record) -> None:
    case = objections.object_to(owner(), WRONG, record=record)
    cases.retract(owner(), case.number)
    assert shown()[0].marks == ()
    assert cases.retract(owner(), case.number).state == "retracted"


def test_a_score_is_contested_before_the_reviewers(record: Record) -> None:
    from tests.evaluation.city import MODEL
    from tests.rights.life import WINDOW

    case = objections.object_to(owner(), "纳税信用级别没有计入。", model=MODEL)
    cases.forward(WINDOW, case.number)
    with pytest.raises(NotAllowed):
        objections.take_up(DECIDER, case.number)
    objections.take_up(REVIEWER, case.number)
    assert objections.dismiss(REVIEWER, case.number, "已计入，见指标。").state == "refused"


def test_nobody_objects_for_somebody_else(record: Record) -> None:
    with pytest.raises(RightsError) as refused:
        owner(1).record(record.subject_id, record.id)
    assert refused.value.code == "record-not-yours"
    case = objections.object_to(owner(), WRONG, record=record)
    with pytest.raises(RightsError):
        cases.retract(owner(1), case.number)
    for actor in (OTHER_DECIDER, REVIEWER):
        with pytest.raises(NotAllowed):
            objections.take_up(actor, cases.forward(operator(), case.number).number)
        Case.objects.filter(pk=case.pk).update(state="filed")


def test_what_holds_follows_a_record_to_the_subject_it_was_given_to(record: Record) -> None:
    from quanxin.archive.judgements import split
    from quanxin.subjects.models import Name, Subject

    case = objections.object_to(owner(), WRONG, record=record)
    subject = Subject.objects.get(pk=record.subject_id)
    other = Name.objects.create(
        subject=subject, text="济南丁样例有限公司", norm="济南丁样例有限公司", current=False, recorded_at=morning(LATER)
    )
    judged = split(operator(), subject, reason="两个主体", code="X", names=[other.pk], records=[record.id])
    moved = [r for r in archive_of(judged.other_id, viewers.PUBLIC).timeline if r.resource == "administrative-penalty"]
    assert [r.marks for r in moved] == [("disputed",)]
    assert case.open
