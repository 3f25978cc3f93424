"""Departments take back what they handed in."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from quanxin.accounts import Actor, operator
from quanxin.accounts.actors import Assignment, NotAllowed, Role
from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Batch, Event, Record, Withdrawal, WithdrawnRecord
from quanxin.archive.queries import archive_of
from quanxin.archive.viewers import PUBLIC, centre
from quanxin.intake import withdrawals
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held
from quanxin.intake.replay import replay
from quanxin.subjects.models import Subject
from tests.city import CODES, hand_in, penalty, register

PROVIDER = "market-regulation"
pytestmark = pytest.mark.django_db


def current() -> Record:
    return Record.objects.get(resource="administrative-penalty", superseded_at=None)


def reference(record: Record) -> withdrawals.Reference:
    return record.subject_id, record.id


def shown(n: int = 0) -> list[str]:
    archive = archive_of(Subject.objects.get(code=CODES[n]).pk, PUBLIC)
    return [
        r.resource for chapter in archive.chapters for r in chapter.records if r.resource == "administrative-penalty"
    ]


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0)], name="first.csv")
    return tmp_path


def withdraw(record: Record, actor: Actor | None = None, reason: str = "复议撤销") -> withdrawals.Withdrawn:
    return withdrawals.withdraw(
        actor or operator(), PROVIDER, [reference(record)], kind=Withdrawal.Kind.REVOKED, reason=reason
    )


def test_a_withdrawn_record_is_shown_no_more_and_stays_in_the_past(handed_in: Path) -> None:
    record = current()
    before = record.recorded_at
    assert shown() == ["administrative-penalty"]
    assert withdraw(record).records == 1
    assert shown() == []
    known = archive_of(record.subject_id, centre(operator(), "核查"), known_at=before)
    assert any(r.id == record.id for r in known.timeline)
    assert all(r.id != record.id for r in archive_of(record.subject_id, PUBLIC, known_at=before).timeline)
    made = Withdrawal.objects.get()
    assert (made.kind, made.reason, made.event.kind) == ("revoked", "复议撤销", Event.Kind.RECORDS_WITHDRAWN)
    assert AuditLine.objects.filter(act="intake.withdraw").count() == 1


def test_withdrawing_twice_changes_nothing_more(handed_in: Path) -> None:
    record = current()
    withdraw(record)
    again = withdraw(record)
    assert (again.records, again.repeated) == (0, True)
    assert Withdrawal.objects.count() == 1


def test_after_a_withdrawal_the_versions_go_on(handed_in: Path) -> None:
    withdraw(current())
    receipt = hand_in(handed_in, "administrative-penalty", [penalty(0, remark="重新决定")], name="again.csv")
    assert (receipt.accepted, receipt.updated) == (1, 0)
    assert current().version == 2


def test_only_the_provider_that_handed_it_in_may_withdraw_it(handed_in: Path) -> None:
    other = Actor("clerk", [Assignment(Role.INTAKE, "taxation")])
    with pytest.raises(NotAllowed):
        withdraw(current(), other)
    with pytest.raises(IntakeError) as refused:
        withdrawals.withdraw(other, "taxation", [reference(current())], kind=Withdrawal.Kind.MISTAKEN, reason="误报")
    assert refused.value.code == "record-unknown"
    with pytest.raises(IntakeError, match="理由"):
        withdraw(current(), reason="  ")
    assert current().superseded_at is None


def test_a_batch_taken_back_gives_back_what_it_replaced(handed_in: Path) -> None:
    batch = hand_in(
        handed_in, "administrative-penalty", [penalty(0, content="改处。"), penalty(1)], name="second.csv"
    ).batch
    done = withdrawals.take_back(operator(), batch, reason="错传文件")
    assert (done.records, done.restored) == (2, 1)
    record = current()
    assert (record.version, record.payload["content"]) == (3, "处以罚款。")
    assert (shown(0), shown(1)) == (["administrative-penalty"], [])
    assert WithdrawnRecord.objects.get(restored_id=record.id).version == 2
    assert withdrawals.take_back(operator(), batch, reason="再撤").repeated


def test_the_same_file_comes_in_again_after_it_was_taken_back(handed_in: Path) -> None:
    first = Batch.objects.get(file_name="first.csv")
    withdrawals.take_back(operator(), first.pk, reason="错传")
    receipt = hand_in(handed_in, "administrative-penalty", [penalty(0)], name="first.csv")
    assert (receipt.repeated, receipt.accepted) == (False, 1)
    assert shown() == ["administrative-penalty"]


def test_a_later_statement_stands_when_an_earlier_batch_is_taken_back(handed_in: Path) -> None:
    first = Batch.objects.get(file_name="first.csv")
    hand_in(handed_in, "administrative-penalty", [penalty(0, content="改处。")], name="second.csv")
    done = withdrawals.take_back(operator(), first.pk, reason="错传")
    assert (done.records, current().version) == (0, 2)
    second = Batch.objects.get(file_name="second.csv")
    done = withdrawals.take_back(operator(), second.pk, reason="错传")
    assert (done.records, done.restored, shown()) == (1, 0, [])


def test_what_a_provider_had_withdrawn_is_not_given_back(handed_in: Path) -> None:
    withdraw(current())
    batch = hand_in(handed_in, "administrative-penalty", [penalty(0)], name="again.csv").batch
    done = withdrawals.take_back(operator(), batch, reason="错传")
    assert (done.restored, shown()) == (0, [])


def test_held_rows_and_replays_go_with_their_batch(handed_in: Path) -> None:
    batch = hand_in(
        handed_in,
        "administrative-penalty",
        [penalty(1, fine="不详"), penalty(2, fine="也不详")],
        name="bad.csv",
    ).batch
    row = Held.objects.filter(batch=batch).order_by("row_no").first()
    assert row is not None
    replay(batch, actor=operator(), rows={row.row_no: {"fine": "0.5"}})
    assert shown(1) == ["administrative-penalty"]
    done = withdrawals.take_back(operator(), batch, reason="错传")
    assert (done.records, done.held, shown(1)) == (1, 1, [])
    with pytest.raises(IntakeError) as refused:
        replay(batch, actor=operator())
    assert refused.value.code == "replay-nothing-held"


def test_a_replacing_file_withdraws_what_it_leaves_out(handed_in: Path) -> None:
    receipt = hand_in(handed_in, "administrative-penalty", [penalty(1)], name="whole.csv", mode="replace")
    assert (receipt.withdrawn, shown(0), shown(1)) == (1, [], ["administrative-penalty"])
    made = Withdrawal.objects.get()
    assert (made.kind, made.batch_id) == ("replaced", receipt.batch)


def test_events_take_their_positions_at_commit(handed_in: Path) -> None:
    assert set(Event.objects.values_list("position", flat=True)) == {None}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS archive_event_position IMMEDIATE")
    positions = list(Event.objects.order_by("id").values_list("position", flat=True))
    assert positions == sorted(positions)
    assert len(set(positions)) == len(positions)
