"""What had been decided at a moment about subjects and records: who had been merged into whom, what was held out of reach.

Invariant: the same moment gives the same answer, whatever was decided since.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Q

from quanxin.archive.models import Restriction
from quanxin.runtime.bridge import pg_cursor
from quanxin.subjects.models import Judgement

# The versions of records for which a decision held at a moment, by its kind.
_HELD = """
SELECT r.id, x.kind FROM archive_restriction x
JOIN archive_record r ON r.subject_id = x.subject_id AND r.resource = x.resource AND r.key_hash = x.key_hash
WHERE x.kind = ANY(%s) AND x.from_at <= %s AND (x.ended_at IS NULL OR x.ended_at > %s) ORDER BY r.id
"""


def merged_at(moment: dt.datetime, *, apart_from: Q | None = None) -> dict[int, int]:
    """Which subject another one had been merged into at a moment; judgements ``apart_from`` are left out."""
    stood = Q(kind="merge", at__lte=moment) & (Q(undone_at=None) | Q(undone_at__gt=moment))
    undone = Q(kind="split", undone_at__lte=moment)
    found = Judgement.objects.filter(stood | undone)
    if apart_from is not None:
        found = found.exclude(apart_from)
    pairs = dict(found.order_by("id").values_list("other_id", "kept_id"))
    for subject in pairs:
        while pairs[subject] in pairs:
            pairs[subject] = pairs[pairs[subject]]
    return pairs


def clusters_of(subjects: Collection[int], pairs: dict[int, int]) -> set[int]:
    """The subjects, those that they were merged into by ``pairs``, and all that were merged into these."""
    kept = {pairs.get(subject, subject) for subject in subjects}
    return kept | {other for other, into in pairs.items() if into in kept}


def held_at(moment: dt.datetime, kinds: Collection[Restriction.Kind]) -> list[tuple[int, str]]:
    """The ids of versions that decisions of these kinds held at a moment, each with the kind."""
    with pg_cursor() as cursor:
        cursor.execute(_HELD, (list(kinds), moment, moment))
        return [(row[0], row[1]) for row in cursor.fetchall()]
