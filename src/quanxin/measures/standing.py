"""How applications stand by what their grounds have become.

Invariant: an application that is not lifted rests on a version that stands, that the rules of today make the same ground of,
and that nothing has taken away; what has become of the ground is told by the record itself, and by nothing remembered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Q

from quanxin.archive.models import Record
from quanxin.calendar import today
from quanxin.engine.grounds import names_of
from quanxin.measures.models import Application
from quanxin.measures.reckoning import LIFTING, Kind, grounds_of, of_records, standing
from quanxin.runtime.pack import current_pack

State, Cause = Application.State, Application.Cause
Key = tuple[int, str, str]


class Stand(NamedTuple):
    """How an application stands: its state, the cause where it is lifted, and its last day."""

    state: Application.State
    cause: str
    until: dt.date | None


def stands_of(applications: Collection[Application], day: dt.date | None = None) -> dict[int, Stand]:
    """How applications stand on a day (today), by their ids; those that were lifted are not asked about."""
    on = day or today()
    records = {_key(r.subject_id, r): r for r in standing(_named(applications))} if applications else {}
    # what repair or deletion took away need not be reckoned: a decision waits for this
    asked = [record for record in records.values() if not LIFTING & set(record.held)]  # type: ignore[attr-defined]
    found = {(c.record, c.measure, c.ground): c for c in of_records(asked, on)} if asked else {}
    made: dict[int, Stand] = {}
    for one in applications:
        record = records.get(_key(one.subject_id, one))
        here = found.get((record.id, one.measure, one.ground)) if record is not None else None
        if here is None:
            made[one.pk] = Stand(State.LIFTED, _cause(one, record, on), one.until)
        else:
            suspended = here.suspended or one.stayed
            made[one.pk] = Stand(State.SUSPENDED if suspended else State.IN_FORCE, "", here.until)
    return made


def _cause(one: Application, record: Record | None, day: dt.date) -> str:
    """Why nothing follows from the record any more."""
    if record is None:
        moved = Record.objects.filter(resource=one.resource, key_hash=one.key_hash, superseded_at=None).exists()
        return Cause.SUBJECT if moved else Cause.WITHDRAWN
    held = LIFTING & set(record.held)  # type: ignore[attr-defined]
    if held:
        return Cause.REPAIRED if Kind.REPAIRED in held else Cause.DELETED
    grounds = [ground for ground in grounds_of([record], day) if ground.ground == one.ground]
    rule = current_pack().on(day).measures.get(one.measure)
    if rule is None or one.ground not in names_of(rule):
        return Cause.RULE
    if not grounds:
        return Cause.CORRECTED
    if grounds[0].until is not None and grounds[0].until < day:
        return Cause.REMOVED if one.until is None or grounds[0].until < one.until else Cause.EXPIRED
    return Cause.EXPIRED if rule.term_months is not None else Cause.SUBJECT


def _named(applications: Collection[Application]) -> Q:
    """The records of applications, and perhaps others of their subjects."""
    return Q(subject_id__in={a.subject_id for a in applications}, key_hash__in={a.key_hash for a in applications})


def named_by(subject: int, resource: str, key_hash: object) -> Q:
    """The record, or the applications on it, of a natural key under a subject."""
    return Q(subject_id=subject, resource=resource, key_hash=key_hash)


def _key(subject: int, of: Record | Application) -> Key:
    return subject, of.resource, str(of.key_hash)
