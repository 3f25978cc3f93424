"""What batches came in under: the catalogue resource as it stood on their day.

Invariant: the edition of a committed batch never changes, so that what was once read is kept by the process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib.postgres.aggregates import ArrayAgg

from quanxin.archive.models import Edition
from quanxin.policy.model import Resource

MOST = 4096  # batches that a process remembers
_by_batch: dict[str, Resource] = {}


def definition(batch: str) -> Resource:
    """The catalogue resource as it stood when a batch came in under it; raises ``KeyError`` for a batch that is none."""
    return definitions([batch])[batch]


def definitions(batches: Iterable[str]) -> Mapping[str, Resource]:
    """The same of several batches, with one question however many they are."""
    wanted = frozenset(batches)
    known = {b: resource for b in wanted if (resource := _by_batch.get(b)) is not None}
    if missing := wanted - known.keys():
        found: dict[str, Resource] = {}
        for edition in Edition.objects.filter(batches__pk__in=missing).annotate(under=ArrayAgg("batches__pk")):
            found |= dict.fromkeys(edition.under, Resource.model_validate(edition.definition))
        if len(_by_batch) + len(found) > MOST:
            _by_batch.clear()
        _by_batch.update(found)
        known |= found
    return known
