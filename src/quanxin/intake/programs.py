"""The checking programs that a process keeps, by resource and columns.

Invariant: a program is of the rules that it is asked for; once those of another day or pack are asked for, it is made anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from quanxin import engine
from quanxin.policy import Pack, Rules
from quanxin.policy.model import Resource

KEPT = 256  # programs; of more, the one that was not used for longest goes
_kept: OrderedDict[tuple[str, tuple[str, ...]], tuple[Rules, engine.Program]] = OrderedDict()


def program_of(pack: Pack, rules: Rules, resource: Resource, columns: Iterable[str] | None = None) -> engine.Program:
    """The program that checks rows with ``columns`` under the rules of a day; without them, rows with any columns."""
    present = frozenset(columns if columns is not None else (f.key for f in resource.fields))
    key = (resource.key, tuple(f.key for f in resource.fields if f.key in present))
    found = _kept.pop(key, None)
    if found is None or found[0] is not rules or found[1].resource is not resource:
        tiers, overrides = pack.tiers_of(resource.key), pack.overrides_of(resource.key)
        found = rules, engine.compile(resource, rules, columns=key[1], tiers=tiers, overrides=overrides)
    _kept[key] = found
    if len(_kept) > KEPT:
        _kept.popitem(last=False)
    return found[1]
