"""Statistics of cases: in time, late, overdue, days in each state; by unit, never by who handles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quanxin.accounts.actors import Role
from quanxin.archive.models import Record
from quanxin.calendar import travel
from quanxin.casework import engine, statistics, ticking
from quanxin.casework.models import Case
from tests.casework.duty import DECIDER, DUE, FOREIGN, MAY, PROVIDER, REVIEWER, duty, registered
from tests.casework.test_agenda import staff
from tests.once import city
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
record, _built = city(duty)
ENDS = [("care-duty", "kept"), ("care-duty", "breached")]
AUGUST = morning(dt.date(2026, 8, 3))


@pytest.fixture
def cases(record: Record) -> Iterator[list[Case]]:
    """Three cases of one unit: kept after 10 days, breached after its day, open."""
    with travel(MAY):
        first = registered(record)
    with travel(MAY + dt.timedelta(days=10)):
        engine.perform(DECIDER, first.number, "perform", {"performed_on": "2026-05-05"})
        second = registered(record)
    with travel(morning(DUE, 18)):
        ticking.tick()
    with travel(AUGUST):
        ticking.tick()
        engine.perform(REVIEWER, second.number, "find-breached", {"reason": "逾期未履行"})
        yield [first, second, registered(record)]


def test_in_time_late_open_and_overdue_by_unit_and_month(cases: list[Case]) -> None:
    (one,) = statistics.by_unit(statistics.sought(DECIDER))
    assert (one.kind, one.provider) == ("care-duty", PROVIDER)
    assert (one.in_time, one.late, one.running, one.overdue) == (
        1,
        1,
        1,
        1,
    )  # its last day was over when it was registered
    months = statistics.by_month(statistics.sought(REVIEWER))
    assert [(m.month, m.in_time, m.late, m.running) for m in months] == [
        (dt.date(2026, 8, 1), 0, 0, 1),
        (dt.date(2026, 5, 1), 1, 1, 0),
    ]
    assert statistics.by_unit(statistics.sought(FOREIGN)) == []
    assert statistics.by_unit(statistics.sought(DECIDER, until=dt.date(2026, 5, 1))) == []


def test_days_in_each_state(cases: list[Case]) -> None:
    found = {one.state: one for one in statistics.in_states(statistics.sought(DECIDER), ENDS)}
    assert set(found) == {"in-force", "overdue", "heard"}
    lasted = sorted(
        [Decimal(10), Decimal(str(round((morning(DUE, 18) - MAY).total_seconds() / 86400 - 10, 1))), Decimal(0)]
    )
    assert found["in-force"].cases == 3
    assert abs(found["in-force"].median - lasted[1]) < Decimal("0.11")
    assert lasted[1] < found["in-force"].p90 < lasted[2]
    assert found["overdue"].median > 30


def test_the_page_asks_each_table_once_and_names_no_handler(cases: list[Case]) -> None:
    client: Client = staff("chief", Role.DECIDER, PROVIDER)
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/desk/statistics?since=2026-05&until=2026-08").content.decode()
    assert len(asked) <= 15
    assert ("养护责任履行" in page, "市场监督管理" in page) == (True, True)
    assert not [name for name in (DECIDER.name, REVIEWER.name, "decider", "reviewer") if f">{name}<" in page]
    for table, words in (("units", "按期办结"), ("months", "2026-05"), ("states", "中位天数")):
        answer = client.get(f"/desk/statistics?since=2026-05&until=2026-08&table={table}&as=csv")
        assert words in answer.content.decode("utf-8-sig")
    assert client.get("/desk/statistics?table=units&as=xlsx").content[:2] == b"PK"
    assert client.get("/desk/statistics?table=handlers").status_code == 404
    assert client.get("/desk/statistics?since=x&until=9999-99&kind=x").status_code == 200
    other = staff("taxman", Role.DECIDER, "taxation")
    assert "这段时间没有办件。" in other.get("/desk/statistics").content.decode()
