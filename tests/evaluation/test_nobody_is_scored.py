"""Natural persons and sole traders have no score, by whatever way one is tried: lint, act, run, question, database."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from quanxin.accounts import operator
from quanxin.calendar import now, today
from quanxin.demo.city import code_of
from quanxin.engine.scoring import compile_model
from quanxin.evaluation import editions, files, runs
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.models import Edition, Run, Score
from quanxin.evaluation.sources import never_scored
from quanxin.policy import lint, load
from quanxin.policy.evaluation import Model
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from tests.city import hand_in, penalty, person, register
from tests.evaluation.city import MODEL, MODELLER, company
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
@pytest.mark.parametrize(
    "act",
    [
        lambda: editions.propose(MODELLER, "model", reason="x"),
        lambda: runs.evaluate(operator(), ["model"]),
        lambda: runs.evaluate(operator()),
        lambda: runs.evaluate(operator(), ["model"], as_of=today()),
    ],
)
def test_by_the_act(act: Callable[[], object]) -> None:
    with pytest.raises(EvaluationError, match="never scored"):
        act()
    assert [table.objects.count() for table in (Edition, Run, Score)] == [0, 0, 0]


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


INSERTED = "INSERT INTO evaluation_score (model, subject_id, score, grade, vetoes, run_id) VALUES ('m', {who}, 1, 'A', 0, {run})"


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


def test_those_whom_the_database_knows_by_name_the_pack_does_not_score() -> None:
    assert {"person", "sole-trader"} <= set(never_scored())
