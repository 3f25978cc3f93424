"""Effects on other cases.

Invariant: another case is acted on through the engine, in the name of whoever acted on this one.
"""

from __future__ import annotations

from quanxin.casework import engine
from quanxin.casework.effects import Given, Performing, effect


@effect("case.act-on-looked-at")
def act_on_looked_at(performing: Performing, given: Given) -> None:
    """Do an act of nobody's (``act``) on the case that this one looks at, for the same reason."""
    before = performing.case.looks_at
    if before is not None:
        engine.by_nobody(before.number, str(given["act"]), actor=performing.actor, reason=performing.reason)
