"""What is closed to the public today is closed whatever day and whatever moment of knowledge is asked about."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from quanxin.accounts import Actor, operator
from quanxin.accounts.actors import Assignment, Role
from quanxin.archive import access, figures, open_data, restrictions, viewers
from quanxin.archive.models import Record, Restriction, Withdrawal
from quanxin.archive.queries import archive_of, versions_of
from quanxin.archive.serial import as_json
from quanxin.archive.viewers import PUBLIC, Viewer
from quanxin.calendar import ZONE, now, today, travel
from quanxin.intake import withdrawals
from quanxin.policy.model import Basis
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import find
from tests.city import CODES, hand_in, penalty, register
from tests.once import city

pytestmark = pytest.mark.django_db
RESOURCE = "administrative-penalty"
FIRST, CORRECTED, CLOSED, LATER = (dt.datetime(2026, month, 1, 9, tzinfo=ZONE) for month in (6, 7, 8, 10))
BASIS = [Basis(title="样例办法", article="第一条")]


def settle_positions() -> None:
    """Give events their positions, as the end of their transaction does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def built(folder: Path) -> Record:
    """A penalty in its second version, its publication standing."""
    with travel(FIRST):
        register(folder)
        hand_in(folder, RESOURCE, [penalty(0)])
    with travel(CORRECTED):
        hand_in(folder, RESOURCE, [penalty(0, fine="0.6")], name="corrected.csv")
    settle_positions()
    return current()


record, _built = city(built)


def current() -> Record:
    return Record.objects.get(resource=RESOURCE, superseded_at=None)


def _restricted(kind: Restriction.Kind) -> Callable[[Record], object]:
    return lambda record: restrictions.restrict(operator(), [record], kind, case="案1号", basis=BASIS, at=now())


def _withdrawn(record: Record) -> object:
    key = [(record.subject_id, record.id)]
    return withdrawals.withdraw(operator(), record.provider, key, kind=Withdrawal.Kind.REVOKED, reason="撤销")


CLOSING = {str(kind): _restricted(kind) for kind in restrictions.HIDING} | {"withdrawn": _withdrawn}


def subject() -> Subject:
    found = find(CODES[0])
    assert found is not None
    return found


def seen(viewer: Viewer) -> list[tuple[dt.date, dt.datetime]]:
    """The days and moments at which the viewer is shown the penalty."""
    moments = [when + dt.timedelta(seconds=s) for when in (FIRST, CORRECTED, CLOSED) for s in (-1, 0, 1, 86_400)]
    days = [dt.date(2025, 9, 1), *(when.date() for when in (FIRST, CORRECTED, CLOSED, LATER))]
    return [
        (day, moment)
        for day, moment in itertools.product(days, [*moments, now()])
        if RESOURCE in {r.resource for r in archive_of(subject().pk, viewer, valid_on=day, known_at=moment).timeline}
    ]


@pytest.mark.parametrize("how", sorted(CLOSING))
def test_no_question_about_the_past_opens_what_is_closed(record: Record, how: str) -> None:
    centre = viewers.centre(operator(), "核查")
    with travel(LATER):
        before = seen(PUBLIC)
        assert before == seen(centre)  # the public may ask about the past of what it sees today
    with travel(CLOSED):
        CLOSING[how](record)
    with travel(LATER):
        assert seen(PUBLIC) == []
        assert seen(centre)
        versions = [r.id for r in Record.objects.filter(resource=RESOURCE)]
        assert versions_of(subject(), PUBLIC, versions) == {}


@pytest.mark.parametrize("how", sorted(CLOSING))
def test_nor_does_it_open_to_others_than_the_public(record: Record, how: str) -> None:
    with travel(CLOSED):
        CLOSING[how](record)
    with travel(LATER):
        others = Record.objects.filter(resource=RESOURCE)
        officer = Actor("user:tax", [Assignment(Role.INTAKE, "taxation")])
        consumer = viewers.consumer(officer, "核查", frozenset())
        for viewer, known in itertools.product((PUBLIC, consumer), (None, FIRST, CORRECTED, CLOSED, LATER)):
            assert not access.visible_records(viewer, others, FIRST.date(), known).exists()


def test_what_is_released_was_hidden_then_and_is_seen_now(record: Record) -> None:
    with travel(CLOSED):
        CLOSING["shielded"](record)
    with travel(CLOSED + dt.timedelta(days=9)):
        restrictions.release(operator(), "案1号", reason="程序终结", at=now())
    with travel(LATER):
        shown = {moment for _, moment in seen(PUBLIC)}
        assert now() in shown
        assert CLOSED + dt.timedelta(days=1) not in shown


def test_publication_that_is_over_is_over_for_every_day(record: Record) -> None:
    assert record.public_until is not None
    with travel(record.public_until):
        assert seen(PUBLIC)
    with travel(record.public_until + dt.timedelta(days=1)):
        assert seen(PUBLIC) == []


def test_what_was_corrected_is_still_told_as_it_was_known(record: Record) -> None:
    with travel(LATER):
        told = archive_of(subject().pk, PUBLIC, valid_on=today(), known_at=CORRECTED - dt.timedelta(seconds=1))
    text = json.dumps(as_json(told), ensure_ascii=False)
    assert "0.5 万元" in text
    assert "0.6 万元" not in text


@pytest.mark.parametrize("how", sorted(CLOSING))
def test_lists_pages_and_files_close_at_once(record: Record, how: str) -> None:
    with travel(CLOSED - dt.timedelta(days=1)):
        open_data.publish()
    with travel(CLOSED):
        open_data.publish()
        yesterday, files = (today() - dt.timedelta(days=1)).isoformat(), f"/open-data/{today()}/{RESOURCE}.csv"
        browser = Client(headers={"accept-language": "zh-CN"})
        assert b"".join(browser.get(files).streaming_content)
        assert browser.get(f"/open-data/{yesterday}/{RESOURCE}.csv").status_code == 404
        CLOSING[how](record)
        settle_positions()
        withheld = browser.get(files)
        assert (withheld.status_code, withheld.headers["Retry-After"]) == (503, "300")
        assert "正在更新" in browser.get("/open-data").content.decode()
        assert figures.latest(RESOURCE, limit=9) == []
        assert "占道经营" not in browser.get(f"/subject/{CODES[0]}").content.decode()
        open_data.renew()
        assert browser.get(files).status_code == 404  # nothing of it is public any more
        assert open_data.renew() is None
