"""One subject, a city on DuckDB from the lake and from the table, a city on Spark: the same consequences."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.archive.models import Record, Restriction
from quanxin.archive.restrictions import restrict
from quanxin.calendar import now, today
from quanxin.checks import asked as checks
from quanxin.measures.in_bulk import put_consequences, put_consequences_by_spark
from quanxin.measures.reckoning import Consequence, consequences_of
from quanxin.policy.model import Basis
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from tests.checks.both_ways import both_ways
from tests.measures.life import centre
from tests.once import city
from tests.spark import needed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.django_db
Row = tuple[Any, ...]


def _build(made: dict[str, Any]) -> dict[str, Any]:
    """The sample city in which some records were repaired, disputed and shielded."""
    lists = [one.resource for one in current_pack().lists]
    found = Record.objects.filter(resource__in=lists, superseded_at=None).order_by("id")
    basis = [Basis.model_validate({"title": "信用修复管理办法", "article": "第一条"})]
    for n, record in enumerate(found[:15]):
        if n % 3 == 0:
            kind = (Restriction.Kind.REPAIRED, Restriction.Kind.DISPUTED, Restriction.Kind.SHIELDED)[n // 3 % 3]
            restrict(operator(), [record], kind, case=f"case:{n}", basis=basis, at=now())
    return made


sample, _built = city(_build, on="sample_city")


def rows(found: list[Consequence]) -> set[Row]:
    return {(c.measure, c.ground, c.resource, c.record, c.since, c.until, c.suspended) for c in found}


def in_bulk(day: dt.date, spark: SparkSession | None = None, only: list[int] | None = None) -> dict[int, set[Row]]:
    with workshop() as (con, workdir):
        if spark is None:
            put_consequences(con, day, now(), workdir, only)
        else:
            put_consequences_by_spark(spark, con, day, now(), workdir)
        found: dict[int, set[Row]] = {}
        for subject, *row in con.execute("SELECT * FROM consequences").fetchall():
            found.setdefault(subject, set()).add(tuple(row))
    return found


@pytest.mark.slow
def test_each_subject_alone_is_what_it_is_in_the_city(sample: dict[str, Any]) -> None:
    for day in (today(), today() - dt.timedelta(days=400)):
        city_wide = in_bulk(day)
        subjects = list(Subject.objects.filter(merged_into=None).order_by("pk"))
        assert sum(len(one) for one in city_wide.values()) > 10
        for subject in subjects:
            assert rows(consequences_of(subject, centre(), on=day)) == city_wide.get(subject.pk, set()), subject
        some = [subject.pk for subject in subjects[::3]]
        assert in_bulk(day, only=some) == {pk: city_wide[pk] for pk in some if pk in city_wide}


def test_the_city_has_what_applies_and_what_is_suspended(sample: dict[str, Any]) -> None:
    found = [row for one in in_bulk(today()).values() for row in one]
    assert {suspended for *_, suspended in found} == {True, False}
    assert len({row[0] for row in found}) >= 3


@pytest.mark.slow
def test_each_check_of_the_city_is_one_answer(sample: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    codes = Subject.objects.exclude(code="").order_by("pk").values_list("code", flat=True)
    rows = [checks.Row(n, code) for n, code in enumerate([*codes, codes[0]], 1)]
    found: set[str] = set()
    for item in current_pack().on(today()).check_items.values():
        if not item.persons:
            clerk = Actor("user:clerk", [Assignment(Role.INTAKE, item.department)])
            few, many = both_ways(clerk, item, rows, monkeypatch)
            assert few == many, item.key
            found |= {verdict for verdict, count in few[1].items() if count}
    assert {"clear", "hint", "restricted", "doubled", "not-a-target"} <= found


@pytest.mark.spark
@needed
def test_the_city_on_spark_is_what_it_is_on_duckdb(sample: dict[str, Any], local: SparkSession) -> None:
    assert in_bulk(today(), spark=local) == in_bulk(today())
