"""What is wrong with a pack's procedures that only the platform that runs them can tell: their effects.

Invariant: a pack that passes names no effect that there is not, marks nothing that could not be unmarked, and harms nobody
unheard by an effect either.
"""

from __future__ import annotations

from collections.abc import Iterator

from quanxin.casework.effects import REGISTRY
from quanxin.policy.lint import Problem
from quanxin.policy.lint.procedures import unheard
from quanxin.policy.pack import Pack


def problems(pack: Pack) -> list[Problem]:
    """Every problem of the effects of a pack; the rooms that register them have been loaded."""
    harming = [name for name, one in REGISTRY.items() if one.harms]
    known = {("harm-without-hearing", *found) for found in unheard(pack, ())}
    found = [
        *(("effect-missing", *one) for one in _missing(pack)),
        *(("harm-without-hearing", *one) for one in unheard(pack, harming)),
    ]
    return [Problem(*one) for one in found if one not in known]


def _missing(pack: Pack) -> Iterator[tuple[str, str]]:
    for procedure in pack.procedures:
        where = f"procedures/{procedure.key}"
        for one in procedure.marks:
            if one.name not in REGISTRY or REGISTRY[one.name].undo is None:
                yield where, f"marks by {one.name}, which there is not or which cannot be undone"
        for act in procedure.acts:
            for one in act.effects:
                if one.name not in REGISTRY:
                    yield f"{where}/{act.key}", f"names the effect {one.name}, which there is not"
