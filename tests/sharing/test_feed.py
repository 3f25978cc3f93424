"""The change feed: nothing missed, nothing twice, nothing that may not leave."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from pytest_django import Settings

from quanxin.accounts import Actor, operator
from quanxin.archive.models import Event, Record, Withdrawal, WithdrawnRecord
from quanxin.calendar import now
from quanxin.intake import withdrawals
from quanxin.intake.errors import IntakeError
from quanxin.sharing import acknowledgements, feed, subscriptions
from quanxin.sharing.models import Consumer
from quanxin.subjects.models import Subject
from tests.city import CODES, hand_in, penalty, person, register

RESOURCE = "administrative-penalty"
READER = Actor("client:bank", frozenset())


def settle() -> None:
    """Within a test's transaction: give the events their positions, as the commit would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS archive_event_position IMMEDIATE")
        cursor.execute("SET CONSTRAINTS archive_event_position DEFERRED")


def consumer(**of: Any) -> Consumer:
    made = subscriptions.add_consumer(operator(), "bank", title="样例银行")
    subscriptions.grant(operator(), made, RESOURCE, purpose="sharing", agreement="共享〔2026〕1号", **of)
    return made


def follow(who: Consumer, since: str = "0", limit: int = feed.MOST) -> tuple[list[dict[str, Any]], str]:
    """Everything after ``since``, page by page."""
    items: list[dict[str, Any]] = []
    while True:
        page = feed.changes(feed.live(who), since, READER, limit)
        items.extend(page.items)
        if not page.more and page.next == since:
            return items, since
        since = page.next


def told(items: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(item["change"], item["version"]) for item in items]


@pytest.fixture
def handed_in(db: None, tmp_path: Path) -> Path:
    register(tmp_path)
    hand_in(tmp_path, RESOURCE, [penalty(0), penalty(1)], name="first.csv")
    return tmp_path


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_what_happened_comes_in_order_whatever_the_pages(handed_in: Path, limit: int) -> None:
    who = consumer()
    hand_in(handed_in, RESOURCE, [penalty(0, content="改处。")], name="second.csv")
    record = Record.objects.get(resource=RESOURCE, version=1, superseded_at=None)
    withdrawals.withdraw(
        operator(), "market-regulation", [(record.subject_id, record.id)], kind=Withdrawal.Kind.REVOKED, reason="撤销"
    )
    settle()
    items, _ = follow(who, limit=limit)
    assert told(items) == [("committed", 1), ("committed", 1), ("superseded", 2), ("withdrawn", 1)]
    assert [item["payload"] is None for item in items] == [True, True, False, True]
    assert items[-1]["withdrawal"] == {"kind": "revoked", "reason": "撤销"}
    assert items[2]["payload"]["content"] == "改处。"
    assert items[2]["subject"]["code"] == CODES[0]


def test_a_batch_taken_back_tells_what_ended_and_what_stands_again(handed_in: Path) -> None:
    who = consumer()
    settle()
    _, point = follow(who)
    batch = hand_in(handed_in, RESOURCE, [penalty(0, content="改。"), penalty(2)], name="second.csv").batch
    withdrawals.take_back(operator(), batch, reason="错传")
    settle()
    items, _ = follow(who, point)
    assert sorted(told(items)) == [("committed", 1), ("superseded", 2), ("superseded", 3), ("withdrawn", 1)]
    restored = next(item for item in items if item["version"] == 3)
    assert restored["payload"]["content"] == "处以罚款。"


def test_persons_and_identity_numbers_never_leave(handed_in: Path) -> None:
    who = consumer()
    number = str(person()["identity_number"])
    receipt = hand_in(
        handed_in,
        RESOURCE,
        [penalty(0, "丁1号", **person()), penalty(2, "丁2号", remark=f"联系人{number}")],
        name="person.csv",
    )
    assert receipt.accepted == 2
    settle()
    items, _ = follow(who)
    assert all(item["subject"]["type"] == "enterprise" for item in items)
    assert len(items) == 3
    assert number not in str(items)
    assert not any("identity_number" in (item["payload"] or {}) for item in items)


