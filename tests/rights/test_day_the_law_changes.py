"""Before eight in the morning it is still yesterday in UTC: the law of the day that it is in China applies."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from quanxin.archive.models import Record, Restriction
from quanxin.calendar import day_of, travel
from quanxin.casework.models import Case
from quanxin.rights.repairs import regime_of
from quanxin.runtime.pack import current_pack
from tests.casework.acts import Kind, shields
from tests.once import city
from tests.rights.life import REVIEWER, applied, company, morning, penalised

pytestmark = pytest.mark.django_db
REFORM = dt.date(2026, 4, 1)  # the national pack's: order 58 until the day before, order 36 from this day on
EARLY = morning(REFORM, 7)


def built(folder: Path) -> Record:
    with travel(EARLY):
        return penalised(folder, decision_date="2025-05-12", valid_until="2026-05-12")


record, _built = city(built)


def test_an_application_of_the_morning_is_of_the_law_of_its_day_when_it_is_read_again(record: Record) -> None:
    with travel(EARLY):
        made = applied(record)
    filed = Case.objects.get(pk=made.pk)
    assert filed.filed_at.utcoffset() == dt.timedelta(0)  # as the database answers
    regime = regime_of(day_of(filed.filed_at))
    assert regime is not None
    assert regime.key == filed.particulars["regime"] == "order-36"


def test_a_plan_that_began_in_the_morning_ends_by_the_articles_of_its_day(record: Record) -> None:
    with travel(EARLY):
        made = shields.shield(REVIEWER, company(), ruling="（2026）鲁01破1号之二", court="济南市中级人民法院")
    assert Case.objects.get(pk=made.pk).filed_at.date() < REFORM
    with travel(morning(dt.date(2026, 10, 1))):
        shields.complete(REVIEWER, made.number, "重整计划执行完毕。")
    articles = current_pack().procedure_on(Kind.SHIELD, REFORM).basis
    repaired = Restriction.objects.get(kind=Restriction.Kind.REPAIRED)
    assert [one["title"] for one in repaired.basis] == [one.title for one in articles] != []
