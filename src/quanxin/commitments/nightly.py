"""What happens to commitments by night: duties of which data show whether they are kept, and commitments whose time is over.

Invariant: what data show is a finding and grounds nothing: a duty that they show not to be kept waits for the department, which
orders its correction or finds otherwise, and what a person found is never changed. A finding that it is not kept falls with
its record; where the archive cannot tell, that is said. What is done once is not done again, and one commitment that fails
stops no other.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.db.models import Q

from quanxin.accounts import Actor
from quanxin.accounts.actors import NOBODY
from quanxin.accounts.models import audit
from quanxin.archive import restrictions
from quanxin.archive.models import Record
from quanxin.calendar import today
from quanxin.casework import engine
from quanxin.casework.models import Case
from quanxin.commitments import duties, texts
from quanxin.commitments.effects import ORDERED
from quanxin.commitments.models import Commitment, Duty
from quanxin.engine.conditions import holds
from quanxin.policy.commitments import Match
from quanxin.runtime.pack import current_pack
from quanxin.runtime.problems import Problem
from quanxin.subjects.queries import cluster

UNLOOKED = Q(state__in=(Duty.State.PLANNED, Duty.State.CANNOT), checked_by__in=("", NOBODY)) | Q(
    state=Duty.State.NOT_MET, checked_by=NOBODY
)
EXPIRE = "expire"  # the act of nobody that ends what has run out
log = logging.getLogger(__name__)


def by_night() -> int:
    """Match duties with data, and end what has run out; return how many changed."""
    day = today()
    return match_all(day) + expire_all(day)


def match_all(day: dt.date) -> int:
    """Keep what data show of the duties of commitments in force that no person has looked at and of which none is ordered."""
    waiting = Duty.objects.filter(
        method="data-match", commitment__case__open=True, commitment__in_force_on__isnull=False
    )
    waiting = waiting.filter(UNLOOKED).exclude(commitment__case__particulars__has_key=ORDERED)
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
    if known is None or known.match is None:
        return 0
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=duty.commitment.case_id)
        locked = Duty.objects.select_for_update().filter(UNLOOKED, pk=duty.pk).first()
        if locked is None or not case.open or ORDERED in case.particulars:
            return 0
        finding, record = told(duty.commitment, known.match, locked.due_on, day)
        if finding == locked.state:
            return 0
        evidence = f"数据比对：{known.match.resource}，{record.event_date if record else '没有记录'}"
        duties.check(Actor(NOBODY), locked, finding, evidence, day)
        audit(
            Actor(NOBODY), "commitments.match", case.reference,
            duty=duty.key, finding=str(finding), record=record.id if record else None,
        )  # fmt: skip
    return 1


def told(made: Commitment, match: Match, due_on: dt.date, day: dt.date) -> tuple[Duty.State, Record | None]:
    """What data tell of a duty on a day, with the record that tells it; planned while they tell nothing and it is not due.

    The archive cannot tell of whom the resource has no records, nor where nobody's came since the commitment."""
    resource = current_pack().on(day).resources.get(match.resource)
    record = shown(made, match)
    kept = match.shows == "met"
    if record is not None:
        return (Duty.State.MET if kept else Duty.State.NOT_MET), record
    if day <= due_on:
        return Duty.State.PLANNED, None
    if resource is None or made.case.subject.type not in resource.subject_types:
        return Duty.State.CANNOT, None
    if not Record.objects.filter(resource=match.resource, event_date__gte=made.in_force_on).exists():
        return Duty.State.CANNOT, None
    return (Duty.State.NOT_MET if kept else Duty.State.MET), None


def shown(made: Commitment, match: Match) -> Record | None:
    """The earliest record that shows whether a duty is kept: of the subject, since it came into force, as the duty asks."""
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
