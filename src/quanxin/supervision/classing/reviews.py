"""Classes that a review set, and for how long they hold.

Invariant: a class that a review set holds as long as nothing speaks against it that the review did not know, and the records
do not give a better one by themselves. Whatever ground falls can only help; a new one ends what was set.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import Q

from quanxin.engine.classes import Ground
from quanxin.policy.supervision import Scheme
from quanxin.supervision.models import CreditClass, RiskClass

OF_RECORDS = ("rated", "triggered", "open")  # the grounds that a review knows; who is of a scheme is none


class Review(NamedTuple):
    """A class that the case of a ``number`` set, knowing these grounds (rule and record)."""

    level: str
    number: str
    knew: frozenset[tuple[str, int | None]]

    def holds(self, scheme: Scheme, level: str, grounds: Iterable[Ground]) -> bool:
        """Whether it still holds, where the records by themselves give a ``level`` on these grounds."""
        if self.level not in scheme.places or scheme.places[level] < scheme.places[self.level]:
            return False
        return {(one.ground, one.id) for one in grounds if one.part in OF_RECORDS} <= self.knew


def standing(
    subjects: Collection[int] | None, day: dt.date, moment: dt.datetime, schemes: Collection[str] | None = None
) -> Mapping[tuple[str, int], Review]:
    """What reviews had set of some subjects (of everyone) by a day, as known at a moment, by scheme and subject."""
    which = Q(case__isnull=False, since__lte=day, reckoned_at__lte=moment)
    which &= Q() if subjects is None else Q(subject_id__in=subjects)
    which &= Q() if schemes is None else Q(scheme__in=schemes)
    found: dict[tuple[str, int], tuple[dt.date, dt.datetime, Review]] = {}
    for table in (CreditClass, RiskClass):
        rows = table.objects.filter(which).values_list(
            "scheme", "subject_id", "since", "until", "reckoned_at", "level", "case__number", "grounds"
        )
        for key, subject, since, until, at, level, number, grounds in rows:
            if (until is None or until >= day) and ((key, subject) not in found or found[key, subject][0] < since):
                found[key, subject] = since, at, Review(level, number, knew(grounds))
    return {key: review for key, (_, _, review) in found.items()}


def knew(grounds: Iterable[Mapping[str, Any]]) -> frozenset[tuple[str, int | None]]:
    """Which grounds (rule and record) a standing names."""
    return frozenset((str(one["rule"]), one["record"]) for one in grounds)
