"""Scores between runs over the city: what an event touched is evaluated again.

Invariant: events are followed by ``archive.followers``; a subject is evaluated again as of the day of the last
run over the city, so that all scores of a model stand as of one day. ``prove`` reckons the whole city anew as of that
day and counts every difference before the day is advanced.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive import events, followers
from quanxin.archive.handlers import Following, Unit, by_units
from quanxin.archive.touched import units_of
from quanxin.calendar import now
from quanxin.engine.scoring import compile_model
from quanxin.evaluation import runs
from quanxin.evaluation.editions import models_in_use
from quanxin.evaluation.models import Run
from quanxin.policy.evaluation import Model
from quanxin.runtime.pack import current_pack

MANY = 20_000  # subjects of which it is quicker to evaluate everyone
EVENTS = 500  # at a time
FOLLOWER = Actor("job:evaluation", frozenset({Role.MODELLER}))
_log = logging.getLogger(__name__)


def follow() -> int:
    """Evaluate again whom events touched since the last time; return how many subjects that were."""
    return events.follow(SCORES)


def _act(units: Sequence[Unit]) -> int:
    touched = {unit.subject for unit in units}
    _evaluate(touched)
    return len(touched)


SCORES = by_units(Following("evaluation", units_of, _act, EVENTS), _("得分"))


def _evaluate(touched: set[int]) -> None:
    models = [m for m in models_in_use() if last_run(m.key)]
    if not models or not touched:
        return
    compiled = [compile_model(m, current_pack()) for m in models]
    for as_of in sorted({run.as_of for m in models if (run := last_run(m.key))}):
        only = frozenset(touched) if len(touched) <= MANY else None
        question = runs.Question(as_of, now(), only)
        standing = {m.edition for m in models if (run := last_run(m.key)) and run.as_of == as_of}
        runs.run(FOLLOWER, compiled, question, becoming=standing, tell=runs.untold)


def last_run(model: str) -> Run | None:
    """The run over the city that a model's scores stand by."""
    return Run.objects.filter(model=model, scope=Run.Scope.CITY, current=True).order_by("-id").first()


def by_night() -> None:
    """Prove that the scores stand as they were followed, then advance them to today."""
    while follow():
        pass
    for model in models_in_use():
        try:
            _prove_and_advance(model)
        except Exception:  # the other models go on; what stands stays as it is
            _log.exception("%s: could not be evaluated by night", model.key)
    if waiting := followers.waiting(SCORES.name):
        _log.error("%s of what events asked of scores is set aside", waiting)


def _prove_and_advance(model: Model) -> None:
    if (last := last_run(model.key)) is not None:
        drifted = runs.prove(model, last)
        Run.objects.filter(pk=last.pk).update(drifted=drifted)
        if drifted:
            _log.error("%s: the scores of %s subjects had drifted", model.key, drifted)
    runs.evaluate(FOLLOWER, [model.key])


def lag() -> int:
    """Events that scores do not follow yet."""
    return followers.lag(SCORES.name)
