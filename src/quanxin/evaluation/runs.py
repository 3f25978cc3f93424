"""Evaluating a city, or the subjects that something touched.

Invariant: a run reads the archive as of one day and as known at one moment, and the same model, day and moment give
files of the same bytes. Its results become the scores of its subjects all together, in one transaction, or not at all;
scores of a model stand as of one day, that of its last run over the city.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb
from django.conf import settings
from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.archive.commit import lock_resources
from quanxin.calendar import now, today
from quanxin.engine.scoring import Scoring, compile_model, grades_table
from quanxin.engine.scoring_run import create_marks, score_source, score_subjects
from quanxin.evaluation import at_scale, publish_scores, sources
from quanxin.evaluation.editions import model_in_use, with_foundations
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.files import write
from quanxin.evaluation.models import Run
from quanxin.policy.evaluation import Model
from quanxin.policy.model import Text
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.runtime.pack import current_pack

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What a run answers: as of which day, as known when, about whom (None: everyone)."""

    as_of: dt.date
    known_at: dt.datetime
    only: frozenset[int] | None = None
    spark: SparkSession | None = None


def evaluate(
    actor: Actor,
    keys: Sequence[str] | None = None,
    *,
    as_of: dt.date | None = None,
    known_at: dt.datetime | None = None,
    on_progress: Progress | None = None,
    engine: Literal["duckdb", "spark"] = "duckdb",
    master: str | None = None,
) -> list[Run]:
    """Evaluate the city by the models of those keys (by all), and return a run for each.

    Without ``as_of`` and ``known_at`` the results become the scores, if the edition is the approved one; otherwise they
    are kept in files to be looked at. Raises ``NotAllowed``, ``EvaluationError``; then nothing has changed.
    """
    actor.require(Role.MODELLER)
    wanted = [model_in_use(key) for key in (keys or sorted(current_pack().on(today()).models))]
    if not wanted:
        raise EvaluationError("models-none")
    models = with_foundations([model for model, _ in wanted])
    approved = {model.edition for model, in_force in wanted if in_force}
    becoming = as_of is None and known_at is None
    compiled = [compile_model(m, current_pack()) for m in models]
    moment = known_at or settled({s.resource for c in compiled for s in c.sources})
    if moment > now():
        raise EvaluationError("moment-ahead")
    with at_scale.cluster(master) if engine == "spark" else nullcontext() as spark:
        question = Question(as_of or today(), moment, spark=spark)
        return run(
            actor, compiled, question, becoming=approved if becoming else frozenset(), tell=on_progress or untold
        )


def untold(step: str) -> None:
    """Progress that nobody watches."""


def settled(resources: Collection[str]) -> dt.datetime:
    """A moment up to which nothing of these resources is still being written: taken while none of them commits."""
    with transaction.atomic():
        lock_resources(*resources)
        return now()


def run(
    actor: Actor, compiled: Sequence[Scoring], question: Question, *, becoming: Collection[str], tell: Progress
) -> list[Run]:
    """Run compiled models, foundations first; those whose editions are ``becoming`` give their subjects' scores."""
    made: list[Run] = []
    with workshop() as (con, workdir):
        sources.put_decided(con, question.known_at)
        for scoring in compiled:
            tell(scoring.model.title.zh)
            subjects, records = _score(con, scoring, question, workdir)
            if question.only is None and not (subjects and records):
                raise EvaluationError(
                    "nothing-to-evaluate",
                    model=scoring.model.key,
                    as_of=question.as_of,
                    what=Text(zh="记录", en="records") if subjects else Text(zh="主体", en="subjects"),
                )
            _keep_grades(con, scoring, compiled)
            made.append(_record(con, actor, scoring, question, current=scoring.model.edition in becoming))
    return made


def prove(model: Model, last: Run) -> int:
    """How many subjects' scores are not what a run over the city, as of the day of the ``last`` one, finds now."""
    models = with_foundations([model])
    compiled = [compile_model(m, current_pack()) for m in models]
    with transaction.atomic(), workshop() as (con, workdir):
        publish_scores.lock(model.key)
        question = Question(last.as_of, settled({s.resource for c in compiled for s in c.sources}))
        sources.put_decided(con, question.known_at)
        for scoring in compiled:
            _score(con, scoring, question, workdir)
            _keep_grades(con, scoring, compiled)
        return publish_scores.differences(con, model.key)


def _score(con: duckdb.DuckDBPyConnection, scoring: Scoring, question: Question, workdir: Path) -> tuple[int, int]:
    """Make ``scores`` and ``marks``; return how many subjects were looked at, and how many records."""
    if question.spark is not None:
        return at_scale.score(question.spark, con, scoring, question.as_of, question.known_at, workdir)
    subjects = sources.put_population(con, scoring.model, question.known_at, workdir, question.only)
    create_marks(con, scoring)
    records = 0
    if question.only is not None:
        clusters = sources.clusters_of(question.only, question.known_at)
        sources.from_records(con, scoring.sources, question.known_at, workdir, clusters)
    for source in scoring.sources:
        if question.only is None:
            sources.from_lake(con, source, question.known_at, workdir)
        records += score_source(con, scoring, source, question.as_of)
        con.execute(f"DROP TABLE {source.table}")
    score_subjects(con, scoring, question.as_of)
    return subjects, records


def _keep_grades(con: duckdb.DuckDBPyConnection, scoring: Scoring, compiled: Sequence[Scoring]) -> None:
    key = scoring.model.key
    if any(key in other.model.builds_on for other in compiled):
        con.execute(f"CREATE OR REPLACE TABLE {grades_table(key)} AS SELECT subject_id, grade FROM scores")


@transaction.atomic
def _record(
    con: duckdb.DuckDBPyConnection, actor: Actor, scoring: Scoring, question: Question, *, current: bool
) -> Run:
    """The run's row, its files, and the scores that it gives."""
    model = scoring.model
    publish_scores.lock(model.key)
    grades = dict(con.execute("SELECT grade, count(*) FROM scores GROUP BY grade ORDER BY grade").fetchall())
    row = Run.objects.create(
        model=model.key,
        digest=model.edition,
        pack_edition=current_pack().edition,
        scope=Run.Scope.CITY if question.only is None else Run.Scope.TOUCHED,
        as_of=question.as_of,
        known_at=question.known_at,
        inputs=sources.inputs_digest(scoring.sources, question.known_at),
        engine="spark" if question.spark else "duckdb",
        versions=versions(question.spark),
        subjects=sum(grades.values()),
        grades=grades,
        manifest=[],
        current=current,
        actor=actor.name,
        at=now(),
    )
    if question.only is None:
        row.manifest = write(con, f"{model.key}-{row.pk:08d}")
        row.save(update_fields=["manifest"])
    if current:
        publish_scores.apply(con, row, question.only)
    audit(
        actor,
        "evaluation.run",
        f"model:{model.key}",
        run=row.pk,
        scope=row.scope,
        subjects=row.subjects,
        current=current,
        edition=row.digest,
        results=_digest(row),
    )
    return row


def _digest(row: Run) -> str:
    """The digest of what a run gave: its grades, and its files by their own digests."""
    said = [row.inputs, row.grades, row.manifest]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def versions(spark: SparkSession | None) -> dict[str, Any]:
    """With what a run was reckoned."""
    made = {"duckdb": duckdb.__version__, "python": platform.python_version(), "threads": settings.ENGINE_THREADS}
    return made | ({"spark": spark.version} if spark else {})
