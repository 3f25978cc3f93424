"""Natural persons and sole traders have no score in a city that was evaluated, by whatever way one is tried there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from typer.testing import CliRunner

from quanxin.accounts import operator
from quanxin.archive.errors import NotPossible
from quanxin.archive.judgements import merge
from quanxin.calendar import now
from quanxin.cli.main import app
from quanxin.evaluation import editions, runs, single
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.models import Change, Edition, Run, Score
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Judgement, Subject
from quanxin.terminal.output import explain
from tests import once
from tests.evaluation.city import MODEL, centre, company, put_in_use
from tests.evaluation.test_nobody_is_scored import INSERTED, TRADER, enrol, never, of_traders

pytestmark = pytest.mark.django_db


@dataclass
class City:
    """The sole trader of an evaluated city, and the run that gave the others their scores."""

    trader: Subject
    run: Run


def evaluated(folder: Path) -> City:
    trader = enrol(folder)
    put_in_use()
    (run,) = runs.evaluate(operator(), [MODEL])
    return City(trader, run)


city, _built = once.city(evaluated, autouse=True)


def test_by_an_edition_that_was_smuggled_in(city: City) -> None:
    said = of_traders().model_dump(mode="json", by_alias=True)
    Edition.objects.create(
        model=MODEL,
        digest="0" * 64,
        pack="jinan",
        definition=said,
        proposed_by="a",
        proposed_at=now(),
        reason="x",
        decided_by="b",
        decided_at=now(),
        approved=True,
        remark="x",
    )
    for act in (
        lambda: runs.evaluate(operator(), [MODEL]),
        lambda: single.explain(city.trader, centre(), MODEL),
        editions.models_in_use,
    ):
        with pytest.raises(EvaluationError, match="never scored"), transaction.atomic():
            act()
    assert not Score.objects.filter(subject_id__in=never()).exists()


def test_by_explanation_and_what_if(city: City) -> None:
    natural = Subject.objects.get(natural=True)
    added = single.Changes(added=[("administrative-penalty", {"fine": "1"})])
    for subject in (city.trader, natural):
        assert single.models_for(subject) == []
        for key in (m.key for m in current_pack().models):
            with pytest.raises(EvaluationError, match="never scored"):
                single.explain(subject, centre(), key)
            with pytest.raises(EvaluationError, match="never scored"):
                single.whatif(subject, centre(), key, added)


@pytest.mark.parametrize("words", [["explain"], ["whatif"], ["whatif", "--repair", "1"], ["explain", "--model", MODEL]])
def test_by_the_command_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    ran = CliRunner().invoke(app, [*words, TRADER, "--purpose", "看看"])
    if isinstance(ran.exception, EvaluationError):
        explain(ran.exception)
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert "自然人（含个体工商户）不评分" in ran.stderr + capsys.readouterr().err


def test_by_a_merge(city: City) -> None:
    scored = dict(Score.objects.values_list("subject_id", "score"))
    for kept, other in ((company(1), city.trader), (city.trader, company(1))):
        with pytest.raises(NotPossible):
            merge(operator(), kept, other, reason="同一主体")
    # a judgement that was written past the act: what the trader did is not counted for the company
    Judgement.objects.create(kind="merge", kept=company(1), other=city.trader, actor="x", reason="x", at=now())
    runs.evaluate(operator(), [MODEL])
    assert dict(Score.objects.values_list("subject_id", "score")) == scored
    found = single.explain(company(1), centre(), MODEL).reckoned.records
    assert not found.get("penalties")
    # and a company that is said to be the trader has no score either
    Judgement.objects.all().delete()
    Judgement.objects.create(kind="merge", kept=city.trader, other=company(1), actor="x", reason="x", at=now())
    runs.evaluate(operator(), [MODEL])
    assert set(Score.objects.values_list("subject_id", flat=True)) == {company(0).pk, company(2).pk}


WRITES = {
    "one row": INSERTED,
    "many rows": INSERTED + ", ('m', {company}, 1, 'A', 0, {run})",
    "an update": "UPDATE evaluation_score SET subject_id = {who} WHERE subject_id = {company}",
    "an upsert": "INSERT INTO evaluation_score (model, subject_id, score, grade, vetoes, run_id) SELECT model, {who}, score, "
    "grade, vetoes, run_id FROM evaluation_score LIMIT 1 ON CONFLICT (model, subject_id) DO UPDATE SET subject_id = {who}",
    "history": "INSERT INTO evaluation_change (model, subject_id, run_id, score, grade) VALUES ('m', {who}, {run}, 1, 'A')",
    "triggers told to rest": "SET LOCAL session_replication_role = replica; " + INSERTED,
    "a subject that there is not": INSERTED.replace("{who}", "987654321"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_by_sql(city: City, write: str) -> None:
    before = sorted(Score.objects.values_list("subject_id", "score"))
    for who in never():
        statement = write.format(who=who, run=city.run.pk, company=company(0).pk)
        with pytest.raises(IntegrityError, match="never scored"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert sorted(Score.objects.values_list("subject_id", "score")) == before
    assert not Change.objects.filter(subject_id__in=never()).exists()


def test_by_copy(city: City) -> None:
    into = "COPY evaluation_score (model, subject_id, score, grade, vetoes, run_id) FROM STDIN"
    with (
        pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="never scored"),
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.cursor.copy(into) as copy,
    ):
        copy.write_row(["m", city.trader.pk, 1, "A", 0, city.run.pk])


@pytest.mark.parametrize("kind", [{"type": "sole-trader"}, {"type": "person"}, {"natural": True}])
def test_by_becoming_a_person_after_having_been_scored(city: City, kind: dict[str, Any]) -> None:
    became = company(0)
    Subject.objects.filter(pk=became.pk).update(**kind)
    assert not Score.objects.filter(subject_id=became.pk).exists()
    assert not Change.objects.filter(subject_id=became.pk).exists()
    (run,) = runs.evaluate(operator(), [MODEL])
    assert run.subjects == 2
    with pytest.raises(EvaluationError, match="never scored"):
        single.explain(company(0), centre(), MODEL)


def test_the_history_of_scores_is_neither_changed_nor_taken_away() -> None:
    for write in ("UPDATE evaluation_change SET score = 0", "DELETE FROM evaluation_change"):
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(write)
