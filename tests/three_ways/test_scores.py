"""One subject, a city on DuckDB, a city on Spark: the same integers for every subject of the sample city."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quanxin.accounts import operator
from quanxin.calendar import today
from quanxin.evaluation import runs, single
from quanxin.evaluation.models import Score
from quanxin.subjects.models import Subject
from tests.evaluation.city import MODEL, centre, same_on_spark
from tests.once import city
from tests.spark import needed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.django_db


def _build(made: dict[str, Any]) -> dict[str, Any]:
    """The sample city, evaluated once more: what its departments did after the first evaluation counts as well."""
    runs.evaluate(operator())
    return made


sample, _built = city(_build, on="sample_city")


@pytest.mark.slow
def test_every_subject_of_the_sample_city_alone_is_what_it_is_in_bulk(sample: dict[str, Any]) -> None:
    assert len(sample["evaluated"]) >= 3
    scores = {(s.model, s.subject_id): (s.score, s.grade, s.vetoes) for s in Score.objects.all()}
    assert len(scores) > 60
    assert len({grade for _, grade, _ in scores.values()}) >= 3
    for (model, subject), stands in scores.items():
        row = single.explain(Subject.objects.get(pk=subject), centre(), model).reckoned.row
        assert row is not None
        assert (row["score"], row["grade"], row["vetoes"]) == stands
    assert not Subject.objects.filter(pk__in=[s for _, s in scores], type__in=["person", "sole-trader"]).exists()


@pytest.mark.spark
@needed
def test_the_sample_city_on_spark_is_what_it_is_on_duckdb(sample: dict[str, Any], local: SparkSession) -> None:
    here = runs.evaluate(operator(), [MODEL], as_of=today())[0]
    assert here.subjects > 50
    same_on_spark(here, local)
