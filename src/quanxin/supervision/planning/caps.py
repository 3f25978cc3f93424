"""Caps: how many drawn inspections a subject has in a year by a department, and how many it has had.

Invariant: what was begun because of a lead counts to no cap; what is planned and not yet done counts, so that two draws at once
do not both believe that there is room.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Count, Q

from quanxin.policy.inspections import NO_CLASS
from quanxin.runtime.pack import current_pack
from quanxin.supervision.models import Inspection


def allowed(level: str | None, provider: str, day: dt.date) -> int | None:
    """How many inspections that are drawn a subject of a level may have in the year by a department; None: no cap rules it."""
    caps = [
        one.of(level or NO_CLASS)
        for one in current_pack().on(day).inspection_caps.values()
        if not one.departments or provider in one.departments
    ]
    return min(caps, default=None)


def used(subjects: Collection[int], year: int, provider: str = "") -> dict[int, int]:
    """How many drawn inspections of a year each of the subjects has had or is about to have, those with none left out; of one
    department, where it is named, alone or with partners."""
    found = Inspection.objects.filter(why=Inspection.Why.DRAWN, subject_id__in=subjects)
    found = found.exclude(done_on=None, case__open=False)  # it was withdrawn
    found = found.filter(Q(done_on__year=year) | Q(done_on=None, from_day__year=year))
    if provider:
        found = found.filter(Q(provider=provider) | Q(partners__contains=[provider]))
    return dict(found.order_by().values_list("subject_id").annotate(n=Count("pk")))
