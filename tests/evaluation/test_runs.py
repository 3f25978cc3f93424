"""Runs over a city: what becomes a score, what is kept for looking at, and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import IntegrityError, transaction

from quanxin.accounts import NotAllowed, operator
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.models import AuditLine
from quanxin.calendar import now, today
from quanxin.evaluation import editions, files, runs, single
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.models import Change, Edition, Run, Score
from quanxin.subjects.models import Subject
from tests.city import hand_in, penalty, register
from tests.evaluation.city import APPROVER, MODEL, MODELLER, centre, company, put_in_use

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(tmp_path: Path) -> None:
    """Three companies, of which the first was fined."""
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0), penalty(0, "甲2号", fine="30")])


def scores() -> dict[str, tuple[int, str]]:
    codes = dict(Subject.objects.values_list("id", "code"))
    return {codes[s.subject_id]: (s.score, s.grade) for s in Score.objects.all()}


@pytest.mark.usefixtures("city")
def test_a_run_by_the_approved_edition_gives_scores_and_their_history() -> None:
    put_in_use()
    (run,) = runs.evaluate(operator(), [MODEL])
    assert (run.subjects, run.current, sum(run.grades.values()), run.as_of) == (3, True, 3, today())
    found = scores()
    assert found[company(0).code][0] < found[company(1).code][0] == found[company(2).code][0]
    assert Change.objects.filter(run=run).count() == 3
    (again,) = runs.evaluate(operator(), [MODEL])
    assert Change.objects.count() == 3  # nothing changed, so history has no further line
    assert [e["sha256"] for e in again.manifest] == [e["sha256"] for e in run.manifest]
    assert AuditLine.objects.filter(act="evaluation.run").count() == 2


@pytest.mark.usefixtures("city")
def test_without_an_approved_edition_or_for_another_day_a_run_is_a_trial() -> None:
    (run,) = runs.evaluate(operator(), [MODEL])
    assert (run.current, Score.objects.count()) == (False, 0)
    put_in_use()
    (run,) = runs.evaluate(operator(), [MODEL], as_of=dt.date(2026, 1, 1))
    assert (run.current, Score.objects.count()) == (False, 0)
    rows = duckdb.sql(f"SELECT subject_id, score FROM '{files.path_of(run, 'scores')}'").fetchall()
    assert len(rows) == 3


@pytest.mark.usefixtures("city")
def test_a_run_as_known_before_a_correction_is_reproduced_after_it(tmp_path: Path) -> None:
    put_in_use()
    moment = now()
    (before,) = runs.evaluate(operator(), [MODEL], as_of=today(), known_at=moment)
    hand_in(
        tmp_path, "administrative-penalty", [penalty(0, fine="90"), penalty(1, "乙1号", fine="500")], name="later.csv"
    )
    (after,) = runs.evaluate(operator(), [MODEL], as_of=today(), known_at=moment)
    (now_known,) = runs.evaluate(operator(), [MODEL], as_of=today())
    digests = [[e["sha256"] for e in run.manifest] for run in (before, after, now_known)]
    assert digests[0] == digests[1] != digests[2]
    assert before.inputs == after.inputs != now_known.inputs


@pytest.mark.usefixtures("city")
def test_the_records_behind_each_indicator_are_kept_for_everyone() -> None:
    put_in_use()
    (run,) = runs.evaluate(operator(), [MODEL])
    marks = duckdb.sql(
        f"SELECT resource, count(*) FROM '{files.path_of(run, 'marks')}' WHERE subject_id = {company(0).pk} GROUP BY 1"
    ).fetchall()
    assert dict(marks)["administrative-penalty"] == 2


def test_an_empty_lake_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(EvaluationError, match=r"no subjects to evaluate"):
        runs.evaluate(operator(), [MODEL])
    assert not Run.objects.exists()
    assert not list(files.root().glob("*.parquet"))


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("keys", "said", "message"),
    [
        (["nothing"], {}, "没有施行中的评价模型 nothing"),
        ([MODEL], {"known_at": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}, "不能晚于现在"),
        (
            [MODEL],
            {"as_of": dt.date(1999, 1, 1), "known_at": dt.datetime(1999, 1, 1, tzinfo=dt.UTC)},
            "没有可评价的主体",
        ),
    ],
)
def test_what_cannot_be_evaluated_is_told_in_words(keys: list[str], said: dict[str, Any], message: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        runs.evaluate(operator(), keys, **said)
    assert message in caught.value.zh
    assert caught.value.en
    assert not Run.objects.exists()


def test_who_is_no_modeller_runs_nothing() -> None:
    with pytest.raises(NotAllowed):
        runs.evaluate(Actor("clerk", frozenset({Role.INTAKE})), [MODEL])
    with pytest.raises(NotAllowed):
        editions.propose(Actor("clerk", frozenset({Role.CENTRE})), MODEL, reason="x")


def test_two_people_stand_for_an_edition() -> None:
    proposed = editions.propose(MODELLER, MODEL, reason="启用")
    assert editions.propose(MODELLER, MODEL, reason="再提").pk == proposed.pk  # the one that waits
    both = Actor(MODELLER.name, frozenset({Role.MODELLER, Role.APPROVER}))
    with pytest.raises(EvaluationError, match="cannot decide"):
        editions.decide(both, proposed, approved=True, remark="同意")
    with pytest.raises(NotAllowed):
        editions.decide(MODELLER, proposed, approved=True, remark="同意")
    with pytest.raises(EvaluationError, match="reason"):
        editions.decide(APPROVER, proposed, approved=True, remark=" ")
    editions.decide(APPROVER, proposed, approved=False, remark="再议")
    assert editions.in_use(MODEL) is None
    with pytest.raises(EvaluationError, match="already"):
        editions.decide(APPROVER, proposed, approved=True, remark="同意")
    put_in_use()
    assert editions.in_use(MODEL) == Edition.objects.get(approved=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(approved=True).update(decided_by=MODELLER.name)


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(("trail", "to", "message"), [
    (("indicators", 0, "filter"), "no_such_item > 1", "no_such_item is no field"),
    (("indicators", 0, "resource"), "gone", "gone"), (("indicators", 0, "resource"), "water-fee", "may not be evaluated"),
    (("indicators", 0), None, "builds on itself"),
])  # fmt: skip
def test_an_approved_edition_that_the_pack_has_outlived_is_refused(
    trail: tuple[str | int, ...], to: str | None, message: str
) -> None:
    (edition,) = put_in_use()
    comprehensive = editions.model_of("comprehensive-enterprise").indicators[0].model_dump(mode="json", by_alias=True)
    place: Any = edition.definition
    for step in trail[:-1]:
        place = place[step]
    ring = comprehensive | {"model": "comprehensive-enterprise", "dimension": "administration"}
    place[trail[-1]] = to or ring
    edition.save()
    with pytest.raises(EvaluationError, match=f"at odds with the pack.*{message}"):
        runs.evaluate(operator(), [MODEL])
    with pytest.raises(EvaluationError, match="at odds"):
        single.explain(company(0), centre(), MODEL)
    assert not Run.objects.exists()
