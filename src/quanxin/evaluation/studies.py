"""Studies of the workbench: a modeller asks, a job answers, the figures stay.

Invariant: a study and its job are made together, and it ends exactly once, with its figures or with words that say why
not. A job that is repeated, doubled or killed changes nothing else: runs that were made already are found again. No study
makes anybody's score.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.calendar import now, today
from quanxin.evaluation.backtest import backtested
from quanxin.evaluation.comparison import compared, pair, put_pair
from quanxin.evaluation.editions import model_by_digest
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.models import Run, Study
from quanxin.evaluation.sensitivity import breakdowns, weights
from quanxin.evaluation.trials import trial
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.runtime.session import claimed

TASK, QUEUE = "evaluation.study", "studies"
STEPS = {
    Study.Kind.TRIAL: ("evaluating",),
    Study.Kind.COMPARISON: ("evaluating", "comparing", "breaking-down", "weighing"),
    Study.Kind.BACK_TEST: ("evaluating", "testing"),
}
SIDES = {Study.Kind.TRIAL: 1, Study.Kind.COMPARISON: 2, Study.Kind.BACK_TEST: 1}
Tell = Callable[[str], None]
_log = logging.getLogger(__name__)


def side(digest: str, as_of: dt.date, known_at: dt.datetime | None = None) -> dict[str, Any]:
    """One side of a question: an edition, a day, and with what knowledge (None: that of the moment it is answered)."""
    return {"digest": digest, "as_of": as_of.isoformat(), "known_at": known_at.isoformat() if known_at else None}


def side_of(run: Run) -> dict[str, Any]:
    """The side that a run answers."""
    return side(run.digest, run.as_of, run.known_at)


def ask(actor: Actor, kind: Study.Kind, key: str, sides: Sequence[dict[str, Any]]) -> Study:
    """Have a job answer a question about a model; return the study, which waits.

    Raises ``NotAllowed`` for who is no modeller, and ``EvaluationError`` for a question that cannot be answered.
    """
    actor.require(Role.MODELLER)
    if len(sides) != SIDES[kind]:
        raise EvaluationError("sides-missing")
    if len(sides) == 2 and sides[0] == sides[1]:
        raise EvaluationError("sides-same")
    for one in sides:
        model_by_digest(key, one["digest"])
        if dt.date.fromisoformat(one["as_of"]) > today():
            raise EvaluationError("day-ahead")
        if one["known_at"] and dt.datetime.fromisoformat(one["known_at"]) > now():
            raise EvaluationError("moment-ahead")
    with transaction.atomic():
        made = Study.objects.create(model=key, kind=kind, question={"sides": list(sides)}, actor=actor.name, at=now())
        audit(actor, f"evaluation.{kind}", f"model:{key}", study=made.pk, sides=list(sides))
        app.configure_task(TASK, queue=QUEUE).defer(study=made.pk)
    return made


def perform(study: int) -> bool:
    """Answer a study, or one that a killed worker left; False when another process is at it or it is answered.

    An exception that is nobody's words ends the study too, in words that say so, and passes to the caller.
    """
    with claimed(f"study:{study}") as session:
        found = Study.objects.filter(pk=study, finished_at=None).first()
        if session is None or found is None:
            return False
        Study.objects.filter(pk=study).update(state=Study.State.RUNNING)
        try:
            runs, figures = _answer(found, lambda step: _tell(study, step))
        except EvaluationError as error:
            _refuse(study, error)
        except Exception:
            _refuse(study, EvaluationError("study-broke"))
            raise
        else:
            _finish(study, state=Study.State.DONE, runs=[run.pk for run in runs], figures=figures)
    return True


def _answer(study: Study, tell: Tell) -> tuple[list[Run], dict[str, Any]]:
    actor = Actor(study.actor, frozenset({Role.MODELLER}))
    tell("evaluating")
    runs: list[Run] = []
    present: dt.datetime | None = None  # what is known now is one moment for both sides
    for one in study.question["sides"]:
        said = dt.datetime.fromisoformat(one["known_at"]) if one["known_at"] else None
        day = dt.date.fromisoformat(one["as_of"])
        runs.append(trial(actor, study.model, one["digest"], as_of=day, known_at=said or present))
        present = present or (None if said else runs[-1].known_at)
    match study.kind:
        case Study.Kind.COMPARISON:
            return runs, _compare(runs, tell)
        case Study.Kind.BACK_TEST:
            tell("testing")
            with workshop() as (con, workdir):
                return runs, backtested(con, runs[0], workdir, now())
        case _:
            return runs, {}


def _compare(runs: Sequence[Run], tell: Tell) -> dict[str, Any]:
    both = pair(*runs)
    with workshop() as (con, workdir):
        tell("comparing")
        put_pair(con, both)
        figures = compared(con, both)
        tell("breaking-down")
        figures["breakdowns"] = breakdowns(con, both, workdir, max(run.known_at for run in runs))
        tell("weighing")
        figures["weights"] = weights(con, both.models[1], "after")
    return figures


def _tell(study: int, step: str) -> None:
    Study.objects.filter(pk=study).update(step=step)


def _refuse(study: int, error: EvaluationError) -> None:
    _log.info("study refused", extra={"study": study, "why": error.en})
    _finish(study, state=Study.State.REFUSED, problem=error.to_json())


def _finish(study: int, **said: Any) -> None:
    Study.objects.filter(pk=study, finished_at=None).update(finished_at=now(), **said)
