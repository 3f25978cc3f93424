"""A cluster: a master and two workers, each a process of its own, that one hand-in and one evaluation are given to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from quanxin.accounts import operator
from quanxin.archive.judgements import merge
from quanxin.calendar import today
from quanxin.evaluation import runs
from quanxin.evaluation.models import Run
from quanxin.subjects.models import Subject
from tests.city import hand_in, penalty, register, write
from tests.evaluation.city import company, put_in_use, same_on_spark
from tests.intake.both_engines import PENALTY, all_flaws, by_duckdb, by_spark, ground, same_rows, split, undone
from tests.spark import Sessions, cluster, needed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.django_db, pytest.mark.spark, needed]


@pytest.fixture(scope="module")
def spread(sessions: Sessions, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Spark on two workers that are there."""
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder) as master:
        spark = sessions.on(master)
        executors = spark.sparkContext._jsc.sc().getExecutorMemoryStatus()  # the driver is one of them
        for _ in range(600):  # asking for work before they are there would wait for them without end
            if executors.size() == 3:
                break
            time.sleep(0.1)
            executors = spark.sparkContext._jsc.sc().getExecutorMemoryStatus()
        assert executors.size() == 3, (folder / "master.log").read_text(errors="replace")[-2000:]
        yield spark
        sessions.end()


def test_two_workers_take_a_directory_in_and_its_results_stay_at_out(spread: SparkSession, tmp_path: Path) -> None:
    ground(tmp_path)
    path = write(tmp_path, PENALTY, all_flaws())
    split(path, tmp_path / "parts", 4)
    out, master = tmp_path / "结 果", spread.sparkContext.master
    there = undone(lambda: by_spark((tmp_path / "parts").as_uri(), master, out=str(out)))
    same_rows(undone(lambda: by_duckdb(path)), there)
    assert there["held"][0][1].startswith("第 0 份.csv 第 ")
    assert sorted(found.name for found in out.glob("*/*")) == ["checked", "issues", "source"]
    query = "SELECT count(*), count(DISTINCT row_no) FROM '{}/*/checked/*.parquet'"
    assert duckdb.execute(query.format(out)).fetchall() == [(150, 150)]


def small_city(folder: Path, model: str) -> Run:
    """Three organisations with penalties, one merged; the trial of today on DuckDB."""
    register(folder)
    rows = [penalty(0), penalty(0, "甲2号", fine="30", penalty_kinds="警告;罚款"), penalty(1)]
    hand_in(folder, PENALTY, rows)
    hand_in(folder, PENALTY, [penalty(0, fine="7")], name="later.csv")
    merge(operator(), company(2), company(1), reason="同一企业")
    Subject.objects.update(type="social-group")
    put_in_use(model)
    return runs.evaluate(operator(), [model], as_of=today())[0]


def test_two_workers_evaluate_a_city_the_same(spread: SparkSession, tmp_path: Path) -> None:
    same_on_spark(small_city(tmp_path, "public-social-organisation"), spread)
