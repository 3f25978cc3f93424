"""A hand-in on a cluster: a master and two workers, each a process of its own."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.city import write
from tests.intake.both_engines import (
    PENALTY,
    all_flaws,
    by_duckdb,
    by_spark,
    ground,
    hold_equal,
    same_rows,
    split,
    undone,
)
from tests.spark import INTERPRETED, cluster, needed, running

pytestmark = [pytest.mark.django_db, pytest.mark.spark, needed]


def test_two_workers_find_the_same(tmp_path: Path) -> None:
    ground(tmp_path)
    path = write(tmp_path, PENALTY, all_flaws())
    here = undone(lambda: by_duckdb(path))
    with cluster(tmp_path) as master, running(master, **INTERPRETED) as spark:
        executors = spark.sparkContext._jsc.sc().getExecutorMemoryStatus()  # the driver is one of them
        for _ in range(600):  # asking for work before they are there would wait for them without end
            if executors.size() == 3:
                break
            time.sleep(0.1)
            executors = spark.sparkContext._jsc.sc().getExecutorMemoryStatus()
        assert executors.size() == 3, (tmp_path / "master.log").read_text(errors="replace")[-2000:]
        hold_equal(here, undone(lambda: by_spark(str(path), master=master)))
        split(path, tmp_path / "parts", 4)
        same_rows(here, undone(lambda: by_spark(str(tmp_path / "parts"), master=master)))
