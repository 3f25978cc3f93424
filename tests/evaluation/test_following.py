"""Between runs: whoever an event touched is evaluated again, and nothing drifts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection, transaction
from typer.testing import CliRunner

from quanxin.accounts import operator
from quanxin.archive.judgements import merge, undo
from quanxin.archive.models import Record, Withdrawal
from quanxin.cli.main import app
from quanxin.evaluation import editions, incremental, runs
from quanxin.evaluation.models import Change, Run, Score
from quanxin.intake import withdrawals
from tests.city import hand_in, penalty, register
from tests.conftest import REPLICA
from tests.evaluation.city import MODEL, company, put_in_use

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def city(tmp_path: Path) -> None:
    register(tmp_path)
    put_in_use()
    runs.evaluate(operator(), [MODEL])
    incremental.follow()


def score(n: int) -> int | None:
    return Score.objects.filter(model=MODEL, subject_id=company(n).pk).values_list("score", flat=True).first()


def drifted() -> int:
    last = incremental.last_run(MODEL)
    assert last is not None
    return runs.prove(editions.model_of(MODEL), last)


def test_a_batch_a_withdrawal_a_merge_and_its_undoing_reach_the_scores(tmp_path: Path) -> None:
    clean = score(0)
    hand_in(tmp_path, "administrative-penalty", [penalty(0), penalty(1, "乙1号")])
    assert (incremental.lag(), drifted()) == (1, 2)
    assert (incremental.follow(), incremental.lag(), drifted()) == (2, 0, 0)
    fined = score(0)
    assert clean is not None
    assert fined is not None
    assert fined < clean
    record = Record.objects.get(subject_id=company(0).pk, resource="administrative-penalty")
    withdrawals.withdraw(
        operator(),
        "market-regulation",
        [(record.subject_id, record.id)],
        kind=Withdrawal.Kind.MISTAKEN,
        reason="报送有误",
    )
    incremental.follow()
    assert (score(0), drifted()) == (clean, 0)
    judgement = merge(operator(), company(2), company(1), reason="同一企业")
    incremental.follow()
    assert (score(1), score(2), drifted()) == (None, fined, 0)
    undo(operator(), judgement, reason="并非同一企业")
    incremental.follow()
    assert (score(1), score(2), drifted()) == (fined, clean, 0)
    history = Change.objects.filter(subject_id=company(1).pk).order_by("id").values_list("score", flat=True)
    assert list(history) == [clean, fined, None, fined]


def test_without_a_run_over_the_city_nothing_is_scored_but_events_are_followed(tmp_path: Path) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REPLICA)
        cursor.execute("TRUNCATE evaluation_change, evaluation_score, evaluation_run")
    hand_in(tmp_path, "administrative-penalty", [penalty(0)])
    assert incremental.follow() == 1
    assert (incremental.lag(), Score.objects.count()) == (0, 0)


def told(*words: str) -> dict[str, list[tuple[str, str]]]:
    """What ``quanxin doctor`` says of evaluation: state and words, by check."""
    ran = CliRunner().invoke(app, ["doctor", *words], catch_exceptions=False)
    found: dict[str, list[tuple[str, str]]] = {"evaluation": [], "evaluation-deep": []}
    for finding in json.loads(ran.stdout):
        found.get(finding["check"], []).append((finding["state"], finding["zh"]))
    if any(state == "problem" for states in found.values() for state, _ in states):
        assert ran.exit_code == 1
    return found


def test_a_drift_that_somebody_planted_is_told_by_the_doctor_until_a_night_finds_none(tmp_path: Path) -> None:
    assert [state for state, _ in told("--deep")["evaluation-deep"]] == ["ok"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE evaluation_score SET score = score + 1 WHERE subject_id = %s", [company(0).pk])
        cursor.execute("DELETE FROM evaluation_score WHERE subject_id = %s", [company(1).pk])
    found = told("--deep")
    assert [state for state, _ in found["evaluation"]] == ["ok"]  # nobody has looked yet
    state, words = found["evaluation-deep"][0]
    assert (state, "2 个主体的得分与记录不符" in words) == ("problem", True)
    incremental.by_night()
    state, words = told()["evaluation"][0]
    assert (state, "2 个主体" in words) == ("attention", True)
    assert [state for state, _ in told("--deep")["evaluation-deep"]] == ["ok"]
    incremental.by_night()
    assert [state for state, _ in told()["evaluation"]] == ["ok"]
    hand_in(tmp_path, "administrative-penalty", [penalty(0)])
    ((state, words),) = told()["evaluation"]
    assert (state, "尚未跟进 1 个变更" in words) == ("attention", True)


def test_only_the_touched_are_evaluated_again_and_a_decision_touches_its_subject(tmp_path: Path) -> None:
    hand_in(tmp_path, "administrative-penalty", [penalty(0)])
    incremental.follow()
    run = Run.objects.filter(scope="touched").latest("id")
    assert (run.subjects, run.manifest) == (1, [])
    assert set(Change.objects.filter(run=run).values_list("subject_id", flat=True)) == {company(0).pk}
    merge(operator(), company(0), company(1), reason="同一企业")
    incremental.follow()
    touched = Run.objects.filter(scope="touched").latest("id")
    assert touched.subjects == 1  # the one that is left of two
    assert set(Change.objects.filter(run=touched).values_list("subject_id", flat=True)) == {company(1).pk}


def test_by_night_drift_is_counted_and_put_right() -> None:
    Score.objects.filter(subject_id=company(0).pk).update(score=1)
    incremental.by_night()
    first, latest = Run.objects.filter(scope="city").order_by("id")
    assert (first.drifted, latest.drifted) == (1, None)
    assert drifted() == 0
