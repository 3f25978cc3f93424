"""A city reckoned on a cluster: a master and two workers, each a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanxin.accounts import operator
from quanxin.archive.judgements import merge
from quanxin.calendar import today
from quanxin.evaluation import runs
from quanxin.evaluation.models import Run
from quanxin.subjects.models import Subject
from tests.city import hand_in, penalty, register
from tests.evaluation.city import MODEL, company, put_in_use
from tests.evaluation.test_three_scales import same_on_spark
from tests.spark import cluster, needed

pytestmark = pytest.mark.django_db


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


@pytest.mark.spark
@needed
def test_a_cluster_of_two_workers_finds_the_same(tmp_path: Path) -> None:
    here = small_city(tmp_path, "public-social-organisation")
    with cluster(tmp_path) as master:
        same_on_spark(here, master)
