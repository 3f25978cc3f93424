"""Whose record a decision is that two providers handed in is decided by a steward, and handed over by two people."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, NotAllowed, Role
from quanxin.accounts.models import AuditLine
from quanxin.archive import judgements, lake_proof
from quanxin.archive.models import Record, Restriction, Transfer
from quanxin.archive.queries import archive_of
from quanxin.archive.restrictions import restrict
from quanxin.archive.viewers import centre
from quanxin.calendar import now, today
from quanxin.demo.city import code_of
from quanxin.intake import conflicts, handovers, receipts, subject_merges, withdrawals
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Conflict, Handover, Held
from quanxin.intake.replay import replay
from quanxin.policy.model import Basis
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.sharing import feed
from quanxin.sharing.models import Consumer, Subscription
from quanxin.subjects.models import Subject
from tests.city import CODES, penalty, register
from tests.desk.people import signed_in
from tests.intake.test_ownership import MINE, PENALTY, THEIRS, by_file, standing
from tests.sharing.test_feed import settle

pytestmark = pytest.mark.django_db
STEWARD, APPROVER = Actor("steward", frozenset({Role.STEWARD})), Actor("approver", frozenset({Role.APPROVER}))
BASIS = [Basis(title="机构改革方案", reference="〔2026〕1号")]


@pytest.fixture
def conflict(tmp_path: Path) -> Conflict:
    register(tmp_path)
    by_file(tmp_path, [penalty(0)], MINE)
    by_file(tmp_path, [penalty(0, fine="9")], THEIRS)
    return Conflict.objects.get()


def test_kept_puts_the_rows_aside_and_can_be_undone(conflict: Conflict) -> None:
    before = standing().pk
    made = conflicts.decide(STEWARD, conflict.pk, moves=False, reason="由原单位决定")
    assert (made.state, made.decided_by) == ("kept", "steward")
    assert conflicts.decide(STEWARD, conflict.pk, moves=False, reason="再次").reason == "由原单位决定"
    assert Held.objects.get().set_aside_at is not None
    with pytest.raises(IntakeError):
        conflicts.decide(STEWARD, conflict.pk, moves=True, reason="改判")
    assert conflicts.undo(STEWARD, conflict.pk, reason="裁定有误").state == "open"
    assert Held.objects.get().set_aside_at is None
    assert standing().pk == before
    acts = AuditLine.objects.filter(target=f"conflict:{conflict.pk}").values_list("act", flat=True)
    assert list(acts.order_by("id")) == ["intake.decide-conflict", "intake.undo-conflict"]


def test_moved_makes_the_record_the_other_s_and_takes_its_row_in(conflict: Conflict) -> None:
    first = standing()
    conflicts.decide(STEWARD, conflict.pk, moves=True, reason="案件已移送")
    current = standing()
    assert (current.provider, current.version, current.payload["fine"]) == (THEIRS, 3, "9.000000")
    chain = Record.objects.filter(resource=PENALTY).order_by("version").values_list("provider", flat=True)
    assert list(chain) == [MINE, THEIRS, THEIRS]
    assert Transfer.objects.get().kind == "decided"
    assert Held.objects.get().released_by_id is not None
    with pytest.raises(IntakeError):  # it is not its own any more
        withdrawals.withdraw(
            Actor("mine", [Assignment(Role.INTAKE, MINE)]),
            MINE,
            [first.pk, current.pk],
            kind=withdrawals.Withdrawal.Kind.MISTAKEN,
            reason="撤销",
        )
    with pytest.raises(IntakeError):
        conflicts.undo(STEWARD, conflict.pk, reason="撤销")


def test_who_hands_in_for_one_of_the_two_decides_nothing(conflict: Conflict) -> None:
    both = Actor("both", [Role.STEWARD, Assignment(Role.INTAKE, THEIRS)])
    for actor in (both, Actor("clerk", [Assignment(Role.INTAKE, MINE)])):
        with pytest.raises(NotAllowed):
            conflicts.decide(actor, conflict.pk, moves=True, reason="自办")
    with pytest.raises(IntakeError):
        conflicts.decide(STEWARD, conflict.pk, moves=True, reason=" ")


@pytest.mark.parametrize("provider", [MINE, THEIRS])
def test_both_providers_see_it_and_nobody_else(conflict: Conflict, provider: str) -> None:
    page = signed_in(Role.INTAKE, provider=provider, name="one").get("/desk/conflicts").content.decode()
    assert f"conflict-{conflict.pk}" in page
    assert ("第 2 行" in page or "rows.csv" in page or Held.objects.get().position in page) == (provider == THEIRS)
    assert penalty(0)["facts"] not in page
    assert "details" not in page.partition("conflict-")[2]
    other = signed_in(Role.INTAKE, provider="taxation", name="other")
    assert f"conflict-{conflict.pk}" not in other.get("/desk/conflicts").content.decode()
    assert other.post(f"/desk/conflicts/{conflict.pk}", {"act": "keep", "reason": "自办"}).status_code == 403


def test_the_steward_decides_at_the_desk(conflict: Conflict) -> None:
    desk = signed_in(Role.STEWARD, name="steward")
    assert desk.post(f"/desk/conflicts/{conflict.pk}", {"act": "keep", "reason": ""}).status_code == 422
    assert desk.post(f"/desk/conflicts/{conflict.pk}", {"act": "keep", "reason": "由原单位决定"}).status_code == 302
    conflict.refresh_from_db()
    assert conflict.state == "kept"
    desk.post(f"/desk/conflicts/{conflict.pk}", {"act": "undo", "reason": "有误"})
    conflict.refresh_from_db()
    assert conflict.state == "open"


def propose(**changes: object) -> Handover:
    said = {"day": today(), "basis": BASIS, "reason": "机构合并"} | changes
    return handovers.propose(STEWARD, MINE, THEIRS, [PENALTY], **said)  # type: ignore[arg-type]


def test_a_handover_makes_all_records_the_other_s_and_leaves_the_past(tmp_path: Path) -> None:
    register(tmp_path)
    first = by_file(tmp_path, [penalty(0), penalty(0, "二号"), penalty(1, "三号")], MINE)
    before, subject = now(), Subject.objects.get(code=CODES[0])
    settle()
    point = feed.latest()
    proposed = propose()
    assert handovers.reach(proposed) == (3, 0)
    done = handovers.approve(APPROVER, proposed.pk, reason="同意")
    assert (done.state, done.records) == ("done", 3)
    assert handovers.approve(APPROVER, proposed.pk, reason="同意").records == 3
    current = Record.objects.filter(resource=PENALTY, superseded_at=None)
    assert set(current.values_list("provider", "version")) == {(THEIRS, 2)}
    seen = archive_of(subject.pk, centre(Actor("c", frozenset({Role.CENTRE})), "核查"), known_at=before)
    then = {r.provider for c in seen.chapters for r in c.records if r.resource == PENALTY}
    assert then == {MINE}
    settle()
    consumer = Consumer.objects.create(key="province", title="省平台")
    live = Subscription(consumer=consumer, resource=PENALTY, purpose="共享", basis="某法", from_date=today())
    told = feed.changes({PENALTY: live}, str(point), Actor("consumer", frozenset()))
    moved = [item for item in told.items if item["provider"] == THEIRS and item["version"] == 2]
    assert len(moved) == 3
    # the former provider changes nothing of it any more; the new one does
    assert by_file(tmp_path, [penalty(0, fine="8")], MINE).quarantined == 1
    assert by_file(tmp_path, [penalty(0, fine="8")], THEIRS).updated == 1
    mine = Actor("mine", [Assignment(Role.INTAKE, MINE)])
    assert withdrawals.take_back(mine, first.batch, reason="整批撤回").records == 0
    assert Record.objects.filter(resource=PENALTY, superseded_at=None, provider=THEIRS).count() == 3
    with workshop() as (con, workdir):
        assert lake_proof.prove(con, PENALTY, workdir).holds


def test_held_rows_go_with_the_records_and_a_receipt_stays_as_it_was(tmp_path: Path) -> None:
    register(tmp_path)
    by_file(tmp_path, [penalty(2, "丁号")], "taxation")
    by_file(tmp_path, [penalty(1, "丙号", fine="1")], THEIRS)
    flawed = [
        penalty(0),
        penalty(0, "乙号", fine="约三万"),
        penalty(1, "丙号"),
        penalty(2, "丁号", fine="7"),
        penalty(0, "戊号", uscc=code_of("91", "370102", 99), subject_name="无人登记的公司"),
    ]
    first = by_file(tmp_path, flawed, MINE)
    assert (first.accepted, first.quarantined, first.unlinked) == (1, 3, 1)
    before = receipts.receipt_of(first.batch)
    proposed = propose()
    assert handovers.reach(proposed) == (1, 4)
    handovers.approve(APPROVER, proposed.pk, reason="同意")
    assert receipts.receipt_of(first.batch) == before
    waiting = Held.objects.filter(released_by=None, set_aside_at=None).order_by("row_no")
    assert [(h.batch.provider, h.row_no, h.bucket) for h in waiting] == [
        (THEIRS, 2, "quarantined"),
        (THEIRS, 4, "quarantined"),
        (THEIRS, 5, "unlinked"),
    ]
    assert Held.objects.get(batch=first.batch, row_no=3).set_aside_at is not None  # of the taker's own record
    states = {(c.holder, c.claimant): c.state for c in Conflict.objects.all()}
    assert states == {("taxation", THEIRS): "open", (THEIRS, MINE): "settled"}
    moved = waiting[0].batch
    mine, theirs = (Actor(f"user:{p}", [Assignment(Role.INTAKE, p)]) for p in (MINE, THEIRS))
    with pytest.raises(IntakeError):  # nothing of it waits for it any more
        replay(first.batch, actor=mine, rows={2: {"fine": "1"}})
    with pytest.raises(NotAllowed):
        replay(moved.pk, actor=mine)
    assert withdrawals.take_back(mine, first.batch, reason="整批撤回").held == 0
    assert replay(moved.pk, actor=theirs, rows={2: {"fine": "1"}}).accepted == 1
    conflicts.decide(STEWARD, Conflict.objects.get(claimant=THEIRS).pk, moves=True, reason="移送")
    assert {standing(n).provider for n in ("乙号", "丙号", "丁号")} == {THEIRS}
    lines = AuditLine.objects.filter(act="intake.move-held")
    assert [(x.target, x.particulars["rows"]) for x in lines] == [(f"batch:{moved.pk}", 3)]


def test_a_handover_needs_another_s_approval_a_basis_and_its_day(tmp_path: Path) -> None:
    both = Actor("steward", frozenset({Role.STEWARD, Role.APPROVER}))
    proposed = propose(day=today() + dt.timedelta(days=1))
    for actor in (both, APPROVER):  # one's own; too early
        with pytest.raises(IntakeError):
            handovers.approve(actor, proposed.pk, reason="同意")
    with pytest.raises(NotAllowed):
        handovers.approve(STEWARD, proposed.pk, reason="同意")
    for changes in ({"basis": []}, {"reason": ""}):
        with pytest.raises(IntakeError):
            propose(**changes)
    with pytest.raises(IntakeError):
        handovers.propose(STEWARD, MINE, "courts", [PENALTY], day=today(), basis=BASIS, reason="不是报送单位")
    assert handovers.refuse(APPROVER, proposed.pk, reason="不合规").state == "refused"
    with pytest.raises(IntakeError):
        handovers.approve(APPROVER, proposed.pk, reason="同意")


def test_subjects_that_are_merged_bring_their_conflicts_and_repairs_together(tmp_path: Path) -> None:
    register(tmp_path)
    by_file(tmp_path, [penalty(0)], MINE)
    by_file(tmp_path, [penalty(1)], THEIRS)
    kept, other = Subject.objects.get(code=CODES[1]), Subject.objects.get(code=CODES[0])
    repaired = Record.objects.get(resource=PENALTY, subject_id=other.pk)
    restrict(STEWARD, [repaired], Restriction.Kind.REPAIRED, case="修-1", basis=BASIS, at=now())
    subject_merges.merge(STEWARD, kept, other, reason="同一企业")
    conflict = Conflict.objects.get()
    assert (conflict.holder, conflict.claimant) == (MINE, THEIRS)
    assert Restriction.objects.filter(subject_id=kept.pk, key_hash=repaired.key_hash, ended_at=None).exists()
    conflicts.decide(STEWARD, conflict.pk, moves=False, reason="同一决定")
    assert standing().pk == repaired.pk


def test_a_split_is_undone_beside_a_record_of_the_same_decision(tmp_path: Path) -> None:
    register(tmp_path)
    by_file(tmp_path, [penalty(0)], MINE)
    subject = Subject.objects.get(code=CODES[0])
    from quanxin.subjects.models import Name

    Name.objects.create(
        subject=subject,
        text="济南旧名样例有限公司",
        norm="济南旧名样例有限公司",
        recorded_at=now(),
        batch="x",
        current=False,
    )
    old = Name.objects.get(subject=subject, current=False)
    made = judgements.split(STEWARD, subject, reason="两家", code="", names=[old.pk], records=[standing().id])
    by_file(tmp_path, [penalty(0)], THEIRS)  # of the same number, about whom it now is
    with pytest.raises(judgements.NotPossible):
        judgements.undo(STEWARD, made, reason="判断有误")
