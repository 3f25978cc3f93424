"""One subject, a city on DuckDB, a city on Spark: the same integers for every subject of the sample city."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from quanxin.accounts import operator
from quanxin.archive.judgements import merge
from quanxin.calendar import today
from quanxin.demo.run import run
from quanxin.evaluation import at_scale, files, runs, single
from quanxin.evaluation.models import Run, Score
from quanxin.subjects.models import Subject
from tests.city import hand_in, penalty, register
from tests.evaluation.city import MODEL, centre, company, put_in_use
from tests.spark import INTERPRETED, LOCAL, cluster, needed, running

pytestmark = pytest.mark.django_db


def differing(run: Run, other: Run, part: str) -> int:
    """How many rows of a part of two runs' results one of them has alone."""
    here, there = (f"SELECT * FROM '{files.path_of(r, part)}'" for r in (run, other))
    query = f"SELECT count(*) FROM (({here} EXCEPT ALL {there}) UNION ALL ({there} EXCEPT ALL {here}))"
    return int(duckdb.sql(query).fetchall()[0][0])


@pytest.mark.slow
def test_every_subject_of_the_sample_city_alone_is_what_it_is_in_bulk(tmp_path: Path) -> None:
    outcome = run(subjects=200, seed=5, folder=tmp_path, actor=operator())
    assert len(outcome["evaluated"]) >= 3
    scores = {(s.model, s.subject_id): (s.score, s.grade, s.vetoes) for s in Score.objects.all()}
    assert len(scores) > 60
    assert len({grade for _, grade, _ in scores.values()}) >= 3
    for (model, subject), stands in scores.items():
        row = single.explain(Subject.objects.get(pk=subject), centre(), model).reckoned.row
        assert row is not None
        assert (row["score"], row["grade"], row["vetoes"]) == stands
    assert not Subject.objects.filter(pk__in=[s for _, s in scores], type__in=["person", "sole-trader"]).exists()


def small_city(folder: Path, model: str) -> Run:
    """Three organisations with penalties, one merged; the trial of today on DuckDB."""
    register(folder)
    rows = [penalty(0), penalty(0, "甲2号", fine="30", penalty_kinds="警告;罚款"), penalty(1)]
    hand_in(folder, "administrative-penalty", rows)
    hand_in(folder, "administrative-penalty", [penalty(0, fine="7")], name="later.csv")
    merge(operator(), company(2), company(1), reason="同一企业")
    if model != MODEL:
        Subject.objects.update(type="social-group")
    put_in_use(model)
    return runs.evaluate(operator(), [model], as_of=today())[0]


def same_on_spark(here: Run, master: str) -> None:
    with running(master, **INTERPRETED, **at_scale.SETTINGS):
        (there,) = runs.evaluate(
            operator(), [here.model], as_of=here.as_of, known_at=here.known_at, engine="spark", master=master
        )
    assert (there.engine, there.subjects, there.grades) == ("spark", here.subjects, here.grades)
    assert [differing(here, there, part) for part in ("scores", "marks")] == [0, 0]


@pytest.mark.spark
@needed
def test_the_sample_city_on_spark_is_what_it_is_on_duckdb(tmp_path: Path) -> None:
    run(subjects=200, seed=5, folder=tmp_path, actor=operator())
    here = runs.evaluate(operator(), [MODEL], as_of=today())[0]
    assert here.subjects > 50
    same_on_spark(here, LOCAL)


@pytest.mark.spark
@needed
def test_a_cluster_of_two_workers_finds_the_same(tmp_path: Path) -> None:
    here = small_city(tmp_path, "public-social-organisation")
    with cluster(tmp_path) as master:
        same_on_spark(here, master)
