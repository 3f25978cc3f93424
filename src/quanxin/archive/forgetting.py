"""What the public log knows of records that are erased or past their time: nothing, from then on.

Invariant: the leaves stay in the log, and whoever has a proof still sees that something was committed to; what would open them
is gone from the platform.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from quanxin.archive.models import Batch, Record
from quanxin.ledger import log


def forget(records: Sequence[Record]) -> int:
    """Forget what opens the leaves about records, in all their versions, and about batches that held nothing else; return
    how many leaves there were."""
    if not records:
        return 0
    which = Q(pk__in=[])
    for one in records:
        which |= Q(subject_id=one.subject_id, resource=one.resource, key_hash=one.key_hash)
    versions = list(Record.objects.filter(which).values_list("subject_id", "id", "batch_id"))
    alone = Batch.objects.filter(pk__in={batch for _, _, batch in versions}, received=1).values_list("pk", flat=True)
    return log.forget(
        *(f"record:{subject}-{record}" for subject, record, _ in versions), *(f"batch:{pk}" for pk in alone)
    )
