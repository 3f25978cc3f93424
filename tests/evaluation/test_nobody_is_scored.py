"""Natural persons and sole traders have no score, by whatever way one is tried: lint, act, run, question, database."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings
from typer.testing import CliRunner

from quanxin.accounts import operator
from quanxin.archive.errors import NotPossible
from quanxin.archive.judgements import merge
from quanxin.calendar import now, today
from quanxin.cli.main import app
from quanxin.cli.output import explain
from quanxin.demo.city import code_of
from quanxin.engine.scoring import compile_model
from quanxin.evaluation import editions, files, one, runs
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.models import Change, Edition, Run, Score
from quanxin.evaluation.sources import never_scored
from quanxin.policy import lint, load
from quanxin.policy.evaluation import Model
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Judgement, Subject
from tests.city import hand_in, penalty, person, register
from tests.evaluation.city import MODEL, MODELLER, centre, company, put_in_use
from tests.policy.small import put, sound, written

TRADER = code_of("92", "370102", 77)
SHOP = "济南样例小吃店"


def enrol(folder: Path) -> Subject:
    """Companies with a fine, a sole trader with one, and a natural person with one; the trader."""
    register(folder)
    shop = {"subject_name": SHOP, "uscc": TRADER, "established": "2020-06-01"}
    hand_in(folder, "sole-trader-registration", [shop], name="shop.csv")
    trader = penalty(0, "户1号", subject_name=SHOP, uscc=TRADER, subject_category="个体工商户")
    hand_in(folder, "administrative-penalty", [penalty(0), trader, penalty(0, "人1号") | person()])
    assert Subject.objects.filter(natural=True).count() == 1
    return Subject.objects.get(code=TRADER, type="sole-trader")


def of_traders() -> Model:
    """The model of enterprises, as if it were about sole traders and persons too."""
    return editions.model_of(MODEL).model_copy(update={"subject_types": ("enterprise", "sole-trader", "person")})


def never() -> list[int]:
    return list(Subject.objects.exclude(type="enterprise").order_by("id").values_list("id", flat=True))


@pytest.mark.parametrize("kind", ["person", "trader"])
def test_by_lint(tmp_path: Path, kind: str) -> None:
    files = sound()
    put("models/model.yaml", "subject_types", to=["firm", kind])(files)
    found = lint(load(written(tmp_path, files)), today())
    assert [(p.lint, kind in p.message) for p in found] == [("person-in-model", True)]


@pytest.fixture
def broken(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The pack in use is one whose model evaluates sole traders."""
    files = sound()
    put("models/model.yaml", "subject_types", to=["firm", "trader"])(files)
    settings.PACK = str(written(tmp_path / "pack", files))
    current_pack.cache_clear()
    yield Path(settings.PACK)
    current_pack.cache_clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("act", [
    lambda: editions.propose(MODELLER, "model", reason="x"), lambda: runs.evaluate(operator(), ["model"]),
    lambda: runs.evaluate(operator()), lambda: runs.evaluate(operator(), ["model"], as_of=today()),
])  # fmt: skip
def test_by_the_act(act: Callable[[], object]) -> None:
    with pytest.raises(EvaluationError, match="never scored"):
        act()
    assert [table.objects.count() for table in (Edition, Run, Score)] == [0, 0, 0]


@pytest.mark.django_db
def test_by_an_edition_that_was_smuggled_in(tmp_path: Path) -> None:
    trader = enrol(tmp_path)
    put_in_use()
    runs.evaluate(operator(), [MODEL])
    said = of_traders().model_dump(mode="json", by_alias=True)
    Edition.objects.create(
        model=MODEL, digest="0" * 64, pack="jinan", definition=said, proposed_by="a", proposed_at=now(), reason="x",
        decided_by="b", decided_at=now(), approved=True, remark="x",
    )  # fmt: skip
    for act in (
        lambda: runs.evaluate(operator(), [MODEL]),
        lambda: one.explain(trader, centre(), MODEL),
        editions.models_in_use,
    ):
        with pytest.raises(EvaluationError, match="never scored"), transaction.atomic():
            act()
    assert not Score.objects.filter(subject_id__in=never()).exists()


@pytest.mark.django_db
def test_by_a_model_that_no_act_looked_at(tmp_path: Path) -> None:
    enrol(tmp_path)
    compiled = compile_model(of_traders(), current_pack())
    question = runs.Question(today(), now())
    (run,) = runs.run(operator(), [compiled], question, becoming=[compiled.model.edition], tell=runs.untold)
    assert run.subjects == Score.objects.count() == 3
    for part, column in (("scores", "subject_id"), ("marks", "subject_id")):
        found = duckdb.sql(f"SELECT DISTINCT {column} FROM '{files.path_of(run, part)}'").fetchall()
        assert {subject for (subject,) in found}.isdisjoint(never())
    only = dataclasses.replace(question, only=frozenset(never()))
    (run,) = runs.run(operator(), [compiled], only, becoming=[compiled.model.edition], tell=runs.untold)
    assert (run.subjects, Score.objects.count()) == (0, 3)


@pytest.mark.django_db
def test_by_explanation_and_what_if(tmp_path: Path) -> None:
    trader = enrol(tmp_path)
    natural = Subject.objects.get(natural=True)
    added = one.Changes(added=[("administrative-penalty", {"fine": "1"})])
    for subject in (trader, natural):
        assert one.models_for(subject) == []
        for key in (m.key for m in current_pack().models):
            with pytest.raises(EvaluationError, match="never scored"):
                one.explain(subject, centre(), key)
            with pytest.raises(EvaluationError, match="never scored"):
                one.whatif(subject, centre(), key, added)


