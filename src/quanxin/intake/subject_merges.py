"""Merging subjects whose records two providers, or one of them twice, handed in.

Invariant: a decision that stands under both subjects is one decision from then on: what was decided about the one record
holds for the other as well, and where the two are different providers' it is a conflict.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from quanxin.accounts import Actor
from quanxin.archive import judgements, restrictions
from quanxin.archive.models import Record
from quanxin.calendar import today
from quanxin.intake.models import Conflict
from quanxin.runtime.bridge import pg_cursor
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Judgement, Subject

# Decisions that stand under both: the record that came first, and the other.
BOTH = """
SELECT a.subject_id, a.id, b.subject_id, b.id FROM archive_record a
JOIN archive_record b ON b.resource = a.resource AND b.key_hash = a.key_hash AND b.superseded_at IS NULL
WHERE a.subject_id = ANY(%(family)s) AND b.subject_id = ANY(%(family)s) AND a.subject_id <> b.subject_id
  AND (a.recorded_at, a.id) < (b.recorded_at, b.id) AND a.superseded_at IS NULL AND a.resource = ANY(%(resources)s)
"""


@transaction.atomic
def merge(actor: Actor, kept: Subject, other: Subject, *, reason: str) -> Judgement:
    """Judge two subjects to be one, as ``judgements.merge``, and tell what stands under both. Raises as that does."""
    made = judgements.merge(actor, kept, other, reason=reason)
    family = [kept.pk, *Subject.objects.filter(merged_into=kept).values_list("pk", flat=True)]
    keyed = [key for key, resource in current_pack().on(today()).resources.items() if resource.natural_key]
    with pg_cursor() as cursor:
        cursor.execute(BOTH, {"family": family, "resources": keyed})
        pairs = cursor.fetchall()
    for first_subject, first, second_subject, second in pairs:
        earlier = Record.objects.get(subject_id=first_subject, id=first)
        later = Record.objects.get(subject_id=second_subject, id=second)
        restrictions.carry([earlier], later.subject_id, made.at)
        restrictions.carry([later], earlier.subject_id, made.at)
        if earlier.provider != later.provider:
            _claim(earlier, later, made.at)
    return made


def _claim(earlier: Record, later: Record, at: dt.datetime) -> None:
    """Tell both providers and the steward that they have a record of one decision each."""
    Conflict.objects.get_or_create(
        resource=earlier.resource,
        subject_id=earlier.subject_id,
        key_hash=earlier.key_hash,
        holder=earlier.provider,
        claimant=later.provider,
        defaults={"first_at": at, "last_at": at},
    )
