"""The end of keeping: what a long work left goes when its time is over; that there was the work stays.

Invariant: what a kind keeps for a while goes once, in the night after its end, and the row says when.
"""

from __future__ import annotations

from django.db import transaction

from quanxin.calendar import now
from quanxin.work.kinds import Kind, W, kinds


def remove_over(kind: Kind[W]) -> int:
    """Empty the works of a kind whose time is over; return how many."""
    if kind.keep is None:
        return 0
    emptied = 0
    over = kind.model._default_manager.filter(finished_at__lt=now() - kind.keep, emptied_at=None)
    for pk in list(over.values_list("pk", flat=True)):
        with transaction.atomic():  # nobody has it tried again meanwhile
            work = over.select_for_update(of=("self",)).filter(pk=pk).first()
            if work is not None:
                kind.empty(work)
                emptied += kind.model._default_manager.filter(pk=pk).update(emptied_at=now())
    return emptied


def remove_of_every_kind() -> int:
    """What the worker does by night; returns how much went."""
    return sum(remove_over(one) for one in kinds())