@pytest.mark.django_db
@pytest.mark.parametrize("words", [["explain"], ["whatif"], ["whatif", "--repair", "1"], ["explain", "--model", MODEL]])
def test_by_the_command_line(tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    enrol(tmp_path)
    ran = CliRunner().invoke(app, [*words, TRADER, "--purpose", "看看"])
    if isinstance(ran.exception, EvaluationError):
        explain(ran.exception)
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert "自然人（含个体工商户）不评分" in ran.stderr + capsys.readouterr().err


@pytest.mark.django_db
def test_by_a_merge(tmp_path: Path) -> None:
    trader = enrol(tmp_path)
    put_in_use()
    runs.evaluate(operator(), [MODEL])
    scored = dict(Score.objects.values_list("subject_id", "score"))
    for kept, other in ((company(1), trader), (trader, company(1))):
        with pytest.raises(NotPossible):
            merge(operator(), kept, other, reason="同一主体")
    # a judgement that was written past the act: what the trader did is not counted for the company
    Judgement.objects.create(kind="merge", kept=company(1), other=trader, actor="x", reason="x", at=now())
    runs.evaluate(operator(), [MODEL])
    assert dict(Score.objects.values_list("subject_id", "score")) == scored
    found = one.explain(company(1), centre(), MODEL).reckoned.records
    assert not found.get("penalties")
    # and a company that is said to be the trader has no score either
    Judgement.objects.all().delete()
    Judgement.objects.create(kind="merge", kept=trader, other=company(1), actor="x", reason="x", at=now())
    runs.evaluate(operator(), [MODEL])
    assert set(Score.objects.values_list("subject_id", flat=True)) == {company(0).pk, company(2).pk}


INSERTED = "INSERT INTO evaluation_score (model, subject_id, score, grade, vetoes, run_id) VALUES ('m', {who}, 1, 'A', 0, {run})"
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


@pytest.mark.django_db
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_by_sql(tmp_path: Path, write: str) -> None:
    enrol(tmp_path)
    put_in_use()
    (run,) = runs.evaluate(operator(), [MODEL])
    before = sorted(Score.objects.values_list("subject_id", "score"))
    for who in never():
        statement = write.format(who=who, run=run.pk, company=company(0).pk)
        with pytest.raises(IntegrityError, match="never scored"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert sorted(Score.objects.values_list("subject_id", "score")) == before
    assert not Change.objects.filter(subject_id__in=never()).exists()


@pytest.mark.django_db
def test_by_copy(tmp_path: Path) -> None:
    trader = enrol(tmp_path)
    (run,) = runs.evaluate(operator(), [MODEL])
    into = "COPY evaluation_score (model, subject_id, score, grade, vetoes, run_id) FROM STDIN"
    with (
        pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="never scored"),
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.cursor.copy(into) as copy,
    ):
        copy.write_row(["m", trader.pk, 1, "A", 0, run.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [{"type": "sole-trader"}, {"type": "person"}, {"natural": True}])
def test_by_becoming_a_person_after_having_been_scored(tmp_path: Path, kind: dict[str, Any]) -> None:
    enrol(tmp_path)
    put_in_use()
    runs.evaluate(operator(), [MODEL])
    became = company(0)
    Subject.objects.filter(pk=became.pk).update(**kind)
    assert not Score.objects.filter(subject_id=became.pk).exists()
    assert not Change.objects.filter(subject_id=became.pk).exists()
    (run,) = runs.evaluate(operator(), [MODEL])
    assert run.subjects == 2
    with pytest.raises(EvaluationError, match="never scored"):
        one.explain(company(0), centre(), MODEL)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scored_first", [True, False])
def test_by_being_scored_at_the_moment_of_becoming_one(tmp_path: Path, scored_first: bool) -> None:
    """Each waits for the other, whichever is first; without that both would commit, and a person would have a score."""
    enrol(tmp_path)
    (run,) = runs.evaluate(operator(), [MODEL])
    who = company(0).pk
    score = INSERTED.format(who=who, run=run.pk)
    become = f"UPDATE subjects_subject SET type = 'sole-trader' WHERE id = {who}"
    first, second = (score, become) if scored_first else (become, score)
    failed: list[Exception] = []
    parameters = connection.get_connection_params() | {"autocommit": False}
    parameters = {k: v for k, v in parameters.items() if k not in ("cursor_factory", "context", "prepare_threshold")}

    def other() -> None:
        try:
            with psycopg.connect(**parameters) as late:
                late.execute(second)
        except psycopg.Error as error:
            failed.append(error)

    with psycopg.connect(**parameters) as early:
        early.execute(first)
        thread = threading.Thread(target=other)
        thread.start()
        with psycopg.connect(**parameters | {"autocommit": True}) as watch:
            while not watch.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            ).fetchone()[0]:  # type: ignore[index]
                assert thread.is_alive()
        early.commit()
        thread.join()
    assert Subject.objects.get(pk=who).type == "sole-trader"
    assert not Score.objects.filter(subject_id=who).exists()
    assert bool(failed) is not scored_first


@pytest.mark.django_db
def test_the_history_of_scores_is_neither_changed_nor_taken_away(tmp_path: Path) -> None:
    enrol(tmp_path)
    put_in_use()
    runs.evaluate(operator(), [MODEL])
    for write in ("UPDATE evaluation_change SET score = 0", "DELETE FROM evaluation_change"):
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(write)


def test_those_whom_the_database_knows_by_name_the_pack_does_not_score() -> None:
    assert {"person", "sole-trader"} <= set(never_scored())
