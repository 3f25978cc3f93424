"""One bad event stops nobody: it is set aside with its reason, tried again, and the rest goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import OperationalError, transaction

from quanxin.accounts import Actor, operator
from quanxin.accounts.actors import NotAllowed, Role
from quanxin.accounts.models import AuditLine
from quanxin.archive import followers
from quanxin.archive.followers import Following, Unit
from quanxin.archive.health import set_aside as follow_ups
from quanxin.archive.models import Event, Follower, SetAside
from quanxin.calendar import now
from quanxin.calendar.clock import travel
from quanxin.evaluation import incremental as evaluation
from tests.desk.people import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def happened(count: int) -> list[Event]:
    """Events about subjects 1, 2, … in this order; the database gives them their positions as they are committed."""
    kind = Event.Kind.SUBJECTS_SPLIT
    with transaction.atomic():
        made = [Event.objects.create(kind=kind, subject=n, at=now()) for n in range(1, count + 1)]
    return list(Event.objects.filter(pk__in=[event.pk for event in made]).order_by("position"))


class Consumer:
    """Notes whom it was asked to act for, and fails for some of them."""

    def __init__(self, *bad: int, error: type[Exception] = ValueError) -> None:
        self.bad, self.error = set(bad), error
        self.done: list[int] = []
        self.calls = 0

    def act(self, units: Sequence[Unit]) -> int:
        self.calls += 1
        for unit in units:
            SetAside.objects.create(follower="trace", event=unit.event, subject=unit.subject, reason="", since=now())
            if unit.subject in self.bad:
                raise self.error(f"记录 {unit.subject} 有误 370102199001011232")
        self.done += [unit.subject for unit in units]
        return len(units)

    @property
    def following(self) -> Following:
        return Following("test", lambda events: [Unit(e, e.subject or 0) for e in events], self.act, 1000)


def aside() -> list[tuple[int, int]]:
    return list(SetAside.objects.filter(follower="test").values_list("subject", "attempts"))


def test_one_bad_subject_is_set_aside_and_the_others_are_done_once() -> None:
    events = happened(64)
    consumer = Consumer(17)
    assert followers.follow(consumer.following) == 63
    assert sorted(consumer.done) == [n for n in range(1, 65) if n != 17]
    assert consumer.calls <= 2 * 7 + 1
    (row,) = SetAside.objects.filter(follower="test")
    assert (row.subject, row.event, row.attempts) == (17, events[16], 1)
    assert row.reason.startswith("ValueError: 记录 17 有误")
    assert "370102199001011232" not in row.reason
    assert SetAside.objects.filter(follower="trace").count() == 63  # what failed left nothing behind
    assert followers.lag("test") == 0


def test_it_is_tried_again_later_and_later_and_then_waits_for_somebody() -> None:
    happened(1)
    consumer = Consumer(1)
    at = now()
    for attempt in range(1, len(followers.DELAYS) + 2):
        with travel(at):
            followers.follow(consumer.following)
            followers.follow(consumer.following)
        assert aside() == [(1, attempt)]
        row = SetAside.objects.get(follower="test")
        at = row.next_at or at + dt.timedelta(days=30)
    assert row.next_at is None
    with travel(at):
        followers.follow(consumer.following)
        assert aside() == [(1, attempt)]
        consumer.bad.clear()
        assert followers.try_again(operator(), "test", row.pk) == 1
        assert followers.follow(consumer.following) == 1
    assert (aside(), consumer.done) == ([], [1])
    assert AuditLine.objects.filter(act="archive.try-again").count() == 1


def test_only_the_centre_has_it_tried_again() -> None:
    with pytest.raises(NotAllowed):
        followers.try_again(Actor("user:clerk", frozenset({Role.INTAKE})), "test")


def test_where_everything_fails_nothing_is_lost_and_little_is_tried() -> None:
    happened(400)
    consumer = Consumer(*range(1, 401))
    assert followers.follow(consumer.following) == 0
    assert len(aside()) == 400
    assert consumer.calls < 300
    consumer.bad.clear()
    followers.try_again(operator(), "test")
    done = sum(followers.follow(consumer.following) for _ in range(8))
    assert (done, aside(), sorted(consumer.done)) == (400, [], list(range(1, 401)))


def test_however_many_are_poisoned_each_of_the_others_is_done() -> None:
    happened(400)
    for n, bad in enumerate((range(1, 31), range(371, 401), range(1, 201, 7), range(1, 376, 3))):
        SetAside.objects.all().delete()
        consumer = Consumer(*bad)
        assert followers.follow(replace(consumer.following, name=f"test {n}")) == 400 - len(bad)
        found = SetAside.objects.filter(follower=f"test {n}").values_list("subject", flat=True)
        assert sorted(found) == list(bad)
        assert sorted(consumer.done) == sorted(set(range(1, 401)) - set(bad))


def test_thirty_that_are_set_aside_are_shown_counted_by_night_and_tried_again_one_by_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    happened(60)
    consumer = Consumer(*range(1, 31))
    following = replace(consumer.following, name="evaluation")
    assert followers.follow(following) == 30
    SetAside.objects.filter(follower="trace").delete()
    centre = signed_in(Role.CENTRE, name="centre")
    rows = SetAside.objects.filter(follower="evaluation").order_by("id")
    page = centre.get("/desk/set-aside").content.decode()
    assert [row.pk for row in rows if f'value="{row.pk}"' not in page] == []
    evaluation.by_night()
    assert "30 of what events asked of scores is set aside" in caplog.text
    assert [finding.words[0] for finding in follow_ups()] == ["有 30 项变更的后续处理失败，已搁置"]
    consumer.bad = {1}
    for row in rows:
        assert centre.post("/desk/set-aside", {"row": row.pk}).status_code == 302
    assert followers.follow(following) == 29
    assert rows.get().attempts == 2


def test_a_database_that_fails_is_nobodys_fault() -> None:
    happened(3)
    with pytest.raises(OperationalError):
        followers.follow(Consumer(2, error=OperationalError).following)
    assert aside() == []
    assert not Follower.objects.filter(name="test", position__gt=0).exists()
    assert followers.follow(Consumer().following) == 3


def test_an_event_that_cannot_be_taken_apart_is_set_aside_whole() -> None:
    happened(5)
    consumer = Consumer()
    apart = True

    def units(events: Sequence[Event]) -> list[Unit]:
        if apart and any(e.subject == 4 for e in events):
            raise KeyError("records")
        return [Unit(e, e.subject or 0) for e in events]

    by = Following("test", units, consumer.act, 100)
    assert followers.follow(by) == 4
    assert aside() == [(0, 1)]
    apart = False
    followers.try_again(operator(), "test")
    assert (followers.follow(by), aside(), sorted(consumer.done)) == (1, [], [1, 2, 3, 4, 5])


def test_a_poisoned_subject_stops_neither_scores_nor_notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from quanxin.evaluation import incremental, runs
    from quanxin.evaluation.models import Score
    from tests.city import hand_in, penalty, register
    from tests.evaluation.city import MODEL, company, put_in_use

    register(tmp_path)
    put_in_use()
    runs.evaluate(operator(), [MODEL])
    incremental.follow()
    before = dict(Score.objects.filter(model=MODEL).values_list("subject_id", "score"))
    poisoned, other = company(0).pk, company(1).pk
    whole = runs.run

    def run(actor, models, question, **rest):  # type: ignore[no-untyped-def]
        if question.only is None or poisoned in question.only:
            raise ArithmeticError("poisoned")
        return whole(actor, models, question, **rest)

    monkeypatch.setattr(runs, "run", run)
    hand_in(tmp_path, "administrative-penalty", [penalty(0), penalty(1, "乙1号")])
    assert incremental.follow() == 1
    after = dict(Score.objects.filter(model=MODEL).values_list("subject_id", "score"))
    assert after[poisoned] == before[poisoned]
    assert after[other] < before[other]
    assert list(SetAside.objects.values_list("follower", "subject")) == [("evaluation", poisoned)]
    monkeypatch.setattr(runs, "run", whole)
    followers.try_again(operator(), "evaluation")
    assert incremental.follow() == 1
    assert Score.objects.get(model=MODEL, subject_id=poisoned).score < before[poisoned]
    assert not SetAside.objects.exists()
