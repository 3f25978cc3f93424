"""What carries out each clause of a plan.

Invariant: a clause counts as carried by what the pack really holds; whatever it names and the pack lacks is missing,
beside what the plan itself says is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from quanxin.policy.kinds import CARRIERS
from quanxin.policy.model import Text
from quanxin.policy.pack import Pack
from quanxin.policy.ruling import Clause


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """A clause, what carries it out (titles), and what is missing (in words)."""

    clause: str
    title: Text
    carried_by: tuple[Text, ...]
    missing: tuple[Text, ...]


def coverage(pack: Pack) -> list[ClauseCoverage]:
    """Each clause of the pack's plan, in the order of their numbers; nothing for a pack without a plan."""
    return [_covered(clause, pack) for clause in pack.clauses]


def _covered(clause: Clause, pack: Pack) -> ClauseCoverage:
    carried: list[Text] = []
    missing = list(clause.missing)
    for kind, name in CARRIERS.items():
        for key in getattr(clause, kind):
            versions = sorted((r for r in pack.parts[kind] if r.key == key), key=lambda r: r.in_force.from_)
            carried += [version.title for version in versions]
            if not versions:
                missing.append(Text(zh=f"政策包中没有{name.zh} {key}", en=f"the pack has no {name.en} {key}"))
    carried += clause.functions
    return ClauseCoverage(clause.key, clause.title, tuple(dict.fromkeys(carried)), tuple(missing))
