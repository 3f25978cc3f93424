"""Trial runs: any edition of a model, as of any day, to be looked at.

Invariant: a trial gives nobody a score; an edition, a day and a moment of knowledge that were run before are not run again,
for they would give the same bytes.
"""

from __future__ import annotations

import datetime as dt

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import now
from quanxin.engine.scoring import compile_model
from quanxin.evaluation import runs
from quanxin.evaluation.editions import model_by_digest, with_foundations
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.models import Run
from quanxin.runtime.pack import current_pack


def trial(
    actor: Actor,
    key: str,
    digest: str,
    *,
    as_of: dt.date,
    known_at: dt.datetime | None = None,
    tell: runs.Progress = runs.untold,
) -> Run:
    """The run of an edition over the city as of a day, made if there is none; without ``known_at`` as known now.

    Raises ``NotAllowed`` and ``EvaluationError`` as ``runs.evaluate`` does.
    """
    actor.require(Role.MODELLER)
    if known_at is not None:
        same = Run.objects.filter(model=key, digest=digest, as_of=as_of, known_at=known_at, scope=Run.Scope.CITY)
        if found := same.order_by("-id").first():
            return found
    compiled = [compile_model(m, current_pack()) for m in with_foundations([model_by_digest(key, digest)])]
    moment = known_at or runs.settled({s.resource for c in compiled for s in c.sources})
    if moment > now():
        raise EvaluationError("moment-ahead")
    made = runs.run(actor, compiled, runs.Question(as_of, moment), becoming=frozenset(), tell=tell)
    return next(run for run in made if run.model == key)
