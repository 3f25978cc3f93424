"""What happens to commitments by night: duties of which data show whether they are kept, and commitments whose time is over.

Invariant: what is done once is not done again, and one commitment that fails stops no other.
"""

from __future__ import annotations

import datetime as dt
import logging

from quanxin.calendar import today
from quanxin.casework import engine
from quanxin.commitments import matching
from quanxin.commitments.models import Commitment
from quanxin.runtime.problems import Problem

EXPIRE = "expire"  # the act of nobody that ends what has run out
log = logging.getLogger(__name__)


def by_night() -> int:
    """Match duties with data, and end what has run out; return how many changed."""
    day = today()
    return sum(matching.match(duty, day) for duty in matching.waiting()) + expire_all(day)


def expire_all(day: dt.date) -> int:
    """End the commitments in force whose last day is past."""
    over = Commitment.objects.filter(case__open=True, case__state="in-force", valid_until__lt=day)
    return sum(_expire(one) for one in over.select_related("case").order_by("id"))


def _expire(one: Commitment) -> int:
    try:
        engine.by_nobody(one.case.number, EXPIRE)
    except Problem as problem:
        log.warning("commitment %s does not end: %s", one.case.number, problem.code)
        return 0
    return 1
