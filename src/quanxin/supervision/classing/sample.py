"""What classes make of the sample city: everyone's stand.

Invariant: it is done by what does it every night.
"""

from __future__ import annotations

from collections.abc import Callable

from quanxin.accounts import Actor
from quanxin.supervision.classing import standings
from quanxin.supervision.models import CreditClass, RiskClass


def class_city(_actor: Actor, tell: Callable[[str], None]) -> dict[str, int]:
    """Let everyone's classes stand; return how many there are of each kind."""
    tell("分级分类")
    standings.refresh()
    return {"credit": CreditClass.objects.count(), "risk": RiskClass.objects.count()}
