"""A long work ends once, whoever dies, refuses, cancels or comes twice."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, connections, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from quanxin.accounts import NotAllowed
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.models import AuditLine
from quanxin.calendar import now, travel
from quanxin.runtime.session import own_session
from quanxin.work import acts, engine, retention
from quanxin.work.errors import WorkError
from tests.intake.processes import until
from tests.work.errands import STEPS, Errand, Errands, table

CENTRE = Actor("user:lin", frozenset({Role.CENTRE}))
KIND = Errands()

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def errands() -> Iterator[None]:
    with table():
        yield


def asked(place: str = "历下") -> Errand:
    return engine.begin(KIND, CENTRE, place=place)


def found(work: Errand) -> Errand:
    return Errand._default_manager.get(pk=work.pk)


def jobs() -> list[str | None]:
    return list(ProcrastinateJob.objects.filter(task_name=engine.TASK).values_list("queueing_lock", flat=True))


def test_it_is_asked_for_carried_out_and_over_once() -> None:
    with transaction.atomic():
        asked()
        transaction.set_rollback(True)
    assert (jobs(), Errand._default_manager.count()) == ([], 0)
    work = asked()
    assert (jobs(), work.state) == ([f"errand:{work.pk}"], "waiting")
    assert engine.perform(KIND, work.pk)
    done = found(work)
    assert (done.state, done.attempts, done.result) == ("done", 1, "历下: packing, walking, handing-over")
    assert (set(done.moments), done.step) == (set(STEPS), "handing-over")
    assert not engine.perform(KIND, work.pk), "it is over"
    assert found(work).attempts == 1
    assert not engine.perform(KIND, 0), "there is none"


def test_a_killed_worker_is_followed_by_another_who_comes_to_the_same() -> None:
    work = asked()
    connections.close_all()  # the child must not share the parent's connection
    child = os.fork()
    if child == 0:
        try:
            engine.perform(Errands(lambda step: time.sleep(60) if step == "walking" else None), work.pk)
        finally:
            os._exit(0)
    until(lambda: found(work).step == "walking", "the first to be on its way")
    assert not engine.perform(KIND, work.pk), "somebody is at it"
    _forget_jobs()
    assert engine.take_over(KIND) == [], "somebody is at it"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    until(lambda: engine.take_over(KIND) == [work.pk], "the claim to be free")
    assert (engine.take_over(KIND), jobs()) == ([], [f"errand:{work.pk}"])
    assert engine.perform(KIND, work.pk)
    done = found(work)
    assert (done.state, done.attempts, done.result) == ("done", 2, "历下: packing, walking, handing-over")
    assert engine.take_over(KIND) == []


def test_what_is_refused_says_why_in_words() -> None:
    work = asked("closed")
    assert engine.perform(KIND, work.pk)
    refused = found(work)
    assert refused.error is not None
    assert (refused.state, refused.error["zh"], refused.error["en"]) == ("refused", "窗口已经关门。", "窗口 is closed.")
    assert not engine.perform(KIND, work.pk)


def test_what_breaks_off_stays_open_and_is_given_up_in_words() -> None:
    def breaks(_step: str) -> None:
        raise RuntimeError

    work, broken = asked(), Errands(breaks)
    for attempt in range(1, KIND.most_attempts + 1):
        with pytest.raises(RuntimeError):
            engine.perform(broken, work.pk)
        assert (found(work).state, found(work).attempts) == ("running", attempt)
    assert engine.perform(broken, work.pk)
    refused = found(work)
    assert refused.error is not None
    assert (refused.state, refused.error["code"]) == ("refused", "errand-given-up")


def test_what_waits_ends_at_once_when_it_is_cancelled() -> None:
    work, kind = asked(), Errands()
    with pytest.raises(NotAllowed):
        acts.cancel(kind, Actor("user:wang", frozenset({Role.INTAKE})), work.pk)
    acts.cancel(kind, CENTRE, work.pk)
    acts.cancel(kind, CENTRE, work.pk)
    ended = found(work)
    assert ended.error is not None
    assert (ended.state, ended.cancelled_by, ended.error["code"]) == ("cancelled", CENTRE.name, "work-cancelled")
    assert "lin" in ended.error["zh"]
    assert AuditLine.objects.filter(act="errand.cancel", target=f"errand:{work.pk}").count() == 1
    assert kind.cleared == [work.pk]
    assert not engine.perform(kind, work.pk)
    assert found(work).attempts == 0


def test_what_is_being_carried_out_ends_before_its_next_step() -> None:
    seen: list[str] = []

    def cancelled_on_its_way(step: str) -> None:
        seen.append(step)
        if step == "walking":
            acts.cancel(KIND, CENTRE, work.pk)

    work = asked()
    assert engine.perform(Errands(cancelled_on_its_way), work.pk)
    assert (found(work).state, found(work).result, seen) == ("cancelled", "", ["packing", "walking"])


def test_what_was_cancelled_while_its_worker_was_dead_is_not_begun_again() -> None:
    work = asked()
    Errand._default_manager.filter(pk=work.pk).update(state="running", attempts=1)
    acts.cancel(KIND, CENTRE, work.pk)
    assert found(work).state == "running"
    assert engine.perform(KIND, work.pk)
    assert (found(work).state, found(work).attempts) == ("cancelled", 1)


def test_what_is_over_cannot_be_cancelled() -> None:
    work = asked()
    engine.perform(KIND, work.pk)
    with pytest.raises(WorkError) as refused:
        acts.cancel(KIND, CENTRE, work.pk)
    assert (refused.value.code, found(work).state) == ("work-over", "done")
    with pytest.raises(WorkError) as refused:
        acts.again(KIND, CENTRE, work.pk)
    assert refused.value.code == "work-not-again"


def test_what_was_refused_is_tried_again_when_somebody_asks() -> None:
    work = asked("closed")
    engine.perform(KIND, work.pk)
    _forget_jobs()
    with pytest.raises(NotAllowed):
        acts.again(KIND, Actor("user:wang", frozenset()), work.pk)
    Errand._default_manager.filter(pk=work.pk).update(place="市中")
    acts.again(KIND, CENTRE, work.pk)
    acts.again(KIND, CENTRE, work.pk)
    assert (found(work).state, found(work).error, jobs()) == ("waiting", None, [f"errand:{work.pk}"])
    assert AuditLine.objects.filter(act="errand.again").count() == 1
    assert engine.perform(KIND, work.pk)
    assert found(work).state == "done"


def test_two_at_once_do_it_once() -> None:
    work, met, taken = asked(), threading.Barrier(2, timeout=30), []

    def one() -> None:
        try:
            met.wait()
            taken.append(engine.perform(Errands(lambda _: time.sleep(0.2)), work.pk))
        finally:
            connection.close()

    both = [threading.Thread(target=one) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    assert sorted(taken) == [False, True]
    assert (found(work).state, found(work).attempts) == ("done", 1)


def test_each_step_is_seen_by_others_while_the_work_s_own_transaction_is_open() -> None:
    seen: list[tuple[str, str]] = []

    def looked_at(_step: str) -> None:
        with own_session() as other:
            row = other.execute("SELECT state, step FROM work_errand").fetchone()
        assert row is not None
        seen.append((row[0], row[1]))

    engine.perform(Errands(looked_at), asked().pk)
    assert seen == [("running", step) for step in STEPS]


def test_what_is_kept_goes_when_its_time_is_over_and_is_not_tried_again() -> None:
    done, refused = asked(), asked("closed")
    for work in (done, refused):
        engine.perform(KIND, work.pk)
    assert retention.remove_over(KIND) == 0
    with travel(now() + dt.timedelta(days=8)):
        assert (retention.remove_over(KIND), retention.remove_over(KIND)) == (2, 0)
    assert (found(done).state, found(done).result) == ("done", "")
    assert found(done).emptied_at is not None
    with pytest.raises(WorkError):
        acts.again(KIND, CENTRE, refused.pk)


@pytest.mark.parametrize(
    "broken",
    [{"state": "done"}, {"state": "cancelled", "finished_at": now()}, {"finished_at": now()}, {"error": {"code": "x"}}],
    ids=["done without an end", "cancelled without words", "finished and waiting", "waiting with an error"],
)
def test_the_database_knows_no_half_ending(broken: dict[str, object]) -> None:
    work = asked()
    with pytest.raises(IntegrityError, match="errand_ends_one_way"), transaction.atomic():
        Errand._default_manager.filter(pk=work.pk).update(**broken)


def _forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
