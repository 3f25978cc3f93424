"""What happens to commitments by night: duties that data show are kept, and commitments whose time is over.

Invariant: data only ever show that a duty is kept; where they show nothing, the duty stays for the department to check. What is
done once is not done again, and one commitment that fails stops no other.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.actors import NOBODY
from quanxin.accounts.models import audit
from quanxin.archive import restrictions
from quanxin.archive.models import Record
from quanxin.calendar import today
from quanxin.casework import engine
from quanxin.commitments import duties, texts
from quanxin.commitments.models import Commitment, Duty
from quanxin.engine.conditions import holds
from quanxin.policy.commitments import Match
from quanxin.runtime.pack import current_pack
from quanxin.runtime.problems import Problem
from quanxin.subjects.queries import cluster

EXPIRE = "expire"  # the act of nobody that ends what has run out
log = logging.getLogger(__name__)


def by_night() -> int:
    """Match duties with data, and end what has run out; return how many changed."""
    day = today()
    return match_all(day) + expire_all(day)


def match_all(day: dt.date) -> int:
    """Keep which duties data show to be kept."""
    waiting = Duty.objects.filter(method="data-match", state=Duty.State.PLANNED, commitment__case__open=True)
    return sum(_match(duty, day) for duty in waiting.select_related("commitment__case").order_by("id"))


def expire_all(day: dt.date) -> int:
    """End the commitments in force whose last day is past."""
    over = Commitment.objects.filter(case__open=True, case__state="in-force", valid_until__lt=day)
    return sum(_expire(one) for one in over.select_related("case").order_by("id"))


def _expire(one: Commitment) -> int:
    try:
        engine.by_nobody(one.case.number, EXPIRE)
    except Problem as problem:
        log.warning("commitment %s does not end: %s", one.case.number, problem.code)
        return 0
    return 1


def _match(duty: Duty, day: dt.date) -> int:
    template = texts.edition_of(duty.commitment.template, duty.commitment.edition)
    known = template.duty(duty.key) if template else None
    found = shown(duty.commitment, known.match) if known and known.match else None
    if found is None:
        return 0
    with transaction.atomic():
        locked = Duty.objects.select_for_update().get(pk=duty.pk)
        if locked.state != Duty.State.PLANNED:
            return 0
        duties.check(Actor(NOBODY), locked, Duty.State.MET, f"数据比对：{found.resource}，{found.event_date}", day)
        audit(Actor(NOBODY), "commitments.match", duty.commitment.case.reference, duty=duty.key, record=found.id)
    return 1


def shown(made: Commitment, match: Match) -> Record | None:
    """The earliest record that shows a duty to be kept: of the subject, since the day it came into force, as the duty asks."""
    resource = current_pack().on(today()).resources.get(match.resource)
    since = made.in_force_on
    if resource is None or since is None:
        return None
    about = Record.objects.filter(
        subject_id__in=cluster(made.case.subject), resource=match.resource, superseded_at=None, event_date__gte=since
    ).exclude(restrictions.hidden())
    return next(
        (r for r in about.order_by("event_date", "id") if holds(match.when, resource, r.payload, today())), None
    )
