"""The edition of the policy pack that is in use, in the public log from the minute on in which it was taken over.

Invariant: each edition that the worker ran under left its line, in the order in which they followed each other.
"""

from __future__ import annotations

from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.models import audit
from quanxin.ledger.models import Leaf
from quanxin.runtime import locks
from quanxin.runtime.pack import current_pack


def take_over() -> None:
    """Leave the line of the pack that is in use, where the last that did is another edition."""
    if _last() != current_pack().edition:
        _take_over()


@transaction.atomic
def _take_over() -> None:
    locks.hold(locks.Kind.LEDGER)
    pack = current_pack()
    if _last() != pack.edition:
        audit(Actor("job:ledger"), "ledger.take-over", "pack", pack=pack.name, edition=pack.edition)


def _last() -> str | None:
    return Leaf.objects.filter(about="pack").order_by("-id").values_list("content__edition", flat=True).first()
