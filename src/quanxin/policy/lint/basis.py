"""Lints about law: nothing without an article that allows it, no sanction that the nation does not know.

Invariant: a lint yields (where, what to do) for each place that breaks its rule, and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from quanxin.policy.kinds import DATED
from quanxin.policy.model import Basis
from quanxin.policy.pack import Pack

Found = Iterator[tuple[str, str]]
# Division codes of GB/T 2260: six digits, the first two of a province.
_PROVINCES = range(11, 83)


def no_basis(pack: Pack, today: dt.date) -> Found:
    """Whatever a pack rules by date, or a part of it that decides about a subject, without a basis."""
    for kind in DATED:
        for rule in pack.parts[kind.name]:
            if not rule.basis:
                yield f"{kind.name}/{rule.key}", "has no basis: name the title and article that allow it"
    for model in pack.models:
        for part in model.parts:
            if not part.basis:
                yield model.place(part), "decides about a score without a basis"
    for regime in pack.repair:
        said: list[tuple[str, tuple[Basis, ...]]] = [(c.key, c.basis) for c in regime.covers]
        said += [(c.key, c.basis) for c in regime.conditions] + [(m.key, m.basis) for m in regime.materials]
        said += [("false_material", regime.false_material.basis)] if regime.false_material else []
        for name, basis in said:
            if not basis:
                yield f"repair/{regime.key}/{name}", "decides about a repair without a basis"


def evaluation_without_basis(pack: Pack, today: dt.date) -> Found:
    """A resource that may be evaluated without a basis, or is about natural persons alone; a model that uses another."""
    natural = {key for key, kind in pack.subject_types.items() if kind.natural}
    for resource in pack.resources:
        if resource.evaluation and not resource.basis:
            yield f"resources/{resource.key}", "may be evaluated, but no basis allows it"
        if resource.evaluation and set(resource.subject_types) <= natural:
            yield f"resources/{resource.key}", "may be evaluated, but is about natural persons alone"
    known = {r.key for r in pack.resources}
    allowed = {r.key for r in pack.resources if r.evaluation}
    for model in pack.models:
        for part in model.parts:
            if part.resource in known - allowed:
                yield model.place(part), f"uses {part.resource}, which may not be evaluated"


def region_invalid(pack: Pack, today: dt.date) -> Found:
    """A region that is no division code of GB/T 2260; a pack without one is for the whole nation."""
    region = pack.region
    if region and not (len(region) == 6 and region.isascii() and region.isdigit() and int(region[:2]) in _PROVINCES):
        yield "pack", f"rules the region {region}: a division code has six digits, the first two a province (GB/T 2260)"
