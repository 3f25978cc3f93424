"""Whoever subscribes to events: one that is poisoned stops nobody, is shown at the desk, and can be tried again.

Every test here is made for each subscriber that a slice declares, so for those too that come later.
"""

from __future__ import annotations

import ast
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connections, transaction
from pytest_django import Settings

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine
from quanxin.archive import events, followers, health, restrictions, transfers
from quanxin.archive.handlers import Following, Now, Soon, Unit, soon, whole
from quanxin.archive.models import Batch, Event, Record, Restriction, SetAside, Transfer
from quanxin.calendar import now
from quanxin.casework.models import Case
from quanxin.policy.model import Basis
from quanxin.runtime.finding import State
from quanxin.sharing import subscriptions, webhooks
from quanxin.sharing.models import Delivery
from tests.city import hand_in, penalty, register
from tests.desk.people import signed_in
from tests.evaluation.city import MODEL, put_in_use
from tests.intake.processes import until
from tests.rights.life import objected, penalised

pytestmark = pytest.mark.django_db(transaction=True)
PENALTY = "administrative-penalty"
BASIS = [Basis(title="信用修复管理办法")]
SOON = {one.name: one for one in events.handlers_soon()}
NOW = {one.name: one for one in events.handlers_now()}


@pytest.fixture
def city(tmp_path: Path, settings: Settings) -> Path:
    """A city in which every subscriber has something to do: scores, a webhook, penalties that are told of."""
    from quanxin.evaluation import runs

    settings.WEBHOOK_PRIVATE = True
    register(tmp_path)
    put_in_use()
    runs.evaluate(operator(), [MODEL])
    bank = subscriptions.add_consumer(operator(), "bank", title="样例银行")
    subscriptions.grant(operator(), bank, PENALTY, purpose="sharing", agreement="共享〔2026〕1号")
    webhooks.add(operator(), bank, "http://127.0.0.1:1/hook")
    for one in SOON.values():
        events.follow(one)
    return tmp_path


def happened(folder: Path) -> tuple[Event, Event]:
    """Two batches of penalties, of one company each; their events."""
    before = followers.position("evaluation")
    for n in (0, 1):
        hand_in(folder, PENALTY, [penalty(n, f"{n}号", decision_date="2026-05-12")], name=f"{n}.csv")
    first, second = Event.objects.filter(position__gt=before).order_by("position")
    return first, second


def poisoned(one: Soon, by: Event, done: list[Event]) -> Soon:
    """A subscriber that fails at an event, and at no other; what it did is noted."""

    def failing(act: Callable[[Sequence[Unit]], int]) -> Callable[[Sequence[Unit]], int]:
        def acting(units: Sequence[Unit]) -> int:
            if by in [unit.event for unit in units]:
                raise ArithmeticError("坏数据")
            count = act(units)
            done.extend(unit.event for unit in units)
            return count

        return acting

    return replace(one, members=lambda: [replace(m, act=failing(m.act)) for m in one.members()])


def names(one: Soon) -> list[str]:
    return [member.name for member in one.members()]


@pytest.mark.parametrize("name", sorted(SOON))
def test_one_poisoned_event_stops_nobody_is_shown_at_the_desk_and_can_be_tried_again(name: str, city: Path) -> None:
    one, done = SOON[name], list[Event]()
    bad, good = happened(city)
    for other in SOON.values():
        events.follow(poisoned(other, bad, done) if other is one else other)
    shelf = SetAside.objects.all()
    assert {(row.follower, row.event) for row in shelf} == {(member, bad) for member in names(one)}, "or nothing to do?"
    assert good in done
    assert [followers.lag(member) for each in SOON.values() for member in names(each)] == [0] * len(
        [member for each in SOON.values() for member in names(each)]
    )
    centre = signed_in(Role.CENTRE, name="centre")
    page = centre.get("/desk/set-aside").content.decode()
    assert "ArithmeticError: 坏数据" in page
    assert str(one.title) in page
    assert f"{name}：尚有 0 个变更未处理，搁置 {shelf.count()} 项" in [finding.words[0] for finding in health.lags()]
    Delivery.objects.update(state=Delivery.State.DELIVERED, finished_at=now())  # nothing is on its way to the bank
    for row in list(shelf):
        for _ in range(2):
            assert centre.post("/desk/set-aside", {"row": row.pk}).status_code == 302
    assert AuditLine.objects.filter(act="archive.try-again").count() == shelf.count()
    events.follow(one)
    assert list(shelf.values_list("follower", "attempts", "reason", "next_at")) == []


@pytest.mark.parametrize("name", sorted(SOON))
def test_only_the_centre_has_it_tried_again(name: str, city: Path) -> None:
    bad, _ = happened(city)
    events.follow(poisoned(SOON[name], bad, []))
    before = list(SetAside.objects.order_by("pk").values("pk", "next_at"))
    assert signed_in(Role.STEWARD, name="steward").post("/desk/set-aside", {}).status_code == 403
    assert before
    assert list(SetAside.objects.order_by("pk").values("pk", "next_at")) == before


@pytest.mark.parametrize("name", sorted(NOW))
def test_a_handler_within_the_act_that_raises_undoes_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fails(NOW[name], monkeypatch)
    for kind in NOW[name].kinds:
        with pytest.raises(ArithmeticError), transaction.atomic():
            events.record(kind, now(), subject=1)
    assert not Event.objects.exists()


