"""Studies of the workbench: a modeller asks, a job answers, the figures stay.

Invariant: a study is a long work that ends once, with its figures or with words that say why not. One that is carried out
again changes nothing else: runs that were made already are found again. No study makes anybody's score.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
from quanxin.work import engine
from quanxin.work.kinds import Kind, Tell

STEPS: dict[str, tuple[str, ...]] = {
    Study.Kind.TRIAL: ("evaluating",),
    Study.Kind.COMPARISON: ("evaluating", "comparing", "breaking-down", "weighing"),
    Study.Kind.BACK_TEST: ("evaluating", "testing"),
}
WORDS = {
    "evaluating": _("评价全市"), "comparing": _("比较等级和指标"), "breaking-down": _("按区县、规模、行业分解"),
    "weighing": _("计算敏感性"), "testing": _("对照此后的名单"),
}  # fmt: skip
SIDES = {Study.Kind.TRIAL: 1, Study.Kind.COMPARISON: 2, Study.Kind.BACK_TEST: 1}


class Studies(Kind[Study]):
    """Answering what a modeller asked."""

    key: ClassVar[str] = "study"
    queue: ClassVar[str] = "studies"
    most_attempts: ClassVar[int] = 3  # its question does not change, and somebody waits
    model = Study

    def steps(self, work: Study, /) -> Mapping[str, str | Promise]:
        return {step: WORDS[step] for step in STEPS[work.kind]}

    def carry_out(self, work: Study, tell: Tell, /) -> Mapping[str, Any]:
        runs, figures = _answer(work, tell)
        return {"runs": [run.pk for run in runs], "figures": figures}

    def given_up(self, _work: Study, /) -> EvaluationError:
        return EvaluationError("study-broke")

    def require(self, actor: Actor, _work: Study, /) -> None:
        actor.require(Role.MODELLER)


STUDIES = Studies()


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
        made = engine.begin(STUDIES, actor, model=key, kind=kind, question={"sides": list(sides)})
        audit(actor, f"evaluation.{kind}", f"model:{key}", study=made.pk, sides=list(sides))
    return made


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
