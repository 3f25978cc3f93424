"""Lints about inspections: nothing is looked into without an article, a form and a department; nobody is exempt; draws can
be made.

Invariant: under a pack that passes, each item of the published list can be carried out and put on record by its department,
general items are drawn of a limited share, natural persons are no objects, and sources of randomness are what they say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from quanxin.policy.inspections import DRAW, RESULT_CODES, DrawRules, InspectionItem, RandomSource
from quanxin.policy.model import Resource
from quanxin.policy.pack import Pack

Found = Iterator[tuple[str, str]]
RECORD = "administrative-inspection"  # the resource that holds what inspections found
EXACT_BITS = 8  # of which the value of a beacon is a multiple


def inspection_unknown(pack: Pack, today: dt.date) -> Found:
    """An item that names a department, a kind of objects or a type of subject that there is not, or whose department could not
    put on record what it found; a kind of objects of a resource, or of items of it, that there is not."""
    recording = {key for one in pack.resource_history(RECORD) for key in one.providers}
    for item in pack.inspection_items:
        if item.department not in pack.providers:
            yield _where(item), f"names the department {item.department}, which there is not"
        elif recording and item.department not in recording:
            yield _where(item), f"is of {item.department}, which provides no {RECORD}"
        kind = pack.object_kinds.get(item.objects)
        if kind is None:
            yield _where(item), f"names the objects {item.objects}, which there are not"
        elif beyond := sorted(set(item.targets) - set(kind.types)):
            yield _where(item), f"is about {', '.join(beyond)}, which {item.objects} are not"
    for kind in pack.object_kinds.values():
        for unknown in sorted(set(kind.types) - set(pack.subject_types)):
            yield f"object-kinds/{kind.key}", f"names the subject type {unknown}, which there is not"
        if kind.resource is not None:
            yield from _of_resource(pack, f"object-kinds/{kind.key}", kind.resource, (kind.number, kind.ended))
    for caps in pack.inspection_caps:
        for unknown in sorted(set(caps.departments) - set(pack.providers)):
            yield f"inspection-caps/{caps.key}", f"names the department {unknown}, which there is not"


def inspection_unlimited(pack: Pack, today: dt.date) -> Found:
    """A general item of which every object may be drawn, or a key one that says a limit that the law does not know."""
    for item in pack.inspection_items:
        if item.kind == "general" and (item.limit is None or item.limit >= 1):
            yield _where(item), "is general, and does not limit the share of its objects that is drawn in a year"
        if item.kind == "key" and item.limit is not None:
            yield _where(item), "is a key item, and limits the share of its objects"


def inspection_unfounded(pack: Pack, today: dt.date) -> Found:
    """An item by no article, one without points to answer, or results that no code set holds."""
    for item in pack.inspection_items:
        if not any(basis.article for basis in item.basis):
            yield _where(item), "names no article"
        if not item.form:
            yield _where(item), "has no form: there is nothing that an inspector answers"
    if pack.inspection_items and not any(one.key == RESULT_CODES for one in pack.code_sets):
        yield RESULT_CODES, "is no code set, and inspections end by one of its results"


def inspection_of_persons(pack: Pack, today: dt.date) -> Found:
    """Natural persons as objects; a cap by class that would be the way to class who may not be."""
    natural = {key for key, one in pack.subject_types.items() if one.natural}
    for kind in pack.object_kinds.values():
        for key in sorted(natural & set(kind.types)):
            yield f"object-kinds/{kind.key}", f"has {key}, natural persons, as objects"
    for item in pack.inspection_items:
        for key in sorted(natural & set(item.targets)):
            yield _where(item), f"inspects {key}, natural persons"


def inspection_on_site_first(pack: Pack, today: dt.date) -> Found:
    """An item that is done on site before a way off site that suffices."""
    for item in pack.inspection_items:
        if "onsite" in item.modes[:-1]:
            yield _where(item), "is done on site before a way without a visit"


def draw_unusable(pack: Pack, today: dt.date) -> Found:
    """Items that no rule of draws or no cap stands beside; a source that is a lottery and a beacon, or neither; rules that skip
    for what the platform is to find, and say no reason."""
    if pack.inspection_items and not any(one.key == DRAW for one in pack.draw_rules):
        yield f"draw-rules/{DRAW}", "is missing: no item could be drawn"
    if pack.inspection_items and not pack.inspection_caps:
        yield "inspection-caps", "are missing: nothing limits how often a firm is visited"
    for rules in pack.draw_rules:
        where = f"draw-rules/{rules.key}"
        for source in rules.sources:
            yield from ((f"{where}/{source.key}", problem) for problem in _source_problems(source))
        for found in ("cap", "closed"):
            if rules.reason(found) is None:
                yield where, f"has no reason to skip whoever is found by {found}"
        yield from _closed_problems(pack, rules, where)


def _closed_problems(pack: Pack, rules: DrawRules, where: str) -> Found:
    for one in rules.closed:
        yield from _of_resource(pack, where, one.resource, (one.field,))
        if (one.field is None) == bool(one.values):
            yield where, f"names a field of {one.resource} without values, or values without a field"


def _source_problems(source: RandomSource) -> Iterator[str]:
    if bool(source.groups) == bool(source.bits):
        yield "is a lottery with groups of balls, or a beacon with bits, and not both"
    if source.bits % EXACT_BITS:
        yield "has a value of whole bytes"
    if any(one.count >= one.of for one in source.groups):
        yield "draws all of its balls"


def _of_resource(pack: Pack, where: str, resource: str, items: tuple[str | None, ...]) -> Found:
    history: list[Resource] = list(pack.resource_history(resource))
    if not history:
        yield where, f"names the resource {resource}, which there is not"
        return
    known = set.intersection(*({one.key for one in version.fields} for version in history))
    for item in items:
        if item is not None and item not in known:
            yield where, f"names the item {item}, which {resource} has not"


def _where(item: InspectionItem) -> str:
    return f"inspection-items/{item.key}"
