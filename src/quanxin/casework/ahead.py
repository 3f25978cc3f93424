"""Cases as they are shown while an act of nobody's is still to come: what it follows has happened already.

Invariant: whoever reads a case reads how things stand; the case itself comes to stand so by its own act, moments later, and is
not changed here. Rooms above say which acts are to come when their application is ready.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from quanxin.casework.models import Case
from quanxin.casework.procedures import procedure_of
from quanxin.policy.procedure import Act

FINDERS: list[Callable[[Sequence[Case]], Mapping[int, Act]]] = []


def standing(cases: Sequence[Case]) -> Sequence[Case]:
    """The cases, each in the state to which its act that is to come leads: to be shown, never to be saved."""
    for find in FINDERS:
        coming = find(cases)
        for case in cases:
            if (act := coming.get(case.pk)) is not None:
                case.state, case.open = act.to, not procedure_of(case).state_of[act.to].ends
    return cases
