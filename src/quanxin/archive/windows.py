"""The windows of repair of records that are at hand.

Invariant: a window is what the law says of the record on a day (``engine.windows``); nothing is read but the subjects' types.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from quanxin.archive.models import Record
from quanxin.engine.judging import Asked
from quanxin.engine.windows import Window, windows
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject


def windows_of(records: Sequence[Record], day: dt.date, kinds: Mapping[int, str] | None = None) -> Mapping[int, Window]:
    """The windows of records by their ids, one question for each resource; ``kinds`` are the types of their subjects,
    where they are known."""
    if kinds is None:
        kinds = dict(Subject.objects.filter(pk__in={r.subject_id for r in records}).values_list("pk", "type"))
    found: dict[int, Window] = {}
    for resource in sorted({r.resource for r in records}):
        of_it = [r for r in records if r.resource == resource]
        asked = [Asked(r.payload, r.event_date, kinds.get(r.subject_id)) for r in of_it]
        found |= {r.id: w for r, w in zip(of_it, windows(current_pack(), resource, asked, day), strict=True)}
    return found
