"""The end of keeping: information is out of sight on the day after its time has passed, and this is proved every night.

Invariant: the accessor alone hides; what is here only asks it, for each kind of viewer, about each record of a natural
person whose time has passed, and says where it would have been shown. Nothing is deleted: what was decided may be asked for by
the auditor. What opens the leaves of such records in the public log is forgotten.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from quanxin.accounts.actors import Actor
from quanxin.accounts.models import audit
from quanxin.archive import access
from quanxin.archive.definitions import definition
from quanxin.archive.forgetting import forget
from quanxin.archive.models import Record
from quanxin.archive.viewers import Viewer
from quanxin.calendar import add_months, today
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

CHUNK = 5_000
AT_ONCE = 200  # records that the public log forgets at once
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Proof:
    """How many records of natural persons are past their time, and how many some viewer would still have been shown."""

    past: int
    shown: int


def prove(on: dt.date | None = None) -> Proof:
    """Ask the accessor about every record of a natural person that is past its time on a day (today)."""
    day, past, shown = on or today(), 0, 0
    for some in _batched(one for one in _old(day) if access.kept_past(definition(one.batch_id), day, one.event_date)):
        past += len(some)
        shown += sum(_is_shown(one, day) for one in some)
        if day <= today():  # of another day it is only asked
            forget(some)
    audit(Actor("job:retention", frozenset()), "rights.prove-retention", "records", past=past, shown=shown)
    if shown:
        _log.error("%s records of natural persons past their time would be shown", shown)
    return Proof(past, shown)


def _batched(records: Iterator[Record]) -> Iterator[list[Record]]:
    while some := list(islice(records, AT_ONCE)):
        yield some


def _is_shown(record: Record, day: dt.date) -> bool:
    resource = definition(record.batch_id)
    return any(
        access.may_see_record(viewer, resource, day, record.event_date, natural=True, own=viewer.kind == "department")
        for viewer in _everyone()
    )


def _old(day: dt.date) -> Iterable[Record]:
    """The current records of natural persons whose event lies before the shortest time of keeping of their resource."""
    persons = Subject.objects.filter(natural=True).values("pk")
    for resource in sorted({r.key for r in current_pack().resources}):
        years = [r.retention.years for r in current_pack().resource_history(resource) if r.retention.years]
        if years:
            before = add_months(day, -12 * min(years))
            yield from Record.objects.filter(
                subject_id__in=persons, superseded_at=None, resource=resource, event_date__lt=before
            ).iterator(CHUNK)


def _everyone() -> list[Viewer]:
    """A viewer of each kind but the auditor, with nothing in its way."""
    kinds = (
        "public",
        "subject",
        "agent",
        "window",
        "department",
        "supervisor",
        "institution",
        "consumer",
        "personnel",
        "centre",
    )
    return [Viewer(kind) for kind in kinds]