def test_a_subscription_reaches_its_items_districts_and_resource(handed_in: Path) -> None:
    settle()
    here = consumer(fields=["subject_name", "document_number"], districts=["370100"])
    items, _ = follow(here)
    assert len(items) == 2
    assert set(items[0]["payload"]) == {"subject_name", "document_number"}
    elsewhere = consumer(districts=["370200"])
    items, point = follow(elsewhere)
    assert (items, point) == ([], str(feed.latest()))
    assert Event.objects.filter(position__gt=0).count() > 0
    subscriptions.end(operator(), elsewhere.subscriptions.get(ended_at=None), reason="协议到期")
    assert feed.live(elsewhere) == {}


def test_what_may_not_be_shared_is_not_granted(db: None) -> None:
    who = subscriptions.add_consumer(operator(), "bank", title="样例银行")
    for wrong in (
        {"resource": "no-such", "purpose": "sharing", "basis": "y"},
        {"resource": RESOURCE, "purpose": "sharing"},
        {"resource": RESOURCE, "purpose": " ", "basis": "y"},
        {"resource": RESOURCE, "purpose": "信贷审查", "basis": "y"},  # no purpose of the pack
        {"resource": RESOURCE, "purpose": "licensing", "basis": "y"},  # opens to departments alone
        {"resource": RESOURCE, "purpose": "sharing", "basis": "y", "fields": ["identity_number"]},
        {"resource": RESOURCE, "purpose": "sharing", "basis": "y", "fields": ["no_such"]},
        {"resource": "tax-payment", "purpose": "sharing", "basis": "y"},
    ):
        with pytest.raises(IntakeError) as refused:
            subscriptions.grant(operator(), who, wrong.pop("resource"), **wrong)  # type: ignore[arg-type]
        assert refused.value.code == "subscription-refused"


@pytest.mark.parametrize("since", ["", "x", "-1", "1.2.3", "999999", "0.x"])
def test_what_is_no_timepoint_is_refused(handed_in: Path, since: str) -> None:
    settle()
    with pytest.raises(IntakeError) as refused:
        feed.changes(feed.live(consumer()), since, READER)
    assert refused.value.code == "timepoint-unknown"


def test_before_the_horizon_a_consumer_begins_with_a_snapshot(handed_in: Path, settings: Settings) -> None:
    settle()
    who = consumer()
    first = Event.objects.order_by("position")[0]
    Event.objects.filter(pk=first.pk).update(at=now() - dt.timedelta(days=settings.FEED_DAYS + 1))
    with pytest.raises(IntakeError) as refused:
        follow(who)
    assert refused.value.code == "timepoint-too-old"
    page = feed.snapshot(feed.live(who)[RESOURCE], "", READER, 1)
    assert (len(page.items), page.more) == (1, True)
    rest = feed.snapshot(feed.live(who)[RESOURCE], page.next, READER, 1)
    assert {page.items[0]["record"], rest.items[0]["record"]} == {
        f"{r.subject_id}-{r.id}" for r in Record.objects.filter(resource=RESOURCE)
    }
    assert follow(who, page.timepoint)[0] == []


def test_who_has_not_taken_a_withdrawal_in_is_known(handed_in: Path) -> None:
    who = consumer()
    record = Record.objects.filter(resource=RESOURCE).order_by("id")[0]
    withdrawals.withdraw(
        operator(), "market-regulation", [(record.subject_id, record.id)], kind=Withdrawal.Kind.REVOKED, reason="撤销"
    )
    settle()
    since = now() - dt.timedelta(days=1)
    (open_,) = acknowledgements.taken_in(since)
    assert (open_.consumer, open_.at) == (who, None)
    half = f"{open_.event.position}.{record.id}"
    subscriptions.acknowledge(who, half)
    assert acknowledgements.taken_in(since)[0].at is None
    subscriptions.acknowledge(who, str(feed.latest()))
    assert acknowledgements.taken_in(since)[0].at is not None


# --- many at once ------------------------------------------------------------------------------------------------