def fails(handler: Now, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a handler fail, beside those that there are."""

    def failing(_: Sequence[Event]) -> None:
        raise ArithmeticError("坏数据")

    others = [one for one in NOW.values() if one is not handler]
    monkeypatch.setattr(events, "handlers_now", lambda: [*others, replace(handler, act=failing)])


def test_an_intake_and_a_decision_that_a_handler_refuses_leave_nothing(
    city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(city, PENALTY, [penalty(0)], name="first.csv")
    record = Record.objects.get(resource=PENALTY)
    before = (Batch.objects.count(), Record.objects.count(), Event.objects.count(), AuditLine.objects.count())
    fails(Now("test", frozenset(Event.Kind), lambda _: None), monkeypatch)
    with pytest.raises(ArithmeticError):
        hand_in(city, PENALTY, [penalty(1, "二号")], name="second.csv")
    with pytest.raises(ArithmeticError), transaction.atomic():
        restrictions.restrict(operator(), [record], Restriction.Kind.REPAIRED, case="case:1", basis=BASIS, at=now())
    after = (Batch.objects.count(), Record.objects.count(), Event.objects.count(), AuditLine.objects.count())
    assert after == before
    assert not Restriction.objects.exists()


def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="in the transaction of its act"):
        events.record(Event.Kind.SUBJECTS_SPLIT, now(), subject=1)


def test_a_case_goes_with_its_record_in_the_act_and_one_that_somebody_decides_goes_after_it(tmp_path: Path) -> None:
    record = penalised(tmp_path)
    case = objected(record)
    hand_over("market-regulation", "taxation")
    assert Case.objects.get(pk=case.pk).provider == "taxation"
    free, held = threading.Event(), threading.Event()

    def deciding() -> None:
        with transaction.atomic():
            Case.objects.select_for_update().get(pk=case.pk)
            held.set()
            free.wait(30)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        decided = pool.submit(deciding)
        held.wait(30)
        hand_over("taxation", "market-regulation")  # waits for nobody
        assert Case.objects.get(pk=case.pk).provider == "taxation"
        free.set()
        decided.result()
    events.follow(SOON["rights"])
    assert Case.objects.get(pk=case.pk).provider == "market-regulation"


def hand_over(giver: str, taker: str) -> None:
    with transaction.atomic():
        transfers.transfer(
            operator(),
            Transfer.Kind.HANDED_OVER,
            resource=PENALTY,
            giver=giver,
            taker=taker,
            act="handover:1",
            basis=BASIS,
            reason="机构合并",
            at=now(),
        )


def three() -> None:
    with transaction.atomic():
        for n in (1, 2, 3):
            events.record(Event.Kind.SUBJECTS_SPLIT, now(), subject=n)


def noted(event: Event) -> int:
    """Leave a trace in the database, as every handler does."""
    SetAside.objects.create(follower="trace", event=event, subject=0, reason="", since=now())
    return 1


def test_of_two_at_once_one_does_it() -> None:
    three()
    begun, go = threading.Event(), threading.Event()

    def slow(event: Event) -> int:
        begun.set()
        go.wait(30)
        return noted(event)

    def following() -> int:
        try:
            return events.follow(soon("test", "试", slow))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(following)
        begun.wait(30)
        assert events.follow(soon("test", "试", slow)) == 0
        go.set()
        assert first.result() == 3
    assert SetAside.objects.filter(follower="trace").count() == 3
    assert followers.lag("test") == 0


def test_what_a_killed_follower_had_begun_is_done_by_the_next_once() -> None:
    three()
    reading, writing = os.pipe()
    connections.close_all()  # the child must not share the parent's connection
    child = os.fork()
    if child == 0:

        def hanging(event: Event) -> int:
            noted(event)
            os.write(writing, b"!")
            time.sleep(60)
            return 1

        try:
            events.follow(soon("test", "试", hanging))
        finally:
            os._exit(0)
    try:
        os.read(reading, 1)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)
    until(lambda: events.follow(soon("test", "试", noted)) == 3, "the database to know that the child is gone")
    assert SetAside.objects.filter(follower="trace").count() == 3
    assert (followers.lag("test"), followers.waiting("test")) == (0, 0)


def test_one_of_several_that_cannot_even_begin_stops_none_beside_it() -> None:
    three()

    def members() -> Iterator[Following]:
        def broken() -> bool:
            raise KeyError("webhook")

        yield Following("test:1", whole, len, ready=broken)
        yield Following("test:2", whole, len, ready=lambda: False)
        yield Following("test:3", whole, len)

    assert events.follow(Soon("test", "试", members)) == 3
    assert [followers.position(f"test:{n}") > 0 for n in (1, 2, 3)] == [False, False, True]


def test_the_doctor_says_who_does_not_keep_up() -> None:
    assert {finding.state for finding in health.lags()} == {State.OK}
    with transaction.atomic():
        events.record(Event.Kind.SUBJECTS_SPLIT, now() - 2 * health.LATE, subject=1)
    found = {finding.words[0]: finding.state for finding in health.lags()}
    assert found["rights：尚有 1 个变更未处理，搁置 0 项"] is State.ATTENTION
    events.follow(SOON["rights"])
    found = {finding.words[0]: finding.state for finding in health.lags()}
    assert found["rights：尚有 0 个变更未处理，搁置 0 项"] is State.OK


def test_events_are_recorded_in_one_place(root: Path) -> None:
    """So that no writer can forget what follows from an event."""
    source = root / "src/quanxin"
    made = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if "node_modules" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("create", "bulk_create", "get_or_create", "acreate")
        and ast.unparse(node.value) == "Event.objects"
    }
    assert made == {"archive/events.py"}
