"""One subject, a city on DuckDB from the lake and from the table, a city on Spark: the same classes, today and on a past day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from quanxin.accounts import operator
from quanxin.archive import viewers
from quanxin.archive.models import Record, Restriction
from quanxin.archive.restrictions import restrict
from quanxin.calendar import now, today
from quanxin.policy.model import Basis
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.supervision.classing.reckoning import classes_of, reckoned
from quanxin.supervision.classing.strata import put_classes, put_strata
from tests.once import city
from tests.spark import needed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.django_db
Row = tuple[Any, ...]


def _build(made: dict[str, Any]) -> dict[str, Any]:
    """The sample city in which some records behind classes were repaired, disputed and shielded."""
    resources = {
        r.resource for scheme in current_pack().schemes for r in (*scheme.ratings, *scheme.triggers) if r.resource
    }
    found = Record.objects.filter(resource__in=resources, superseded_at=None).order_by("id")
    basis = [Basis.model_validate({"title": "信用修复管理办法", "article": "第一条"})]
    for n, record in enumerate(found[:30]):
        if n % 3 == 0:
            kind = (Restriction.Kind.REPAIRED, Restriction.Kind.DISPUTED, Restriction.Kind.SHIELDED)[n // 3 % 3]
            restrict(operator(), [record], kind, case=f"case:{n}", basis=basis, at=now())
    return made


sample, _built = city(_build, on="sample_city")


def in_bulk(day: dt.date, spark: SparkSession | None = None, only: list[int] | None = None) -> dict[int, set[Row]]:
    with workshop() as (con, workdir):
        put_classes(con, day, now(), workdir, only, spark=spark)
        found: dict[int, set[Row]] = {}
        for subject, *row in con.execute("SELECT * FROM classes").fetchall():
            found.setdefault(subject, set()).add(tuple(row))
    return found


def alone(subject: Subject, day: dt.date, *schemes: str) -> set[Row]:
    found = reckoned(subject, day, now(), schemes or None)
    # ``level`` in bulk is what a review set, where one holds
    return {tuple(ground._replace(level=one.level))[1:] for one in found.values() for ground in one.grounds}


def test_each_subject_alone_is_what_it_is_in_the_city(sample: dict[str, Any]) -> None:
    for day in (today(), today() - dt.timedelta(days=400)):
        city_wide = in_bulk(day)
        subjects, keys = list(Subject.objects.order_by("pk")), sorted(current_pack().on(day).schemes)
        assert sum(len(one) for one in city_wide.values()) > 60
        for subject in subjects:
            assert alone(subject, day) == city_wide.get(subject.pk, set()), subject
            asked = keys[subject.pk % len(keys)]  # by one scheme the same as by all
            assert alone(subject, day, asked) == {row for row in city_wide.get(subject.pk, set()) if row[0] == asked}
        some = [subject.pk for subject in subjects[::3] if subject.merged_into_id is None]
        assert in_bulk(day, only=some) == {pk: city_wide[pk] for pk in some if pk in city_wide}


def test_strata_are_the_classes_and_nobody_natural_is_in_one(sample: dict[str, Any]) -> None:
    never = set(Subject.objects.filter(type__in=["person", "sole-trader"]).values_list("pk", flat=True))
    levels: set[tuple[str, str]] = set()
    for key in current_pack().on(today()).schemes:
        with workshop() as (con, workdir):
            put_strata(con, key, today(), now(), workdir)
            strata = dict(con.execute("SELECT subject_id, level FROM strata").fetchall())
        assert not never & set(strata)
        levels |= {(key, level) for level in strata.values()}
        for subject in Subject.objects.filter(pk__in=strata):
            found = classes_of(subject, viewers.Viewer("subject", own=frozenset({subject.pk})))[key]
            assert found.stratum == strata[subject.pk]
    assert len(levels) > 12, sorted(levels)


@pytest.mark.spark
@needed
def test_the_city_on_spark_is_what_it_is_on_duckdb(sample: dict[str, Any], local: SparkSession) -> None:
    assert in_bulk(today(), spark=local) == in_bulk(today())
