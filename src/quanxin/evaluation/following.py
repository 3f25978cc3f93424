"""Scores between runs over the city: what an event touched is evaluated again.

Invariant: events are followed in their order, each at least once; a subject is evaluated again as of the day of the last
run over the city, so that all scores of a model stand as of one day. ``prove`` reckons the whole city anew as of that
day and counts every difference before the day is advanced.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive.models import Event, Record, WithdrawnRecord
from quanxin.calendar import now
from quanxin.engine.scoring import compile_model
from quanxin.evaluation import runs
from quanxin.evaluation.editions import models_in_use
from quanxin.evaluation.models import Followed, Run
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Judgement

MANY = 20_000  # subjects of which it is quicker to evaluate everyone
EVENTS = 500  # at a time
FOLLOWER = Actor("job:evaluation", frozenset({Role.MODELLER}))
_log = logging.getLogger(__name__)


def follow() -> int:
    """Evaluate again whom events touched since the last time; return how many subjects that were."""
    with transaction.atomic():
        followed = Followed.objects.select_for_update(skip_locked=True).first()
        if followed is None:  # another worker is at it
            return 0
        events = list(Event.objects.filter(position__gt=followed.position).order_by("position")[:EVENTS])
        if not events:
            return 0
        touched = subjects_of(events)
        _evaluate(touched)
        followed.position, followed.at = events[-1].position or followed.position, now()
        followed.save()
    return len(touched)


def subjects_of(events: Iterable[Event]) -> set[int]:
    """The subjects that events are about."""
    found: set[int] = set()
    for event in events:
        if event.subject is not None:
            found.add(event.subject)
        if event.batch_id:
            found |= set(Record.objects.filter(batch_id=event.batch_id).values_list("subject_id", flat=True).distinct())
        ended = WithdrawnRecord.objects.filter(withdrawal__event=event)
        found |= set(ended.values_list("subject_id", flat=True))
        judged = Judgement.objects.filter(pk=event.particulars.get("judgement"))
        found |= {subject for pair in judged.values_list("kept_id", "other_id") for subject in pair}
    return found


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
        if (last := last_run(model.key)) is not None:
            drifted = runs.prove(model, last)
            Run.objects.filter(pk=last.pk).update(drifted=drifted)
            if drifted:
                _log.error("%s: the scores of %s subjects had drifted", model.key, drifted)
    if models := models_in_use():
        runs.evaluate(FOLLOWER, [m.key for m in models])


def lag() -> int:
    """Events that scores do not follow yet."""
    newest = Event.objects.aggregate(newest=Max("position"))["newest"] or 0
    followed = Followed.objects.first()
    return int(newest) - (followed.position if followed else 0)
