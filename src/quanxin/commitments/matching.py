"""What data show of duties: of those that are matched by records, whether they are kept.

Invariant: what data show is a finding and grounds nothing; what a person found is never changed. A finding of data falls with the
record that it rests on; where the archive cannot tell, that is said. Which records show it is asked by the compiled rules that
ask for grounds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import lru_cache

from django.db import transaction
from django.db.models import Q, QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.actors import NOBODY
from quanxin.accounts.models import audit
from quanxin.archive import restrictions
from quanxin.archive.models import Record
from quanxin.casework.models import Case
from quanxin.commitments import duties, texts
from quanxin.commitments.models import ORDERED, Commitment, Duty
from quanxin.engine import commitments as rules
from quanxin.engine.grounds_run import Reckoner
from quanxin.measures import reckoning
from quanxin.policy.commitments import Match
from quanxin.runtime.pack import current_pack
from quanxin.subjects.queries import cluster

State = Duty.State
# What no person found: planned, or found by data before.
OF_DATA = Q(state__in=(State.PLANNED, State.CANNOT), checked_by__in=("", NOBODY)) | Q(
    state__in=(State.MET, State.NOT_MET), checked_by=NOBODY
)


def waiting() -> QuerySet[Duty]:
    """The duties of commitments in force that data may tell of: no person has looked at them, and none is ordered."""
    found = Duty.objects.filter(method="data-match", commitment__case__open=True)
    found = found.filter(OF_DATA, commitment__in_force_on__isnull=False)
    return (
        found.exclude(commitment__case__particulars__has_key=ORDERED).select_related("commitment__case").order_by("id")
    )


def match_all(made: Commitment, day: dt.date) -> None:
    """Keep what data show of the duties of a commitment, before somebody decides by them."""
    for duty in waiting().filter(commitment=made):
        match(duty, day)


def match(duty: Duty, day: dt.date) -> int:
    """Keep what data show of a duty; return whether that changed."""
    template = texts.edition_of(duty.commitment.template, duty.commitment.edition)
    known = template.duty(duty.key) if template else None
    if known is None or known.match is None:
        return 0
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=duty.commitment.case_id)
        locked = Duty.objects.select_for_update().filter(OF_DATA, pk=duty.pk).first()
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


def told(made: Commitment, match: Match, due_on: dt.date, day: dt.date) -> tuple[State, Record | None]:
    """What data tell of a duty on a day, with the record that tells it; planned while they tell nothing and it is not due."""
    record, due = shown(made, match, day), day > due_on
    came = (
        record is None
        and due
        and rules.tellable(current_pack(), match, made.case.subject.type, _came(made, match), day)
    )
    return State(rules.told(match, shown=record is not None, due=due, came=came)), record


def shown(made: Commitment, match: Match, day: dt.date) -> Record | None:
    """The earliest record that shows whether a duty is kept: of the subject, since it came into force, as the duty asks."""
    about = Q(subject_id__in=cluster(made.case.subject), resource=match.resource, event_date__gte=made.in_force_on)
    seen = {one.id: one for one in reckoning.standing(about) if not restrictions.hides(one.held)}  # type: ignore[attr-defined]
    if not seen:
        return None
    reckoner = _reckoner(current_pack().edition, day, match)
    grounds = reckoner.grounds(reckoning.as_known(one, ()) for one in seen.values())
    first = min(grounds, key=lambda one: (one.since, one.id), default=None)
    return seen[first.id] if first else None


def _came(made: Commitment, match: Match) -> Collection[str]:
    """The providers of the duty whose records have come since the commitment, whomever they are about."""
    since = Record.objects.filter(resource=match.resource, superseded_at=None, event_date__gte=made.in_force_on)
    return [key for key in match.providers if since.filter(provider=key).exists()]


@lru_cache(maxsize=16)
def _reckoner(_edition: str, day: dt.date, match: Match) -> Reckoner:
    """What asks whether records are what a duty is matched by; made once for a pack and a day."""
    return Reckoner(rules.compile_match(current_pack(), day, match))