def write_for_a_while(folder: Path, writer: int, failures: list[BaseException]) -> None:
    """Batches, corrections, withdrawals and takings-back, one after the other."""
    try:
        place = folder / str(writer)
        place.mkdir()
        for turn in range(4):
            rows = [penalty(n, f"{writer}写{turn}轮{n}号") for n in range(3)]
            batch = hand_in(place, RESOURCE, rows, name=f"{turn}.csv").batch
            hand_in(place, RESOURCE, [rows[0] | {"content": "改。"}], name=f"{turn}-more.csv")
            record = Record.objects.filter(batch_id=batch, superseded_at=None).order_by("id")[0]
            withdrawals.withdraw(
                operator(),
                "market-regulation",
                [(record.subject_id, record.id)],
                kind=Withdrawal.Kind.MISTAKEN,
                reason="误报",
            )
            if turn % 2:
                withdrawals.take_back(operator(), batch, reason="错传")
    except BaseException as error:
        failures.append(error)
    finally:
        connections.close_all()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_under_eight_writers_the_feed_misses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    register(tmp_path)
    who = consumer()
    failures: list[BaseException] = []
    writers = [threading.Thread(target=write_for_a_while, args=(tmp_path, n, failures)) for n in range(8)]
    for writer in writers:
        writer.start()
    items: list[dict[str, Any]] = []
    since, snapshot = "0", None
    while any(writer.is_alive() for writer in writers):
        page = feed.changes(feed.live(who), since, READER, 7)
        items.extend(page.items)
        since = page.next
        if snapshot is None and len(items) > 60:
            snapshot = feed.snapshot(feed.live(who)[RESOURCE], "", READER)
    for writer in writers:
        writer.join()
    assert not failures, failures[0]
    items += follow(who, since, 7)[0]
    expected = {("new", f"{r.subject_id}-{r.id}") for r in Record.objects.filter(resource=RESOURCE)}
    expected |= {("end", f"{w.subject_id}-{w.record_id}") for w in WithdrawnRecord.objects.filter(restored_id=None)}
    seen = [("end" if item["change"] == "withdrawn" else "new", item["record"]) for item in items]
    assert len(seen) == len(set(seen))
    assert set(seen) == expected
    # a snapshot taken in the middle, and the changes since, come to the truth
    assert snapshot is not None
    assert not snapshot.more
    assert standing(snapshot.items, follow(who, snapshot.timepoint)[0]) == {
        f"{r.subject_id}-{r.id}" for r in Record.objects.filter(resource=RESOURCE, superseded_at=None)
    }


def standing(snapshot: list[dict[str, Any]], later: list[dict[str, Any]]) -> set[str]:
    """What a consumer holds that keeps the highest version of each decision and drops what was withdrawn."""
    held: dict[tuple[str, str], dict[str, Any]] = {}
    numbers = dict(Record.objects.values_list("id", "key_hash"))
    for item in [*snapshot, *later]:
        key = (item["subject"]["code"], str(numbers[int(item["record"].split("-")[1])]))
        if key not in held or item["version"] >= held[key]["version"]:
            held[key] = item
    return {item["record"] for item in held.values() if item["change"] != "withdrawn"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_writers_on_one_key_end_with_one_version_each_in_order(tmp_path: Path) -> None:
    register(tmp_path)
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            place = tmp_path / str(writer)
            place.mkdir()
            hand_in(place, RESOURCE, [penalty(0, content=f"第{writer}稿。{uuid.uuid4()}")])
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not failures, failures[0]
    subject = Subject.objects.get(code=CODES[0]).pk
    versions = list(Record.objects.filter(subject_id=subject, resource=RESOURCE).order_by("id"))
    assert [r.version for r in versions] == list(range(1, 9))
    assert [r.superseded_at is None for r in versions] == [False] * 7 + [True]
    assert [a.superseded_at for a in versions[:-1]] == [b.recorded_at for b in versions[1:]]


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_is_in_the_feed_while_a_long_intake_is_open(tmp_path: Path) -> None:
    register(tmp_path)
    hand_in(tmp_path, RESOURCE, [penalty(0)])
    who = consumer()
    _, point = follow(who)
    opened, done = threading.Event(), threading.Event()

    def long_intake() -> None:
        from django.db import transaction

        with transaction.atomic():
            (tmp_path / "long").mkdir()
            hand_in(tmp_path / "long", RESOURCE, [penalty(1)], name="long.csv")
            opened.set()
            done.wait(60)
        connections.close_all()

    intake = threading.Thread(target=long_intake)
    intake.start()
    assert opened.wait(60)
    record = Record.objects.get(resource=RESOURCE)
    withdrawals.withdraw(
        operator(), "market-regulation", [(record.subject_id, record.id)], kind=Withdrawal.Kind.REVOKED, reason="撤销"
    )
    items, point = follow(who, point)
    done.set()
    intake.join()
    assert told(items) == [("withdrawn", 1)]
    assert told(follow(who, point)[0]) == [("committed", 1)]
